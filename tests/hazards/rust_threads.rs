// Threads, a caught panic, a vector of boxes, and a child process.
use std::process::Command;
use std::thread;

fn main() {
    let workers: Vec<_> = (0..4)
        .map(|n| thread::spawn(move || (0..1000).map(|i| Box::new(i * n)).map(|b| *b as usize).sum::<usize>()))
        .collect();
    let sum: usize = workers.into_iter().map(|w| w.join().unwrap()).sum();
    println!("sum {}", sum);
    std::panic::set_hook(Box::new(|_| {}));
    println!("panic {}", thread::spawn(|| panic!("out")).join().is_err());
    for _ in 0..100 {
        std::hint::black_box(Vec::<u8>::with_capacity(5951));
    }
    println!("child {}", Command::new("/bin/true").status().unwrap().success());
}

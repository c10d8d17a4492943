// What a Rust program allocates, by line and by type. rust_test.py builds it and finds the lines by their last words.
use std::rc::Rc;

pub struct Pod {
    pub values: [u64; 5],
}

#[inline(never)]
fn pods(count: usize) -> Vec<Pod> {
    let mut all: Vec<Pod> = Vec::with_capacity(count); // the pods
    for i in 0..count {
        all.push(Pod { values: [i as u64; 5] });
    }
    all
}

#[inline(never)]
fn boxes(count: usize) -> Vec<Box<Pod>> {
    let mut all = Vec::with_capacity(count); // the table
    let make = |i: usize| Box::new(Pod { values: [i as u64; 5] }); // the boxes
    for i in 0..count {
        all.push(make(i)); // where they are called for
    }
    all
}

#[inline(never)]
fn numbers(count: usize) -> Vec<f64> {
    let mut all = Vec::new();
    all.reserve_exact(count); // the numbers
    all.resize(count, 1.5);
    all
}

#[inline(never)]
fn text(bytes: usize) -> String {
    let mut all = String::new();
    all.reserve_exact(bytes); // the text
    for _ in 0..bytes {
        all.push('x');
    }
    all
}

#[inline(never)]
fn counted(count: usize) -> Vec<Rc<Pod>> {
    let mut all = Vec::with_capacity(count); // the references
    for i in 0..count {
        all.push(Rc::new(Pod { values: [i as u64; 5] })); // the counted
    }
    all
}

pub struct Wide {
    pub values: [u64; 6],
}

// Optimized, the closure is a part of collect(), which rustc may put into another unit than this function.
#[inline(never)]
fn gathered(count: usize) -> Vec<Box<Wide>> {
    let all: Vec<Box<Wide>> = (0..count)
        .map(|i| Box::new(Wide { values: [i as u64; 6] })) // the gathered
        .collect(); // where they are gathered
    std::hint::black_box(&all);
    all
}

fn main() {
    let n = std::env::args().count(); // 1
    let pods = pods(n * 2000);
    let boxes = boxes(n * 1000);
    let numbers = numbers(n * 5000);
    let text = text(n * 30000);
    let counted = counted(n * 500);
    let gathered = gathered(n * 300);
    println!("type\tguest::Pod\t{}\t{}", 1 + 1000 + 500, 2000 * 40 + 1000 * 40 + 500 * (40 + 16));
    println!("type\tguest::Wide\t{}\t{}", 300, 300 * 48);
    println!("type\talloc::boxed::Box<guest::Wide>\t1\t{}", 300 * 8);
    println!("type\talloc::boxed::Box<guest::Pod>\t1\t{}", 1000 * 8);
    println!("type\talloc::rc::Rc<guest::Pod>\t1\t{}", 500 * 8);
    println!("type\tf64\t1\t{}", 5000 * 8);
    println!("type\tu8\t1\t{}", 30000);
    std::mem::forget((pods, boxes, numbers, text, counted, gathered));
}

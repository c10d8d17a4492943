/** Threads, a caught stack overflow, null pointers (which the JVM catches as SIGSEGV), and a child process. */
public class JavaThreads {
  static int deep() {
    return deep() + 1;
  }

  static int lengthOf(String text) {
    return text.length();
  }

  public static void main(String[] arguments) throws Exception {
    try {
      deep();
    } catch (StackOverflowError error) {
      System.out.println("stack overflow");
    }
    int caught = 0;
    for (int i = 0; i < 20000; ++i) {
      try {
        lengthOf(i % 100 == 0 ? null : "x");
      } catch (NullPointerException error) {
        ++caught;
      }
    }
    System.out.println("null pointers " + caught);
    Thread[] threads = new Thread[8];
    final int[] lengths = new int[8];
    for (int i = 0; i < 8; ++i) {
      final int number = i;
      threads[i] = new Thread(() -> {
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < 10000; ++k) text.append(k);
        lengths[number] = text.length();
      });
      threads[i].start();
    }
    for (Thread thread : threads) thread.join();
    System.out.println("threads " + java.util.Arrays.stream(lengths).sum());
    System.out.println("child " + new ProcessBuilder("/bin/true").start().waitFor());
  }
}

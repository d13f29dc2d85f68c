import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Works until a line comes, always the same: garbage, exceptions, threads. */
public class Loop {
    private static long once() throws Exception {
        Map<Integer, String> map = new HashMap<>();
        IntStream.range(0, 20_000).forEach(i -> map.merge(i % 500, "x", (a, b) -> a.length() > 30 ? b : a + b));
        long[] sum = new long[1];
        for (int i = 0; i < 200; i++) {
            try {
                byte[] garbage = new byte[i * 100 + 1];
                sum[0] += garbage[i % 100 == 0 ? garbage.length : 0] + 1;
            } catch (ArrayIndexOutOfBoundsException e) {
                sum[0] += 1000;
            }
        }
        Thread[] threads = new Thread[3];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = new Thread(() -> {
                synchronized (sum) {
                    sum[0] += 5;
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return sum[0] + map.values().stream().mapToInt(String::length).sum();
    }

    public static void main(String[] arguments) throws Exception {
        long expected = once();
        System.out.println("ready");
        long rounds = 0;
        for (; System.in.available() == 0; rounds++) {
            if (once() != expected) {
                System.out.println("wrong");
                System.exit(3);
            }
        }
        System.out.println("right " + (rounds > 0));
    }
}

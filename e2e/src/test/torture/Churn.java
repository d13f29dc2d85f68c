import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes a JVM do what it is made of: compile, collect garbage, throw, lock, start threads, walk stacks. */
public class Churn {
    private static int depth(int n) {
        return n == 0 ? Thread.currentThread().getStackTrace().length : depth(n - 1);
    }

    private static int overflow(int n) {
        return overflow(n + 1) + 1;
    }

    private static int caught() {
        int caught = 0;
        for (int i = 0; i < 3000; i++) {
            try {
                if (i % 3 == 0) {
                    throw new IllegalStateException("n" + i);
                }
                Object nothing = i % 3 == 1 ? null : "x";
                caught += nothing.hashCode() == 120 ? 0 : 5;
                caught += new int[] {1}[i % 2 + 1];
            } catch (IllegalStateException | NullPointerException | ArrayIndexOutOfBoundsException e) {
                caught++;
            }
        }
        return caught;
    }

    public static void main(String[] arguments) throws Exception {
        Random random = new Random(1);
        long sum = 0;
        for (int round = 0; round < 12; round++) {
            int[] numbers = random.ints(20_000).toArray();
            Arrays.sort(numbers);
            List<byte[]> garbage = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                garbage.add(new byte[100_000]);
                sum += garbage.get(i / 2).length;
            }
            sum += numbers[100] - numbers[99] >= 0 ? 1 : 1_000_000_000;
        }
        System.gc();
        Map<String, Integer> map = new HashMap<>();
        IntStream.range(0, 50_000).forEach(i -> map.merge("k" + i % 1000, i, Integer::sum));
        System.out.println("sum " + sum + " map " + map.size() + " " + map.get("k7") + " caught " + caught());
        try {
            overflow(0);
        } catch (StackOverflowError e) {
            System.out.println("overflow caught, stack " + (depth(50) > 50));
        }
        Object lock = new Object();
        int[] counter = new int[1];
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 2000; i++) {
                    synchronized (lock) {
                        counter[0]++;
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("counter " + counter[0] + " "
                + IntStream.range(0, 10).mapToObj(Integer::toString).collect(Collectors.joining(",")));
        System.exit(8);
    }
}

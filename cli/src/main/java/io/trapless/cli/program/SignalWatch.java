package io.trapless.cli.program;

import io.trapless.script.run.Signals;
import java.lang.reflect.Proxy;

/**
 * Passes signals that the tracer gets on to a run. The JDK's only way to take a signal is its unsupported class {@code sun.misc.Signal}, which is reached by reflection so that a JDK without it
 * costs the signal probes only.
 */
final class SignalWatch {
    private static final int SIGUSR1 = 10;

    private SignalWatch() {}

    /**
     * Begins to pass a signal on.
     *
     * @param name without {@code SIG}
     * @return false if this JVM can't take it
     */
    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself
    static boolean start(String name, int number, Signals signals) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            signals.add(number);
                            return null;
                        }
                        return switch (method.getName()) {
                            case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                            case "hashCode" -> System.identityHashCode(proxy);
                            default -> "SignalWatch";
                        };
                    });
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }

    /** SIGUSR1 prints all maps, if no probe takes it. */
    static void startMapPrinting(Signals signals) {
        start("USR1", SIGUSR1, signals);
    }
}

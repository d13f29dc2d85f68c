package io.trapless.tracer.attach;

import java.util.ArrayList;
import java.util.List;

/** A tracer that stops its targets and makes remote calls in them without end, until it is killed. Arguments: pids. */
final class RestlessTracer {
    private RestlessTracer() {}

    public static void main(String[] arguments) throws Exception {
        List<TargetProcess> targets = new ArrayList<>();
        List<Gadgets> gadgets = new ArrayList<>();
        for (String pid : arguments) {
            TargetProcess target = TargetProcess.open(Integer.parseInt(pid));
            targets.add(target);
            gadgets.add(Gadgets.find(target));
        }
        try (Ptracer ptracer = new Ptracer()) {
            System.out.print('r');
            System.out.flush();
            for (int i = 0; ; i++) {
                TargetProcess target = targets.get(i % targets.size());
                Gadgets itsGadgets = gadgets.get(i % targets.size());
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll();
                            RemoteCalls calls = RemoteCalls.borrow(stopped, itsGadgets)) {
                        for (int k = 0; k < 20; k++) {
                            calls.call(39, 0, 0, 0);
                        }
                    }
                    return null;
                });
            }
        }
    }
}

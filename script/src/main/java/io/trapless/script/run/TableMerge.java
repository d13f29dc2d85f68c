package io.trapless.script.run;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.cut.PushDownPlan;
import io.trapless.language.types.Type;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.Place;
import io.trapless.script.runtime.ScriptRuntime;
import io.trapless.script.value.Tuple;
import java.util.List;

/** Puts what comes out of tables into the program's maps, as if each event had been handled. For the handlers' thread. */
public final class TableMerge implements TableSink {
    private final List<PushDownPlan.Table> tables;
    private final ScriptRuntime runtime;

    public TableMerge(PushDownPlan plan, ScriptRuntime runtime) {
        this.tables = plan.tables();
        this.runtime = runtime;
    }

    @Override
    public void add(int table, long[] keys, long amount, long events) {
        map(table).accumulate(claim(table, keys, events), amount, events);
    }

    @Override
    public void extreme(int table, long[] keys, long value) {
        map(table).extreme(claim(table, keys, 1), value);
    }

    @Override
    public void bucket(int table, long[] keys, int bucket, long events) {
        map(table).addToBucket(claim(table, keys, events), bucket, events);
    }

    private ProgramMap map(int table) {
        return runtime.maps().get(tables.get(table).map().index());
    }

    private int claim(int table, long[] keys, long events) {
        ProgramMap map = map(table);
        MapDescriptor descriptor = map.descriptor();
        Type keyType = descriptor.keyType();
        int slot;
        if (keyType == null) {
            slot = map.claim(0);
        } else if (ProgramMap.isNumber(keyType)) {
            slot = map.claim(keys[0]);
        } else {
            Object[] parts = new Object[keys.length];
            for (int i = 0; i < keys.length; i++) {
                parts[i] = keys[i];
            }
            slot = map.claim(new Tuple(parts));
        }
        if (slot < 0) {
            PushDownPlan.Table full = tables.get(table);
            runtime.mapFull(
                    Place.of(full.feeder().sources(), full.feeder().body().span()), events);
        }
        return slot;
    }
}

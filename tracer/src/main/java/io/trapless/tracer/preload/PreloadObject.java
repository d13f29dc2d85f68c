package io.trapless.tracer.preload;

import io.trapless.binary.elfwriter.SharedObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The shared object of one session. */
public final class PreloadObject {
    private static final String SONAME = "trapless-preload.so";

    private final ReadOnlyData data;

    private PreloadObject(int moduleCount) {
        this.data = new ReadOnlyData(moduleCount);
    }

    /** Makes the file for at least one module. */
    public static byte[] build(List<PlacedModule> modules, SessionRings rings) {
        PreloadObject object = new PreloadObject(modules.size());
        for (int i = 0; i < modules.size(); i++) {
            object.add(i, modules.get(i));
        }
        return object.finish(modules.size(), rings);
    }

    private byte[] finish(int moduleCount, SessionRings rings) {
        Initializer.Texts texts =
                new Initializer.Texts(data.add(rings.path()), data.add("/proc/self/task"), data.add("/proc/self/exe"));
        SharedObject object =
                new SharedObject(SONAME, List.of(Emitter.IMPORTS), data.toByteArray(), State.sizeBytes(moduleCount));
        byte[] code = Initializer.code(object, moduleCount, texts, rings);
        return object.write(code, object.codeAddress());
    }

    private void add(int index, PlacedModule placed) {
        PreloadModule module = placed.module();
        ByteBuffer record = data.records().slice(index * ModuleRecord.SIZE, ModuleRecord.SIZE);
        record.order(data.records().order());
        addIdentity(record, module);
        record.putInt(ModuleRecord.REGION_SIZE, placed.regionSize());
        record.putInt(ModuleRecord.CODE_SIZE, placed.codeSize());
        record.putInt(ModuleRecord.PLACES_AT, data.addLongs(placed.places()));
        for (int i = 0; i < placed.images().size(); i++) {
            int image = ModuleRecord.IMAGE + i * ModuleRecord.IMAGE_SIZE;
            addImage(
                    record.slice(image, ModuleRecord.IMAGE_SIZE).order(record.order()),
                    placed.images().get(i));
        }
        List<Long> words = new ArrayList<>();
        for (PlacedModule.Piece piece : placed.pieces()) {
            words.addAll(List.of(piece.address(), piece.sizeBytes(), (long) piece.protection()));
        }
        record.putInt(ModuleRecord.TEXTS, data.addLongs(words));
        record.putInt(ModuleRecord.TEXT_COUNT, placed.pieces().size());
        record.putInt(ModuleRecord.SEMAPHORES, data.addLongs(module.semaphores()));
        record.putInt(ModuleRecord.SEMAPHORE_COUNT, module.semaphores().size());
    }

    private void addIdentity(ByteBuffer record, PreloadModule module) {
        record.putInt(ModuleRecord.HEADERS, data.add(module.programHeaders()));
        record.putInt(ModuleRecord.HEADERS_SIZE, module.programHeaders().length);
        record.putLong(ModuleRecord.ID_ADDRESS, module.buildIdAddress());
        record.putInt(ModuleRecord.ID, data.add(module.buildId()));
        record.putInt(ModuleRecord.ID_SIZE, module.buildId().length);
        if (module.buildId().length == 0) {
            record.putLong(ModuleRecord.HASH_ADDRESS, module.codeAddress());
            record.putLong(ModuleRecord.HASH_WORDS, module.code().length / 8);
            record.putLong(ModuleRecord.HASH, TextHash.of(module.code()));
        }
        record.putInt(ModuleRecord.NAME, data.add(module.fileName()));
    }

    private void addImage(ByteBuffer image, RelocatableCode code) {
        image.putInt(ModuleRecord.IMAGE_CODE, data.add(code.template()));
        image.putInt(ModuleRecord.IMAGE_CODE_BYTES, code.template().length);
        byte[] bytes = new byte[code.changes().size() * ModuleRecord.CHANGE_SIZE];
        ByteBuffer changes = ByteBuffer.wrap(bytes).order(image.order());
        for (RelocatableCode.Change change : code.changes()) {
            changes.putLong(change.address()).putInt(change.original().length);
            changes.putInt(data.add(change.original())).putInt(data.add(change.replacement()));
            changes.putInt(change.distanceAt());
        }
        image.putInt(ModuleRecord.IMAGE_CHANGES, data.add(bytes));
        image.putInt(ModuleRecord.IMAGE_CHANGE_COUNT, code.changes().size());
        for (LinkPlace.Kind kind : LinkPlace.Kind.values()) {
            int list = ModuleRecord.IMAGE_FIELDS + 8 * kind.number();
            image.putInt(list, data.addInts(code.fields(kind)));
            image.putInt(list + 4, code.fields(kind).size());
        }
    }
}

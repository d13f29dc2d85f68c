package io.trapless.tracer.resolve;

/**
 * A program or library where it is loaded.
 *
 * @param path in the target's own view of the file system
 * @param loadBias what is to be added to the file's addresses; 0 without a process
 * @param codeStart the first address of its code in the process, without a process in the file
 * @param codeEnd the address after the last
 */
public record ModuleImage(String path, ImageFile file, long loadBias, long codeStart, long codeEnd) {
    /** Whether an address of the process lies in its code. */
    public boolean containsCode(long address) {
        return address >= codeStart && address < codeEnd;
    }

    /** The last part of the path. */
    public String fileName() {
        return ModuleNames.fileName(path);
    }
}

package io.trapless.tracer.preload;

/**
 * The initializer's variables, in the object's writable data.
 *
 * <pre>
 *   offset  size  variable
 *   ------  ----  ----------------------------------------------------------
 *        0     8  done        not 0 once it has run
 *        8     8  allSignals  a mask of all
 *       16     8  oldSignals  the mask to be restored
 *       24     8  descriptor  of the ring file
 *       32     8  header      where its first page is mapped; 0: nowhere
 *       40     8  rings       where all of it is mapped
 *       48     8  tidOffset
 *       56     8  rseqOffset
 *       64     8  image       offset in a module's record of the image that fits
 *       72     8  found       modules
 *       80     8  armed       modules
 *       88     8  left        places left to try
 *       96   160  status      struct stat
 *      256  4096  program     path of the running program, ended by NUL
 *     4352     8  bias        for each module
 *              8  isFound     for each module, behind all biases
 * </pre>
 */
final class State {
    static final int DONE = 0;
    static final int ALL_SIGNALS = 8;
    static final int OLD_SIGNALS = 16;
    static final int DESCRIPTOR = 24;
    static final int HEADER = 32;
    static final int RINGS = 40;
    static final int TID_OFFSET = 48;
    static final int RSEQ_OFFSET = 56;
    static final int IMAGE = 64;
    static final int FOUND = 72;
    static final int ARMED = 80;
    static final int LEFT = 88;
    static final int STATUS = 96;
    static final int PROGRAM = 256;
    static final int PROGRAM_SIZE = 4096;
    static final int BIAS = PROGRAM + PROGRAM_SIZE;

    private State() {}

    static int isFound(int moduleCount) {
        return BIAS + 8 * moduleCount;
    }

    static int sizeBytes(int moduleCount) {
        return isFound(moduleCount) + 8 * moduleCount;
    }
}

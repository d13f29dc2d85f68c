package io.trapless.tracer.preload;

/**
 * What the initializer knows of one module: a record of the object's read-only data. Places in that data are 32-bit offsets from its start; addresses of the module are the file's own.
 *
 * <pre>
 *   offset  size  field
 *   ------  ----  -----------------------------------------------------------------------------------
 *        0     4  headers        program headers, as the file has them
 *        4     4  headersSize    bytes
 *        8     8  idAddress      address of the build id
 *       16     4  id             the build id
 *       20     4  idSize         bytes; 0: it has none, and its code is hashed instead
 *       24     8  hashAddress    address of the code that is hashed
 *       32     8  hashWords      8-byte words of it
 *       40     8  hash           {@link TextHash} of them
 *       48     4  name           last part of its path, ended by NUL
 *       52     4  regionSize     bytes of a whole region: code, session header, pid cell
 *       56     4  codeSize       bytes of a region's code, whole pages
 *       60     4  places         {@link #PLACES} signed 64-bit distances from the bias at which a region may lie, best first
 *       64     4  texts          {@code {u64 start, u64 sizeBytes, u64 protection}}: pages that changes touch
 *       68     4  textCount
 *       72     4  semaphores     64-bit addresses of 16-bit counters to raise
 *       76     4  semaphoreCount
 *       80        image for threads with rseq
 *      152        image for threads without
 *
 *   image
 *        0     4  code           template
 *        4     4  codeBytes
 *        8     4  changes        {@link #CHANGE_SIZE} bytes each
 *       12     4  changeCount
 *       16     8  fields, count  for each {@link LinkPlace.Kind}: 32-bit offsets in the code
 *       64     8  (pad)
 *
 *   change
 *        0     8  address        first byte
 *        8     4  length         bytes
 *       12     4  original       what must stand there
 *       16     4  replacement
 *       20     4  distanceAt     offset of the 4 bytes to add {@code region - bias} to; -1: none
 * </pre>
 */
final class ModuleRecord {
    static final int HEADERS = 0;
    static final int HEADERS_SIZE = 4;
    static final int ID_ADDRESS = 8;
    static final int ID = 16;
    static final int ID_SIZE = 20;
    static final int HASH_ADDRESS = 24;
    static final int HASH_WORDS = 32;
    static final int HASH = 40;
    static final int NAME = 48;
    static final int REGION_SIZE = 52;
    static final int CODE_SIZE = 56;
    static final int PLACES_AT = 60;
    static final int TEXTS = 64;
    static final int TEXT_COUNT = 68;
    static final int SEMAPHORES = 72;
    static final int SEMAPHORE_COUNT = 76;
    static final int IMAGE = 80;

    static final int IMAGE_CODE = 0;
    static final int IMAGE_CODE_BYTES = 4;
    static final int IMAGE_CHANGES = 8;
    static final int IMAGE_CHANGE_COUNT = 12;
    static final int IMAGE_FIELDS = 16;
    static final int IMAGE_SIZE = 72;

    static final int SIZE = IMAGE + 2 * IMAGE_SIZE;

    static final int CHANGE_ADDRESS = 0;
    static final int CHANGE_LENGTH = 8;
    static final int CHANGE_ORIGINAL = 12;
    static final int CHANGE_REPLACEMENT = 16;
    static final int CHANGE_DISTANCE_AT = 20;
    static final int CHANGE_SIZE = 24;

    static final int TEXT_SIZE = 24;

    /** How many places a region is tried at. */
    static final int PLACES = 12;

    private ModuleRecord() {}
}

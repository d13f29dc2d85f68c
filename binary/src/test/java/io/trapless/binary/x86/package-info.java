/** Tests of the machine-code package. The oracles are objdump, Capstone and the processor itself; programs and bytes come from the machine the tests run on. */
@org.jspecify.annotations.NullMarked
package io.trapless.binary.x86;

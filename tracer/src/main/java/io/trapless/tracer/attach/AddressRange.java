package io.trapless.tracer.attach;

/**
 * Addresses of a target.
 *
 * @param start the first
 * @param end the first behind them
 */
public record AddressRange(long start, long end) {
    public boolean contains(long address) {
        return Long.compareUnsigned(address - start, end - start) < 0;
    }
}

#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER trapless_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./lttng-events.h"

#if !defined(TRAPLESS_BENCH_LTTNG_EVENTS_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define TRAPLESS_BENCH_LTTNG_EVENTS_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(
    trapless_bench,
    work,
    LTTNG_UST_TP_ARGS(int, seq),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, seq, seq)))

#endif

#include <lttng/tracepoint-event.h>

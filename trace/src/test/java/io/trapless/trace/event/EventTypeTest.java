package io.trapless.trace.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventTypeTest {
    @Test
    void sizeCountsTheFaultWords() {
        List<FieldType> fields = List.of(FieldType.integer("a", 4, true), FieldType.real("b", 8));
        assertThat(new EventType(1, "e", 0, fields, false).payloadSizeBytes()).isEqualTo(12);
        assertThat(new EventType(1, "e", 0, fields, true).payloadSizeBytes()).isEqualTo(16);
        assertThat(new EventType(1, "e", 0, List.of(FieldType.text("t")), true).payloadSizeBytes())
                .isEqualTo(FieldKind.VARIABLE);
    }

    @Test
    void refusesWhatARecordCanNotHold() {
        List<FieldType> many =
                IntStream.range(0, 17).mapToObj(i -> FieldType.hex("f" + i, 8)).toList();
        assertThat(new EventType(1, "e", 0, many, false).fields()).hasSize(17);
        assertThatThrownBy(() -> new EventType(1, "e", 0, many, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EventType(0xFFFF, "e", 0, List.of(), false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EventType(0, "e", 0, List.of(FieldType.text("_cut")), true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EventType(0, "e", 0, List.of(FieldType.text("a"), FieldType.text("a")), false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FieldKind.Int(3, false, 10)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void environmentNamesBecomeIdentifiers() {
        Environment environment = Environment.builder()
                .put("9 lives-é", 1)
                .put("9 lives-é", "two")
                .build();
        assertThat(environment.entries()).containsExactly(new Environment.TextEntry("__lives__", "two"));
        assertThat(environment.get("__lives__")).isEqualTo("two");
        assertThat(environment.get("nothing")).isEmpty();
    }
}

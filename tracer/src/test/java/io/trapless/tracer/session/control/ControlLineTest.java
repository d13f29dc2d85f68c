package io.trapless.tracer.session.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ControlLineTest {
    private static List<String> thereAndBack(List<String> fields) {
        byte[] line = ControlLine.encode(fields);
        assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
        for (int i = 0; i < line.length - 1; i++) {
            assertThat(line[i]).isNotEqualTo((byte) '\n');
        }
        return ControlLine.decode(line, line.length - 1);
    }

    @Test
    void whateverIsInAFieldArrives() {
        List<String> fields = List.of("a\tb", "c\\d\\n", "line\nline", "", "\\", "ümläut \uD83D\uDE00");
        assertThat(thereAndBack(fields)).isEqualTo(fields);
    }

    @Test
    void requestsArriveAsTheyWereAsked() {
        for (ControlRequest request : List.of(
                new ControlRequest.Switch("uprobe:libc:mal*\t", true),
                new ControlRequest.Switch("x", false),
                new ControlRequest.Snapshot(Path.of("/tmp/a\nb")))) {
            assertThat(ControlRequest.of(thereAndBack(request.fields()))).isEqualTo(request);
        }
    }

    @Test
    void repliesArriveAsTheyWereGiven() {
        for (ControlReply reply :
                List.of(ControlReply.ok("done"), ControlReply.failed("no\tno"), ControlReply.usage(""))) {
            assertThat(ControlReply.of(thereAndBack(reply.fields()))).isEqualTo(reply);
        }
    }

    @Test
    void garbageIsNoRequest() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] line = new byte[random.nextInt(60)];
            random.nextBytes(line);
            assertThat(ControlRequest.of(ControlLine.decode(line, line.length))).isNull();
        }
        for (String line : List.of(
                "trapless-control 1\tset\tmaybe\tx",
                "trapless-control 1\tset\ton",
                "trapless-control 1\tsnapshot\trelative",
                "trapless-control 1\tsnapshot\t/a\u0000b",
                "trapless-control 9\tset\ton\tx",
                "trapless-control 1")) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            assertThat(ControlRequest.of(ControlLine.decode(bytes, bytes.length)))
                    .as(line)
                    .isNull();
        }
    }
}

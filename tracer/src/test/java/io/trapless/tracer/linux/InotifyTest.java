package io.trapless.tracer.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InotifyTest {
    @TempDir
    private Path folder;

    @Test
    void tellsOnceThatAFileWasOpened() throws Exception {
        Path watched = Files.writeString(folder.resolve("watched"), "x");
        Path other = Files.writeString(folder.resolve("other"), "x");
        try (Inotify inotify = Inotify.open()) {
            assertThat(inotify).isNotNull();
            assertThat(inotify.watch(watched.toString())).isTrue();
            assertThat(inotify.watch(folder.resolve("missing").toString())).isFalse();
            Files.readString(other);
            assertThat(inotify.await(0)).isFalse();
            for (int i = 0; i < 5000; i++) { // more events than one read takes
                Files.readString(watched);
            }
            assertThat(inotify.await(0)).isTrue();
            assertThat(inotify.await(5)).isFalse();
        }
    }

    @Test
    void wakesWhoWaits() throws Exception {
        Path watched = Files.writeString(folder.resolve("watched"), "x");
        AtomicReference<Boolean> told = new AtomicReference<>(false);
        try (Inotify inotify = Inotify.open()) {
            assertThat(inotify).isNotNull();
            inotify.watch(watched.toString());
            Thread waiting = Thread.ofPlatform().daemon().start(() -> told.set(inotify.await(60_000)));
            Thread.sleep(20);
            Files.readString(watched);
            waiting.join();
        }
        assertThat(told.get()).isTrue();
    }
}

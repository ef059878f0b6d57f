// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SharedLibrariesTest {
    private static final SortedSet<String> OWN = new TreeSet<>(List.of("libjvm.so", "libjli.so"));

    @Test
    void theHostsLibrariesAreTakenAndTheRuntimesOwnAreNot() {
        SharedLibraries libraries = SharedLibraries.from("""
                /jre/bin/java:
                \tlinux-vdso.so.1 (0x00007fa83bfa1000)
                \tlibjli.so => /jre/bin/../lib/libjli.so (0x00007fa83bf5c000)
                \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fa83bd7a000)
                \t/lib64/ld-linux-x86-64.so.2 (0x00007fa83bfa3000)
                /jre/lib/libjava.so:
                \tlibjvm.so => not found
                \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f787407c000)
                """, OWN);
        assertThat(libraries.files())
                .isEqualTo(Map.of(
                        "/lib64/ld-linux-x86-64.so.2", Path.of("/lib64/ld-linux-x86-64.so.2"),
                        "/lib/x86_64-linux-gnu/libc.so.6", Path.of("/lib/x86_64-linux-gnu/libc.so.6")));
    }

    @Test
    void oneThatLiesApartComesBesideTheCLibraryWhereTheLoaderSearches() {
        SharedLibraries libraries = SharedLibraries.from("""
                \tlibz.so.1 => /opt/zlib/lib/libz.so.1 (0x00007fa83bf6c000)
                \tlibc.so.6 => /usr/lib64/libc.so.6 (0x00007fa83bd7a000)
                \t/lib64/ld-linux-x86-64.so.2 (0x00007fa83bfa3000)
                """, OWN);
        assertThat(libraries.files()).containsEntry("/usr/lib64/libz.so.1", Path.of("/opt/zlib/lib/libz.so.1"));
    }

    @Test
    void oneThatIsMissingIsNamed() {
        assertThatThrownBy(() -> SharedLibraries.from("\tlibz.so.1 => not found\n", OWN))
                .isInstanceOf(ImageBuildException.class)
                .hasMessage("the library libz.so.1, which Java needs, is not found by ldd; install it");
    }

    @Test
    void anotherCLibraryIsRefused() {
        assertThatThrownBy(() -> SharedLibraries.from("""
                        \t/lib/ld-musl-x86_64.so.1 (0x7f1b1c3a8000)
                        \tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f1b1c3a8000)
                        """, OWN))
                .isInstanceOf(ImageBuildException.class)
                .hasMessageContaining("does not use the GNU C library")
                .hasMessageContaining("--base");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class ClockImagesTest {
    /** Kept for the modules that come later, since it takes seconds to link a Java; built again when what they are built from is another. */
    private static final Path IMAGES = Path.of("target", "images");

    @TempDir
    static Path directory;

    private static List<ImageTar> built = List.of();

    @BeforeAll
    static void build() throws InterruptedException {
        built = ClockImages.forThisHost().buildInto(IMAGES);
    }

    private static Tar tar(ClockImage image) throws IOException {
        return Tar.of(IMAGES.resolve(image.fileName()));
    }

    @Test
    @Tag("thorough")
    void whatIsThereIsKeptAndWhatIsDamagedIsBuiltAgainTheSameByteForByte() throws Exception {
        Path again = Files.createDirectory(directory.resolve("again"));
        for (ImageTar image : built) {
            Files.copy(image.tar(), again.resolve(image.image().fileName()));
        }
        Files.copy(IMAGES.resolve("clock-images.sha256"), again.resolve("clock-images.sha256"));
        FileTime old = FileTime.fromMillis(0);
        Files.setLastModifiedTime(again.resolve("clock-1.2.tar"), old);
        ClockImages.forThisHost().buildInto(again);
        assertThat(Files.getLastModifiedTime(again.resolve("clock-1.2.tar"))).isEqualTo(old);

        Files.write(again.resolve("clock-1.1.tar"), new byte[] {1, 2, 3});
        List<ImageTar> rebuilt = ClockImages.forThisHost().buildInto(again);
        assertThat(Files.getLastModifiedTime(again.resolve("clock-1.2.tar"))).isNotEqualTo(old);
        assertThat(rebuilt)
                .extracting(ImageTar::sha256)
                .isEqualTo(built.stream().map(ImageTar::sha256).toList());
        for (ImageTar image : rebuilt) {
            assertThat(image.tar())
                    .hasSameBinaryContentAs(IMAGES.resolve(image.image().fileName()));
        }
    }

    @Test
    void thereAreFourAndNothingElseIsLeftBehind() throws IOException {
        assertThat(built)
                .extracting(image -> image.image().reference())
                .containsExactly("clock:1.0", "clock:1.1", "clock:1.2", "clock:broken");
        try (Stream<Path> files = Files.list(IMAGES)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "clock-1.0.tar",
                            "clock-1.1.tar",
                            "clock-1.2.tar",
                            "clock-broken.tar",
                            "clock-images.sha256");
        }
    }

    @Test
    void eachSaysItsNameItsVersionAndThatItIsNotRoot() throws IOException {
        for (ClockImage image : List.of(ClockImage.V1_0, ClockImage.V1_1, ClockImage.V1_2)) {
            Tar tar = tar(image);
            assertThat(tar.manifest()).contains("\"RepoTags\":[\"" + image.reference() + "\"]");
            assertThat(tar.config())
                    .contains("\"CLOCK_VERSION=" + image.tag() + "\"")
                    .contains("\"User\":\"65532:65532\"")
                    .contains("\"ExposedPorts\":{\"8080/tcp\":{}}")
                    .contains("\"dev.rollproof.clock.Clock\"]");
        }
    }

    @Test
    void aVersionHoldsJavaTheApplicationAndFalseAndIsSmall() throws IOException {
        var content = tar(ClockImage.V1_2).content();
        assertThat(content)
                .containsKeys(
                        "opt/java/bin/java 755",
                        "opt/java/lib/modules 644",
                        "opt/clock/dev/rollproof/clock/Clock.class 644",
                        "bin/false 755");
        assertThat(content.keySet()).anyMatch(name -> name.matches(".*/libc\\.so\\.6 755"));
        assertThat(content.keySet()).anyMatch(name -> name.matches("lib.*/ld-linux[^/]* 755"));
        assertThat(content.keySet())
                .as("nothing of the builder")
                .noneMatch(name -> name.contains("clock/image") || name.contains("jib"));
        assertThat(content.values().stream().mapToInt(size -> size).sum())
                .as("bytes of all files")
                .isBetween(20_000_000, 50_000_000);
    }

    @Test
    void brokenIsOnlyTheProgramFalse() throws IOException {
        Tar tar = tar(ClockImage.BROKEN);
        assertThat(tar.manifest()).contains("\"RepoTags\":[\"clock:broken\"]");
        assertThat(tar.config()).contains("\"Entrypoint\":[\"false\"]").contains("\"User\":\"65532:65532\"");
        assertThat(tar.content()).containsOnlyKeys("bin/false 755");
    }

    @Test
    void itBuildsOnAnotherImageWhichStaysBelow() throws Exception {
        Path base = IMAGES.resolve("clock-1.0.tar");
        List<ImageTar> onIt = ClockImages.on("tar://" + base).buildInto(directory.resolve("based"));
        Tar tar = Tar.of(onIt.get(2).tar());
        assertThat(tar.config()).contains("\"CLOCK_VERSION=1.2\"").doesNotContain("CLOCK_VERSION=1.0");
        assertThat(tar.content())
                .containsKeys("opt/java/bin/java 755", "opt/clock/dev/rollproof/clock/Clock.class 644");
    }

    @Test
    void aBaseImageThatIsNotThereIsOneSentence() {
        assertThatThrownBy(() -> ClockImages.on("tar:///no/such.tar").buildInto(directory.resolve("unfounded")))
                .isInstanceOf(ImageBuildException.class)
                .hasMessageStartingWith("clock:1.0 cannot be built on tar:///no/such.tar: ")
                .hasMessageContaining("/no/such.tar")
                .hasMessageEndingWith("; choose another base image by --base")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aBaseImageThatIsNoNameIsRefused() {
        assertThatThrownBy(() -> ClockImages.on("No Name").buildInto(directory.resolve("unnamed")))
                .isInstanceOf(ImageBuildException.class)
                .hasMessage("\"No Name\" is not the name of an image; write, say, eclipse-temurin:21-jre");
    }

    @Test
    void aFileInTheWayIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> ClockImages.forThisHost().buildInto(file))
                .isInstanceOf(ImageBuildException.class)
                .hasMessage(file + " is no directory; choose another");
        assertThatThrownBy(() -> ClockImages.forThisHost().buildInto(file.resolve("below")))
                .isInstanceOf(ImageBuildException.class)
                .hasMessageStartingWith("the directory " + file.resolve("below") + " cannot be made (")
                .hasMessageEndingWith("; choose another");
    }
}

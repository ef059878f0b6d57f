// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on the lessons names tests that there are, and every lesson. */
class LessonsPageTest {
    private static final Path ROOT = Path.of("..");

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/lessons.md"));
    }

    @Test
    void everyTestThatItNamesIsThere() throws IOException {
        Matcher named = Pattern.compile("`(\\w+)#(\\w+)`").matcher(page());
        int count = 0;
        while (named.find()) {
            count++;
            assertThat(source(named.group(1)))
                    .as("%s#%s", named.group(1), named.group(2))
                    .contains("void " + named.group(2) + "(");
        }
        assertThat(count).isGreaterThan(10);
    }

    @Test
    void everyTestThatAnyDocumentNamesIsThere() throws IOException {
        Pattern tests = Pattern.compile("`(\\w+(?:Test|Lesson|Contract))[`#]");
        int count = 0;
        try (Stream<Path> documents = Files.walk(ROOT.resolve("docs"))) {
            for (Path document :
                    documents.filter(file -> file.toString().endsWith(".md")).toList()) {
                Matcher named = tests.matcher(Files.readString(document));
                while (named.find()) {
                    count++;
                    assertThat(source(named.group(1))).as(document.toString()).isNotEmpty();
                }
            }
        }
        assertThat(count).isGreaterThan(20);
    }

    private static String source(String type) throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.map(path -> path.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(module)) {
                    var found =
                            files.filter(file -> file.endsWith(type + ".java")).findFirst();
                    if (found.isPresent()) {
                        return Files.readString(found.get());
                    }
                }
            }
        }
        throw new AssertionError("a document names " + type + ", which is in no module");
    }

    @Test
    void itNamesEveryLesson() throws IOException {
        String page = page();
        try (Stream<Path> files = Files.list(Path.of("src/test/java/dev/rollproof/it/lessons"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.matches("\\w+Lesson\\.java"))
                            .map(file -> file.replace(".java", ""))
                            .filter(lesson -> !lesson.equals("Lesson") && !lesson.equals("SetLesson")))
                    .allMatch(lesson -> page.contains("`" + lesson));
        }
    }
}

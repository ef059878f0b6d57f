// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/**
 * The README's test class compiles as it stands and its test passes, with the module whose coordinates stand above it. No Maven
 * project is made of it: that would need the modules in a repository, where the build of a working copy puts nothing.
 */
class ReadmeTestClassTest {
    static final String NAME = "ClockRolloutTest";
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        assertThat(matcher.find()).as("%s in%n%s", pattern, text).isTrue();
        return matcher.group(1);
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void itsDependencyIsTheModulesOwn() throws IOException {
        String dependency = found("```xml\n(<dependency>.*?)```", readme());
        String module = Files.readString(ROOT.resolve("test-harness/pom.xml"));
        String parent = found("<parent>(.*?)</parent>", module);
        assertThat(found("<groupId>(.*?)</groupId>", dependency)).isEqualTo(found("<groupId>(.*?)</groupId>", parent));
        assertThat(found("<version>(.*?)</version>", dependency)).isEqualTo(found("<version>(.*?)</version>", parent));
        assertThat(found("<artifactId>(.*?)</artifactId>", dependency))
                .isEqualTo(found("</parent>.*?<artifactId>(.*?)</artifactId>", module));
        assertThat(found("<scope>(.*?)</scope>", dependency)).isEqualTo("test");
    }

    /** Ours beside 5.14 of a user would mix the two: Maven takes the nearer of each artifact. */
    @Test
    void itsModuleBringsNoJUnitBesideTheUsersOwn() throws IOException {
        String module = Files.readString(ROOT.resolve("test-harness/pom.xml"));
        assertThat(found("<artifactId>junit-jupiter-api</artifactId>(.*?)</dependency>", module))
                .isEqualTo("<scope>provided</scope>");
    }

    /** {@code ./mvnw install} ends in an error at a module that makes no jar. */
    @Test
    void aModuleWithoutAJarIsNotInstalled() throws IOException {
        Matcher modules = Pattern.compile("<module>(.*?)</module>").matcher(Files.readString(ROOT.resolve("pom.xml")));
        int withoutJar = 0;
        while (modules.find()) {
            Path module = ROOT.resolve(modules.group(1));
            if (!Files.isDirectory(module.resolve("src/main"))) {
                withoutJar++;
                assertThat(Files.readString(module.resolve("pom.xml")))
                        .contains("<maven.install.skip>true<", "<maven.deploy.skip>true<");
            }
        }
        assertThat(withoutJar).isPositive();
    }

    @Test
    void itsTestPasses() throws Exception {
        itsTestRuns();
    }

    /** Compiled against this module's class path, run as JUnit would; the example's file is named from where this runs. */
    static void itsTestRuns() throws Exception {
        String source = found("<!-- ReadmeTest: class " + NAME + " -->\n```java\n(.*?)```", readme());
        String example = found("Path.of\\(\"(examples/[a-z/.]+)\"\\)", source);
        Path classes = Files.createTempDirectory("readme");
        compile(source.replace(example, ROOT.resolve(example).toString().replace('\\', '/')), classes);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, ReadmeTestClassTest.class.getClassLoader())) {
            Events tests = EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(loader.loadClass(NAME)))
                    .configurationParameter("rollproof.cluster", "sim")
                    .execute()
                    .testEvents();
            tests.assertStatistics(statistics -> statistics.started(1).succeeded(1));
        }
    }

    private static void compile(String source, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        boolean compiled = compiler.getTask(
                        complaints,
                        compiler.getStandardFileManager(null, Locale.ROOT, null),
                        null,
                        List.of("-d", classes.toString(), "-proc:none", "-classpath", classPath()),
                        null,
                        List.of(new Source(source)))
                .call();
        assertThat(compiled).as(complaints.toString()).isTrue();
    }

    private static String classPath() {
        // Surefire hides the class path in a jar's manifest, and says it here.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///" + NAME + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.architecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What holds of these tests as it does of what they test: many run at once in one JVM, and must not hold each other up. */
class TestsArchitectureTest {
    @Test
    void everyTaskHasAThreadThatIsItsOwn() {
        ArchitectureTest.EVERY_TASK_HAS_A_THREAD_THAT_IS_ITS_OWN.check(new ClassFileImporter()
                .withImportOption(new ImportOption.OnlyIncludeTests())
                .importPackages("dev.rollproof.it"));
    }
}

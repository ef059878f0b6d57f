// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.architecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What holds of these tests as it does of what they test: many run at once in one JVM, and must not hold each other up. */
@AnalyzeClasses(packages = "dev.rollproof.it", importOptions = ImportOption.OnlyIncludeTests.class)
class TestsArchitectureTest {
    @ArchTest
    static final ArchRule everyTaskHasAThreadThatIsItsOwn = ArchitectureTest.everyTaskHasAThreadThatIsItsOwn;
}

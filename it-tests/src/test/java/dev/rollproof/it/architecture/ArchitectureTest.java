// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The arrows between modules and packages: what may know what. A new arrow is a decision, made here. */
@Execution(ExecutionMode.SAME_THREAD) // all wait for the same classes to be read
class ArchitectureTest {
    /** Those of all modules, without their tests, some of which come in jars. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.rollproof");

    static final ArchRule EVERY_TASK_HAS_A_THREAD_THAT_IS_ITS_OWN = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .should()
            .callMethodWhere(new DescribedPredicate<>("work goes to the common pool") {
                @Override
                public boolean test(JavaMethodCall call) {
                    return goesToTheCommonPool(call);
                }
            })
            .because(
                    "since Java 25 the common pool has one thread where there are two processors, and java.net.http.HttpClient"
                            + " hands over its answers on it: one task that waits there stops every client of the JVM");

    private static final String CORE = "dev.rollproof.k8s..";
    private static final String SIM = "dev.rollproof.sim..";
    private static final String SERVER = "dev.rollproof.server..";
    private static final String VERIFIER = "dev.rollproof.verifier..";
    private static final String STRATEGIES = "dev.rollproof.strategies..";
    private static final String CLI = "dev.rollproof.cli..";
    private static final String HARNESS = "dev.rollproof.harness..";
    private static final String CLOCK = "dev.rollproof.clock..";
    private static final Set<String> FUTURES =
            Set.of(CompletableFuture.class.getName(), CompletionStage.class.getName());

    @Test
    void theCoreKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SIM, SERVER, VERIFIER, STRATEGIES, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void theSimulatedClusterKnowsTheCoreOnly() {
        noClasses()
                .that()
                .resideInAPackage(SIM)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER, VERIFIER, STRATEGIES, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void theServerKnowsTheSimulatedClusterAndTheCore() {
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(VERIFIER, STRATEGIES, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void onePackageOfTheServerKnowsItsHttpLibrary() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .and(not(resideInAnyPackage("dev.rollproof.server.http..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.jetty..")
                .check(CLASSES);
    }

    @Test
    void onePackageOfTheServerReadsProtobuf() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .and(not(resideInAnyPackage("dev.rollproof.server.protobuf..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.protobuf..", "io.kubernetes.client.proto..")
                .check(CLASSES);
    }

    @Test
    void packagesOfTheServerHaveNoCycles() {
        slices().matching("dev.rollproof.server.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void theVerifierKnowsTheCoreOnly() {
        noClasses()
                .that()
                .resideInAPackage(VERIFIER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SIM, SERVER, STRATEGIES, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void strategiesKnowTheVerifierAndTheCore() {
        noClasses()
                .that()
                .resideInAPackage(STRATEGIES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SIM, SERVER, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void theHarnessKnowsNoCommand() {
        noClasses()
                .that()
                .resideInAPackage(HARNESS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI)
                .check(CLASSES);
    }

    @Test
    void theCommandKnowsNoHarness() {
        noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(HARNESS)
                .check(CLASSES);
    }

    @Test
    void theClockKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage(CLOCK)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CORE, SIM, SERVER, VERIFIER, STRATEGIES, CLI, HARNESS)
                .check(CLASSES);
    }

    @Test
    void whatRunsInTheClocksContainerIsTheJdksOnly() {
        classes()
                .that()
                .resideInAPackage("dev.rollproof.clock")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.rollproof.clock", "java..", "org.jspecify..")
                .because("its image has nothing else; an annotation needs no class there")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandAndTestsBuildTheClocksImages() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, SIM, VERIFIER, STRATEGIES)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLOCK)
                .check(CLASSES);
    }

    @Test
    void onlyTheBuilderUsesJib() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .and(not(resideInAnyPackage("dev.rollproof.clock.image..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google.cloud.tools.jib..")
                .check(CLASSES);
    }

    @Test
    void onlyTheAdapterUsesFabric8sClient() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .and(not(resideInAnyPackage("dev.rollproof.k8s.fabric8..", "dev.rollproof.bench..", HARNESS)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8.kubernetes.client..")
                .because(
                        "models are everybody's, the client is the adapter's: it may be replaced without the rest; the harness"
                                + " hands it to tests, and reads logs, which are no part of the port")
                .check(CLASSES);
    }

    @Test
    void nobodyNamesJackson() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.fasterxml.jackson.core..", "com.fasterxml.jackson.databind..", "tools.jackson..")
                .because("fabric8 7 and 8 bring different Jacksons, and the same class files run on both")
                .check(CLASSES);
    }

    @Test
    void timeHasOneSeam() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .and(not(
                        resideInAnyPackage("dev.rollproof.k8s.time..", "dev.rollproof.bench..", "dev.rollproof.clock")))
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .because("what reads a clock of its own cannot be simulated")
                .check(CLASSES);
    }

    @Test
    void everyTaskHasAThreadThatIsItsOwn() {
        EVERY_TASK_HAS_A_THREAD_THAT_IS_ITS_OWN.check(CLASSES);
    }

    private static boolean goesToTheCommonPool(JavaMethodCall call) {
        String name = call.getName();
        if (FUTURES.contains(call.getTargetOwner().getName())) {
            boolean told = call.getTarget().getRawParameterTypes().stream()
                    .anyMatch(type -> type.isEquivalentTo(Executor.class));
            return !told && (name.endsWith("Async") || name.equals("delayedExecutor"));
        }
        return name.equals("commonPool") || name.equals("parallelStream") || name.equals("parallel");
    }

    @Test
    void theJudgeIsPure() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof.verifier.judge..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.slf4j..", "java.io..", "java.nio..", "java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.rollproof.k8s.Cluster")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("dev.rollproof.k8s.time.Time")
                .check(CLASSES);
    }

    @Test
    void packagesOfTheSimulationHaveNoCycles() {
        slices().matching("dev.rollproof.sim.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packagesOfTheCommandHaveNoCycles() {
        slices().matching("dev.rollproof.cli.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theEngineKnowsNoKubernetes() {
        classes()
                .that()
                .resideInAPackage("dev.rollproof.sim.engine..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.rollproof.sim.engine..", "dev.rollproof.k8s.time..", "java..", "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void theStoreKnowsNoController() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof.sim.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.rollproof.sim.controllers..", "dev.rollproof.sim.kubelet..")
                .check(CLASSES);
    }

    @Test
    void namesSayADuty() {
        noClasses()
                .that()
                .resideInAPackage("dev.rollproof..")
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .check(CLASSES);
    }
}

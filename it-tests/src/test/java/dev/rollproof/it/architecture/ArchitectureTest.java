// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The arrows between modules and packages: what may know what. A new arrow is a decision, made here. */
@AnalyzeClasses(
        packages = "dev.rollproof",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.DoNotIncludeTestJars.class})
class ArchitectureTest {
    /** The tests of other modules, which run here once more. */
    static final class DoNotIncludeTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

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

    @ArchTest
    static final ArchRule theCoreKnowsNobody = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIM, SERVER, VERIFIER, STRATEGIES, CLI, HARNESS);

    @ArchTest
    static final ArchRule theSimulatedClusterKnowsTheCoreOnly = noClasses()
            .that()
            .resideInAPackage(SIM)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVER, VERIFIER, STRATEGIES, CLI, HARNESS);

    @ArchTest
    static final ArchRule theServerKnowsTheSimulatedClusterAndTheCore = noClasses()
            .that()
            .resideInAPackage(SERVER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(VERIFIER, STRATEGIES, CLI, HARNESS);

    @ArchTest
    static final ArchRule onePackageOfTheServerKnowsItsHttpLibrary = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .and(not(resideInAnyPackage("dev.rollproof.server.http..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.jetty..");

    @ArchTest
    static final ArchRule onePackageOfTheServerReadsProtobuf = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .and(not(resideInAnyPackage("dev.rollproof.server.protobuf..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "io.kubernetes.client.proto..");

    @ArchTest
    static final ArchRule packagesOfTheServerHaveNoCycles =
            slices().matching("dev.rollproof.server.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theVerifierKnowsTheCoreOnly = noClasses()
            .that()
            .resideInAPackage(VERIFIER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIM, SERVER, STRATEGIES, CLI, HARNESS);

    @ArchTest
    static final ArchRule strategiesKnowTheVerifierAndTheCore = noClasses()
            .that()
            .resideInAPackage(STRATEGIES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIM, SERVER, CLI, HARNESS);

    @ArchTest
    static final ArchRule theHarnessKnowsNoCommand = noClasses()
            .that()
            .resideInAPackage(HARNESS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLI);

    @ArchTest
    static final ArchRule theCommandKnowsNoHarness = noClasses()
            .that()
            .resideInAPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HARNESS);

    @ArchTest
    static final ArchRule theClockKnowsNobody = noClasses()
            .that()
            .resideInAPackage(CLOCK)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE, SIM, SERVER, VERIFIER, STRATEGIES, CLI, HARNESS);

    @ArchTest
    static final ArchRule whatRunsInTheClocksContainerIsTheJdksOnly = classes()
            .that()
            .resideInAPackage("dev.rollproof.clock")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.rollproof.clock", "java..", "org.jspecify..")
            .because("its image has nothing else; an annotation needs no class there");

    @ArchTest
    static final ArchRule onlyTheCommandAndTestsBuildTheClocksImages = noClasses()
            .that()
            .resideInAnyPackage(CORE, SIM, VERIFIER, STRATEGIES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLOCK);

    @ArchTest
    static final ArchRule onlyTheBuilderUsesJib = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .and(not(resideInAnyPackage("dev.rollproof.clock.image..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.google.cloud.tools.jib..");

    @ArchTest
    static final ArchRule onlyTheAdapterUsesFabric8sClient = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .and(not(resideInAnyPackage("dev.rollproof.k8s.fabric8..", "dev.rollproof.bench..", HARNESS)))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8.kubernetes.client..")
            .because(
                    "models are everybody's, the client is the adapter's: it may be replaced without the rest; the harness"
                            + " hands it to tests, and reads logs, which are no part of the port");

    @ArchTest
    static final ArchRule nobodyNamesJackson = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml.jackson.core..", "com.fasterxml.jackson.databind..", "tools.jackson..")
            .because("fabric8 7 and 8 bring different Jacksons, and the same class files run on both");

    @ArchTest
    static final ArchRule timeHasOneSeam = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .and(not(resideInAnyPackage("dev.rollproof.k8s.time..", "dev.rollproof.bench..", "dev.rollproof.clock")))
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
            .because("what reads a clock of its own cannot be simulated");

    @ArchTest
    static final ArchRule everyTaskHasAThreadThatIsItsOwn = noClasses()
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

    private static boolean goesToTheCommonPool(JavaMethodCall call) {
        String name = call.getName();
        if (FUTURES.contains(call.getTargetOwner().getName())) {
            boolean told = call.getTarget().getRawParameterTypes().stream()
                    .anyMatch(type -> type.isEquivalentTo(Executor.class));
            return !told && (name.endsWith("Async") || name.equals("delayedExecutor"));
        }
        return name.equals("commonPool") || name.equals("parallelStream") || name.equals("parallel");
    }

    @ArchTest
    static final ArchRule theJudgeIsPure = noClasses()
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
            .haveFullyQualifiedName("dev.rollproof.k8s.time.Time");

    @ArchTest
    static final ArchRule packagesOfTheSimulationHaveNoCycles =
            slices().matching("dev.rollproof.sim.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfTheCommandHaveNoCycles =
            slices().matching("dev.rollproof.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theEngineKnowsNoKubernetes = classes()
            .that()
            .resideInAPackage("dev.rollproof.sim.engine..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.rollproof.sim.engine..", "dev.rollproof.k8s.time..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule theStoreKnowsNoController = noClasses()
            .that()
            .resideInAPackage("dev.rollproof.sim.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.rollproof.sim.controllers..", "dev.rollproof.sim.kubelet..");

    @ArchTest
    static final ArchRule namesSayADuty = noClasses()
            .that()
            .resideInAPackage("dev.rollproof..")
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Util");
}

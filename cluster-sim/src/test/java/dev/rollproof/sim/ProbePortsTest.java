// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import static dev.rollproof.sim.World.clock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A probe asks at a port: of the container's own names, and where somebody listens. */
class ProbePortsTest {
    private static final ImageBehavior WELL = ImageBehavior.wellBehaved();

    private final World world = new World(1, 37, true);
    private final Deployment clock = clock(1, 1, 0);
    private final Container web =
            clock.getSpec().getTemplate().getSpec().getContainers().get(0);

    ProbePortsTest() {
        web.setPorts(List.of(new ContainerPortBuilder()
                .withName("http")
                .withContainerPort(8080)
                .build()));
    }

    private static Probe at(IntOrString port) {
        return new ProbeBuilder()
                .withPeriodSeconds(1)
                .withNewHttpGet()
                .withPath("/ready")
                .withPort(port)
                .endHttpGet()
                .build();
    }

    private void run() {
        world.create(clock);
        world.run(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({"Startup, startup", "Liveness, liveness"})
    void aContainerWhoseProbeAsksAtAnUnknownNameIsKilledForIt(String kind, String word) {
        BiConsumer<Container, Probe> set =
                kind.equals("Startup") ? Container::setStartupProbe : Container::setLivenessProbe;
        web.setReadinessProbe(null);
        set.accept(web, at(new IntOrString("web")));
        run();
        assertThat(world.events("Unhealthy"))
                .contains(kind + " probe errored and resulted in unknown state: port \"web\" not found");
        assertThat(world.events("Killing")).anyMatch(message -> message.contains("failed " + word + " probe"));
    }

    @Test
    void anImageThatListensElsewhereIsNeverReady() {
        world.images.declare("clock:1", WELL.listensOn(9090));
        web.setReadinessProbe(at(new IntOrString("http")));
        run();
        assertThat(world.ready()).isZero();
        assertThat(world.events("Unhealthy"))
                .isNotEmpty()
                .allMatch(message -> message.endsWith(":8080: connect: connection refused"));
    }

    @Test
    void anImageThatListensThereTooIsReady() {
        world.images.declare("clock:1", WELL.with("listensOn", "9090, 8080"));
        web.setReadinessProbe(at(new IntOrString("http")));
        run();
        assertThat(world.ready()).isOne();
    }

    @Test
    void aContainerBesideItMayListenWhereAProbeAsks() {
        world.images.declare("clock:1", WELL.listensOn(9090));
        world.images.declare("proxy:1", WELL.listensOn(8081));
        web.setReadinessProbe(at(new IntOrString(8081)));
        clock.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .add(new ContainerBuilder()
                        .withName("proxy")
                        .withImage("proxy:1")
                        .build());
        run();
        assertThat(world.ready()).isOne();
    }

    @Test
    void anImageThatSaysNoPortsIsAnsweringAtEach() {
        web.setReadinessProbe(at(new IntOrString(8081)));
        run();
        assertThat(world.ready()).isOne();
    }

    @Test
    void whatIsNoPortIsRefused() {
        assertThatThrownBy(() -> WELL.listensOn(0)).hasMessage("a port is between 1 and 65535, was 0");
        assertThatThrownBy(() -> WELL.with("listensOn", "http"))
                .hasMessage("\"http\" is not a port, or several like 8080, 9090");
        assertThatThrownBy(() -> WELL.with("listensOn", "70000"))
                .hasMessage("a port is between 1 and 65535, was 70000");
    }
}

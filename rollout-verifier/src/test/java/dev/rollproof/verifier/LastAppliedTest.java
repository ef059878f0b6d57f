// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The annotation of {@code kubectl apply} after a rollback, by what the next apply makes of it. */
class LastAppliedTest {
    /** As the server stores it, with a default. */
    private static Map<String, Object> template(String image, String environment) {
        return Models.parseJson("""
                {"metadata":{"labels":{"app":"clock"}},
                 "spec":{"restartPolicy":"Always","containers":[{"name":"web","image":"%s","env":[%s]}]}}""".formatted(image, environment));
    }

    private static String manifest(String image, String environment) {
        return Models.toJson(Models.parseJson("""
                {"kind":"Deployment","spec":{"replicas":3,"template":{"metadata":{"labels":{"app":"clock"}},
                 "spec":{"containers":[{"name":"web","image":"%s","env":[%s]}]}}}}""".formatted(image, environment))) + "\n";
    }

    private static final String OLD = "{\"name\":\"ZONE\",\"value\":\"UTC\"}";
    private static final String NEW = "{\"name\":\"COLOR\",\"value\":\"red\"}";

    @Test
    void itTellsOfTheTemplateThatIsBackWithoutTheServersDefaults() {
        assertThat(LastApplied.restated(manifest("clock:2", NEW), template("clock:2", NEW), template("clock:1", OLD)))
                .isEqualTo(manifest("clock:1", OLD));
    }

    @Test
    void whatAlreadyTellsOfItStaysByteForByte() {
        String spaced = manifest("clock:1", OLD).replace(":", ": ").replace("clock: ", "clock:");
        assertThat(LastApplied.restated(spaced, template("clock:2", NEW), template("clock:1", OLD)))
                .isSameAs(spaced);
    }

    @Test
    void whatIsNoManifestStaysAsItIs() {
        for (String odd : new String[] {"no JSON", "{}", "{\"spec\":{}}", "[]", ""}) {
            assertThat(LastApplied.restated(odd, template("clock:2", NEW), template("clock:1", OLD)))
                    .isEqualTo(odd);
        }
    }

    @Test
    void aRestartIsNoPartOfAManifest() {
        Map<String, Object> restarted = Models.parseJson(
                "{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/restartedAt\":\"2026-01-01T00:00:00Z\"}}}");
        Map<String, Object> plain = Models.parseJson("{\"metadata\":{\"annotations\":{}}}");
        assertThat(LastApplied.restated(manifest("clock:1", OLD), plain, restarted))
                .doesNotContain("restartedAt");
    }

    @Test
    void containersThatSomebodyElseAddedStayOut() {
        String sidecar = ",{\"name\":\"proxy\",\"image\":\"proxy:1\"}]}}";
        Map<String, Object> before =
                Models.parseJson("{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"clock:2\"}" + sidecar);
        Map<String, Object> after =
                Models.parseJson("{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"clock:1\"}" + sidecar);
        assertThat(LastApplied.restated(manifest("clock:2", OLD), before, after))
                .isEqualTo(manifest("clock:1", OLD));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** To whom the fields of a template go that is back. */
class FieldOwnersTest {
    private static final String IMAGE = "{\"f:spec\":{\"f:template\":{\"f:image\":{}}}}";
    private static final String PROBE = "{\"f:spec\":{\"f:replicas\":{},\"f:template\":{\"f:probe\":{}}}}";
    private static final String BOTH =
            "{\"f:spec\":{\"f:replicas\":{},\"f:template\":{\"f:probe\":{},\"f:image\":{}}}}";

    private static Map<String, Object> entry(String manager, String operation, String fields) {
        return Models.parseJson(
                "{\"manager\":\"%s\",\"operation\":\"%s\",\"fieldsV1\":%s}".formatted(manager, operation, fields));
    }

    private static final Map<String, Object> OURS = entry("rollproof-rollback", "Update", IMAGE);

    private static List<Map<String, Object>> handedOver(List<Map<String, Object>> entries) {
        return FieldOwners.handedOver(entries, "rollproof-rollback").orElseThrow();
    }

    @Test
    void whoeverAppliesTheDeploymentOwnsItsTemplateAgain() {
        for (Map.Entry<String, String> applier : Map.of(
                        "kubectl",
                        "Apply",
                        "kubectl-client-side-apply",
                        "Update",
                        "rollproof",
                        "Apply",
                        "edit",
                        "Update")
                .entrySet()) {
            assertThat(handedOver(List.of(entry(applier.getKey(), applier.getValue(), PROBE), OURS)))
                    .containsExactly(entry(applier.getKey(), applier.getValue(), BOTH));
        }
    }

    @Test
    void somebodyElsesApplyComesBeforeOursWhichGivesTheTemplateBack() {
        assertThat(handedOver(List.of(entry("kubectl", "Apply", PROBE), entry("rollproof", "Apply", PROBE), OURS)))
                .containsExactly(
                        entry("kubectl", "Apply", BOTH),
                        entry("rollproof", "Apply", "{\"f:spec\":{\"f:replicas\":{}}}"));
    }

    @Test
    void statusWritersAndPartsOutsideTheTemplateAreNotHandedAnything() {
        Map<String, Object> status = entry("controller", "Update", PROBE);
        status.put("subresource", "status");
        Map<String, Object> scaler = entry("scaler", "Update", "{\"f:spec\":{\"f:replicas\":{}}}");
        assertThat(handedOver(List.of(status, scaler, OURS))).containsExactly(status, scaler);
    }

    @Test
    void pausesAndAnnotationsAreNobodysAfterwards() {
        Map<String, Object> held = entry(
                "rollproof-rollback", "Update", "{\"f:spec\":{\"f:paused\":{}},\"f:metadata\":{\"f:annotations\":{}}}");
        Map<String, Object> kubectl = entry("kubectl", "Apply", PROBE);
        assertThat(handedOver(List.of(kubectl, held))).containsExactly(kubectl);
    }

    @Test
    void withoutATraceOfARollbackNothingIsToBeWritten() {
        assertThat(FieldOwners.handedOver(List.of(entry("kubectl", "Apply", PROBE)), "rollproof-rollback"))
                .isEmpty();
        assertThat(FieldOwners.handedOver(List.of(), "rollproof-rollback")).isEmpty();
    }
}

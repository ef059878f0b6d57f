// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Cause;
import org.junit.jupiter.api.Test;

class FieldErrorsTest {
    private static ClusterException refusal(FieldErrors errors) {
        return catchThrowableOfType(ClusterException.class, () -> errors.throwIfAny("Thing", "", "a"));
    }

    private static FieldErrors found(int minor) {
        FieldErrors errors = new FieldErrors(minor);
        errors.declared().required("spec.declared");
        errors.required("spec.twice");
        errors.required("spec.twice");
        return errors;
    }

    @Test
    void newerVersionsSayOnceWhatIsFoundTwiceAndLastWhatIsDeclared() {
        ClusterException refused = refusal(found(37));

        assertThat(refused.causes()).extracting(Cause::field).containsExactly("spec.twice", "spec.declared");
        assertThat(refused)
                .hasMessage("Thing \"a\" is invalid: [spec.twice: Required value, spec.declared: Required value]");
    }

    @Test
    void olderVersionsListTwiceWhatIsFoundTwiceAndSayItOnce() {
        ClusterException refused = refusal(found(34));

        assertThat(refused.causes())
                .extracting(Cause::field)
                .containsExactly("spec.declared", "spec.twice", "spec.twice");
        assertThat(refused)
                .hasMessage("Thing \"a\" is invalid: [spec.declared: Required value, spec.twice: Required value]");
    }

    @Test
    void whatIsOnlyDeclaredIsRefusedToo() {
        FieldErrors errors = new FieldErrors(37);
        assertThat(errors.isEmpty()).isTrue();
        errors.declared().required("spec.declared");

        assertThat(errors.isEmpty()).isFalse();
        assertThat(refusal(errors)).hasMessage("Thing \"a\" is invalid: spec.declared: Required value");
    }
}

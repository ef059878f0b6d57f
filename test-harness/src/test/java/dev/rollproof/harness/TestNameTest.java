// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test's names: readable, and ones that the file system and Kubernetes take. */
class TestNameTest {
    private static final String LABEL = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";

    @Test
    void aNamespaceIsNamedAfterItsTest() {
        assertThat(new TestName("dev.acme.ClockTest", "itRolls", "").namespace())
                .matches("clock-test-it-rolls-[a-z0-9]{5}");
        assertThat(new TestName("dev.acme.ClockTest.Inner", "itRolls", "-2").namespace())
                .matches("inner-it-rolls-2-[a-z0-9]{5}");
        assertThat(new TestName("dev.acme.ClockTest", "", "").namespace()).matches("clock-test-[a-z0-9]{5}");
    }

    @Test
    void twoAreNeverNamedTheSame() {
        TestName name = new TestName("ClockTest", "itRolls", "");
        assertThat(name.namespace()).isNotEqualTo(name.namespace());
    }

    @ParameterizedTest
    @CsvSource({
        "ClockRolloutTest, aBrokenImageFailsWithItsCauseLongBeforeTheTimeoutWhileTheOldVersionServes",
        "X, y",
        "_9_, $",
        "Tes\u00fct, \u00e4nderung",
        "\u65e5\u672c, \u8a9e",
        "A_B, c_d_",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG, m",
    })
    void anyNameBecomesALabelOfKubernetes(String type, String method) {
        assertThat(new TestName(type, method, "-12").namespace()).matches(LABEL).hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void aFolderTellsClassMethodAndInvocation() {
        assertThat(new TestName("dev.acme.ClockTest.Inner", "itRolls", "-2").folder())
                .isEqualTo("dev.acme.ClockTest.Inner.itRolls-2");
        assertThat(new TestName("dev.acme.ClockTest", "", "").folder()).isEqualTo("dev.acme.ClockTest");
    }
}

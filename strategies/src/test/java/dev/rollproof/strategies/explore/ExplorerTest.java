// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rollproof.strategies.explore.Exploration.Answer;
import dev.rollproof.strategies.explore.Setting.Edit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The table of what is true, over all sizes up to some: maxSurge and maxUnavailable at most 3 and at most the replicas. */
class ExplorerTest {
    private static List<Exploration> explored(int mostReplicas, UnaryOperator<Setting> change) {
        List<Exploration> all = new ArrayList<>();
        for (int replicas = 1; replicas <= mostReplicas; replicas++) {
            for (int surge = 0; surge <= Math.min(3, replicas); surge++) {
                for (int unavailable = surge == 0 ? 1 : 0; unavailable <= Math.min(3, replicas); unavailable++) {
                    all.add(Explorer.explore(change.apply(Setting.of(replicas, surge, unavailable))));
                }
            }
        }
        return all;
    }

    private static long falseIn(List<Exploration> all, Claim claim) {
        return all.stream().filter(one -> !one.of(claim).holds()).count();
    }

    private static long tightIn(List<Exploration> all, Claim claim) {
        return all.stream().filter(one -> one.of(claim).isTight()).count();
    }

    @Test
    void oneChangeFromRestKeepsWhatIsPromisedAndNothingMore() {
        List<Exploration> all = explored(6, setting -> setting);
        assertThat(all).hasSize(71);
        for (Claim claim : List.of(Claim.SIZES, Claim.NEW_SIZE, Claim.LIVE, Claim.ALL, Claim.READY, Claim.REST)) {
            assertThat(falseIn(all, claim)).as("%s", claim).isZero();
        }
        assertThat(tightIn(all, Claim.READY)).isEqualTo(71);
        assertThat(tightIn(all, Claim.ALL)).isEqualTo(71);
        assertThat(tightIn(all, Claim.NEW_SIZE)).isEqualTo(71);
        assertThat(tightIn(all, Claim.LIVE)).isEqualTo(58);
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(62);
    }

    @Test
    void morePodsThanReplicasAndSurgeLiveInMostSettings() {
        List<Exploration> all = explored(4, setting -> setting);
        assertThat(all).hasSize(41);
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(32);
        assertThat(falseIn(all, Claim.ALL_WITHIN_SURGE)).isEqualTo(32);
    }

    @Test
    void aFastWayBackBreaksWhatMaxUnavailablePromisesInMostSettings() {
        List<Exploration> all = explored(4, setting -> setting.with(Edit.ROLLBACK));
        assertThat(all).hasSize(41);
        assertThat(falseIn(all, Claim.READY)).isEqualTo(32);
        assertThat(falseIn(all, Claim.SIZES)).isZero();
        assertThat(falseIn(all, Claim.NEW_SIZE)).isZero();
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(32);
        assertThat(falseIn(all, Claim.LIVE)).isEqualTo(9);
        assertThat(falseIn(all, Claim.ALL)).isEqualTo(41);
        assertThat(falseIn(all, Claim.REST)).isZero();
        assertThat(all)
                .allSatisfy(one -> assertThat(one.of(Claim.ALL).seen())
                        .isEqualTo(3 * one.setting().replicas()));
    }

    @Test
    void aWayBackFromASettledMomentKeepsIt() {
        List<Exploration> all = explored(4, setting -> setting.with(Edit.SETTLED_ROLLBACK));
        assertThat(all).hasSize(41);
        assertThat(falseIn(all, Claim.READY)).isZero();
        assertThat(falseIn(all, Claim.SIZES)).isZero();
        assertThat(falseIn(all, Claim.NEW_SIZE)).isZero();
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(32);
        assertThat(falseIn(all, Claim.LIVE)).isEqualTo(9);
        assertThat(falseIn(all, Claim.ALL)).isEqualTo(41);
        assertThat(falseIn(all, Claim.REST)).isZero();
    }

    /** The stale status that makes a fast way back unsafe is there as well when a third version comes; see docs/promises.md. */
    @Test
    void aThirdVersionOnTheWayKeepsTheSizesAndNotTheReadyPods() {
        List<Exploration> all = explored(3, setting -> setting.with(Edit.ROLLOVER));
        assertThat(all).hasSize(26);
        assertThat(falseIn(all, Claim.SIZES)).isZero();
        assertThat(falseIn(all, Claim.NEW_SIZE)).isZero();
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(26);
        assertThat(falseIn(all, Claim.LIVE)).isEqualTo(26);
        assertThat(falseIn(all, Claim.READY)).isEqualTo(16);
        assertThat(falseIn(all, Claim.REST)).isZero();
        assertThat(all)
                .allSatisfy(one -> assertThat(one.of(Claim.ALL).seen())
                        .isEqualTo(3 * one.setting().replicas()));
    }

    @Test
    void aPodThatLosesItsReadinessCostsOneAndNoMore() {
        List<Exploration> all = explored(4, Setting::withReadinessLoss);
        assertThat(all).hasSize(41);
        assertThat(falseIn(all, Claim.READY)).isEqualTo(32);
        assertThat(falseIn(all, Claim.READY_AFTER_LOSS)).isZero();
        assertThat(falseIn(all, Claim.NEW_SIZE)).isZero();
        assertThat(falseIn(all, Claim.LIVE_WITHIN_SURGE)).isEqualTo(32);
        assertThat(falseIn(all, Claim.LIVE)).isEqualTo(6);
        assertThat(falseIn(all, Claim.SIZES)).isZero();
        assertThat(falseIn(all, Claim.ALL)).isZero();
        assertThat(falseIn(all, Claim.REST)).isZero();
    }

    @Test
    void theShortestWayToNoReadyPodAtAllIsAnUndoThatMeetsAStaleStatus() {
        Answer answer =
                Explorer.explore(Setting.of(1, 1, 0).with(Edit.ROLLBACK)).of(Claim.READY);
        assertThat(answer.seen()).isZero();
        assertThat(answer.trace())
                .extracting(Step::words)
                .containsExactly(
                        "at rest; the template is changed to v2",
                        "Deployment controller: makes v2 with 1",
                        "ReplicaSet controller: creates 1 of v2",
                        "a pod of v2 becomes ready",
                        "ReplicaSet controller: writes the status of v2",
                        "Deployment controller: v1 from 1 to 0",
                        "ReplicaSet controller: deletes 1 of v1",
                        "somebody changes the template to v1",
                        "Deployment controller: v1 from 0 to 1",
                        "Deployment controller: v2 from 1 to 0",
                        "ReplicaSet controller: deletes 1 of v2");
    }

    @Test
    void moreStatesThanAllowedAreSaidToBeTooMany() {
        assertThatThrownBy(() -> Explorer.explore(Setting.of(4, 2, 1), 100))
                .isInstanceOf(TooManyStatesException.class)
                .hasMessageContaining("more than 100 states to explore for 4 replicas, maxSurge 2, maxUnavailable 1");
    }

    @Test
    void settingsThatCannotBeExploredAreRefusedWithAReason() {
        assertThatThrownBy(() -> Setting.of(16, 1, 0)).hasMessageContaining("between 1 and 15, was 16");
        assertThatThrownBy(() -> Setting.of(0, 1, 0)).hasMessageContaining("between 1 and 15, was 0");
        assertThatThrownBy(() -> Setting.of(3, 0, 0)).hasMessageContaining("must not both be 0");
        assertThatThrownBy(() -> Setting.of(3, 0, 4)).hasMessageContaining("maxUnavailable between 0 and 3");
    }
}

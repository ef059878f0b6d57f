// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.strategies.drive.Action;
import dev.rollproof.strategies.drive.Annotations;
import dev.rollproof.strategies.drive.Decision;
import dev.rollproof.strategies.drive.Side;
import dev.rollproof.strategies.drive.State;
import dev.rollproof.verifier.Rollback;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a Deployment goes back to another template and takes no ready pod away for it. Pure.
 *
 * <pre>
 * has the template           → done; a pause of ours is taken away
 * pods of the other template
 *   could still be taken     → paused, with the annotation rollproof.dev/held-for-rollback
 * paused, not yet seen, or
 *   pods still on their way  → wait
 * else, or time is up        → the template, and the pause taken away, in one patch
 * </pre>
 *
 * The reason is that of {@code Rollback}: soon after a change the Deployment controller counts pods that are already going.
 */
final class GoingBack {
    private static final String PAUSED = "/spec/paused";
    private static final String HELD = Annotations.pointer(Rollback.HELD);

    private GoingBack() {}

    /**
     * The next step of a Deployment's way back; empty where it has come there, or is gone.
     *
     * @param fields what puts the template back
     * @param isBack whether it has the template, and all that goes with it
     * @param end until when it waits
     */
    static <P extends Enum<P>> Optional<Decision<P>> next(
            State<P> state,
            ObjectRef ref,
            Side side,
            Map<String, @Nullable Object> fields,
            boolean isBack,
            Instant at,
            Instant end,
            String line) {
        if (side.deployment().isEmpty()) {
            return Optional.empty();
        }
        ObservedDeployment d = side.deployment().get();
        boolean held = d.paused() && d.metadata().annotations().containsKey(Rollback.HELD);
        if (isBack) {
            return held
                    ? Optional.of(Decision.acting(state, new Action.Change(ref, released(Map.of())), line))
                    : Optional.empty();
        }
        boolean timeIsUp = !at.isBefore(end);
        boolean canLose = side.oldWanted() > 0 && !d.strategy().isRecreate();
        if (!timeIsUp && canLose && !d.paused()) {
            return Optional.of(
                    Decision.acting(state, new Action.Change(ref, Map.of(PAUSED, true, HELD, "true")), line));
        }
        if (!timeIsUp && !side.settled()) {
            return Optional.of(Decision.waiting(state, line + ", until no pod is on its way any more")
                    .until(end));
        }
        return Optional.of(Decision.acting(state, new Action.Change(ref, held ? released(fields) : fields), line));
    }

    private static Map<String, @Nullable Object> released(Map<String, @Nullable Object> fields) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        for (String mark : List.of(PAUSED, HELD)) {
            more.put(mark, null);
        }
        return more;
    }
}

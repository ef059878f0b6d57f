// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.verifier.judge.Expectation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A strategy cast for one workload: a state machine. Pure: no clock, no input or output, nothing remembered but the state.
 * An action is decided by what is seen, so that a driver that was killed before or after it decides the same, or nothing.
 */
public interface Play<P extends Enum<P>> {
    /** The Deployment that keeps the state in its annotations. */
    ObjectRef keeper();

    /** The Deployments that take part, whether they exist yet or not. */
    List<Participant> participants();

    /** What is to be expected of a Deployment that takes part, as it is stored, while the rollout stands so. */
    Expectation expected(State<P> state, Deployment stored);

    /**
     * One of the Deployments that take part.
     *
     * @param labelSelector what its pods have, in Kubernetes' text form
     */
    record Participant(ObjectRef ref, String labelSelector) {}

    /** The Services whose selectors the strategy looks at. */
    List<ObjectRef> services();

    /** The two Services whose weights in an HTTPRoute the strategy looks at, and sets; empty for strategies without a route. */
    default Optional<Split> split() {
        return Optional.empty();
    }

    /** The Deployment of the old version, then the one of the new; for checks. */
    List<ObjectRef> versions();

    /** The Deployment that has the new version when it is over and well. */
    default ObjectRef promoted() {
        return keeper();
    }

    /** What it turns back to, where a rollback was asked for; the Deployment of the old version, the first of {@link #versions}. */
    default Optional<BackTo> backTo() {
        return Optional.empty();
    }

    Class<P> phases();

    /** The first state, and the change of the keeper that comes with it. */
    Decision<P> first(Instant at);

    /** The names of the states and the events, when they do not fit, are in the IllegalStateException. */
    Decision<P> next(State<P> state, Seen seen, Instant at);

    /** What is kept beside the state, so that another driver can cast the same play: plain trees. */
    Map<String, Object> script();
}

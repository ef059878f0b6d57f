// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.observed.Observed;
import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEndpointSlice;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.engine.EventLoop;
import java.util.ArrayList;
import java.util.List;

/** What happened in the store, as text: the same bytes for the same seed. Under the lock. */
final class EventLog {
    private final EventLoop loop;
    private final List<String> lines = new ArrayList<>();

    EventLog(EventLoop loop) {
        this.loop = loop;
    }

    void add(StoredEvent<?> event) {
        ObservedObject object = Observed.from(event.object());
        long nanos = loop.elapsedNanos();
        StringBuilder line = new StringBuilder(120)
                .append(nanos / 1_000_000_000)
                .append('.')
                .append(Long.toString(1_000_000_000 + nanos % 1_000_000_000).substring(1))
                .append(' ')
                .append(event.type())
                .append(' ')
                .append(object.ref())
                .append(" v")
                .append(event.version())
                .append(" g")
                .append(object.metadata().generation());
        if (object.metadata().terminating()) {
            line.append(" terminating");
        }
        lines.add(line.append(stateOf(object)).toString());
    }

    private static String stateOf(ObservedObject object) {
        if (object instanceof ObservedDeployment d) {
            return " spec " + d.replicas() + " observed g" + d.observedGeneration() + " replicas " + d.statusReplicas()
                    + " updated " + d.updatedReplicas() + " ready " + d.readyReplicas() + " available "
                    + d.availableReplicas() + conditions(d.conditions());
        }
        if (object instanceof ObservedReplicaSet r) {
            return " spec " + r.replicas() + " observed g" + r.observedGeneration() + " replicas " + r.statusReplicas()
                    + " ready " + r.readyReplicas() + " available " + r.availableReplicas()
                    + conditions(r.conditions());
        }
        if (object instanceof ObservedPod p) {
            return " " + p.phase() + " on " + (p.nodeName().isEmpty() ? "no node" : p.nodeName())
                    + conditions(p.conditions());
        }
        if (object instanceof ObservedEndpointSlice s) {
            StringBuilder text = new StringBuilder();
            for (ObservedEndpointSlice.Endpoint endpoint : s.endpoints()) {
                text.append(' ')
                        .append(endpoint.podName())
                        .append(flag(endpoint.ready()))
                        .append(flag(endpoint.serving()))
                        .append(flag(endpoint.terminating()));
            }
            return text.toString();
        }
        if (object instanceof ObservedEvent e) {
            return " " + e.reason() + " x" + e.count() + " on " + e.regarding() + ": " + e.message();
        }
        return "";
    }

    private static char flag(boolean value) {
        return value ? 'T' : 'F';
    }

    private static String conditions(List<ObservedCondition> conditions) {
        StringBuilder text = new StringBuilder();
        for (ObservedCondition condition : conditions) {
            text.append(' ').append(condition.type()).append('=').append(condition.status());
            if (!condition.reason().isEmpty()) {
                text.append('/').append(condition.reason());
            }
        }
        return text.toString();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}

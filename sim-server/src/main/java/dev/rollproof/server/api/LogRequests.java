// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.Query;
import dev.rollproof.sim.Faults.Verb;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.Selection;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.api.Watch;
import dev.rollproof.sim.api.WatchListener;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** GET on a pod's {@code log}, also as a stream that goes on. Thread-safe. */
final class LogRequests {
    private final Gate gate;
    private final ReadRequests reads;
    private final Executor executor;

    LogRequests(Gate gate, ReadRequests reads, Executor executor) {
        this.gate = gate;
        this.reads = reads;
        this.executor = executor;
    }

    Answer log(ApiRequest request, String namespace, String name) {
        Parameters query = request.query();
        ContainerLog.check(query, name);
        if (!query.isTrue("follow") || query.isTrue("previous")) {
            ContainerLog log = gate.call(() -> {
                gate.cluster().admit(Verb.GET, ResourceType.PODS);
                return ContainerLog.of(reads.find(ResourceType.PODS, namespace, name), query, gate.now());
            });
            return Answer.Whole.text(200, log.text(0));
        }
        Following following = new Following(query);
        gate.call(() -> {
            gate.cluster().admit(Verb.GET, ResourceType.PODS);
            following.start(reads.find(ResourceType.PODS, namespace, name));
            return following;
        });
        return new Answer.Streamed("text/plain", following.queue::begin);
    }

    /** One client that waits for what a container says next. Under the lock, but for its queue. */
    private final class Following implements WatchListener<Pod> {
        private final Parameters query;
        private final EventQueue queue = new EventQueue(executor, this::over);
        private int told;
        private @Nullable Watch<Pod> watch;

        Following(Parameters query) {
            this.query = query;
        }

        void start(Pod pod) {
            if (tell(pod)) {
                Query<Pod> one = Query.of(Pod.class)
                        .inNamespace(Metadata.namespace(pod))
                        .named(pod.getMetadata().getName());
                watch = gate.cluster()
                        .watch(
                                ResourceType.PODS,
                                one.namespace(),
                                Selection.of(ResourceType.PODS, one),
                                Metadata.version(pod),
                                this);
            }
        }

        /** Tells what is new; false where nothing more will come. */
        private boolean tell(Pod pod) {
            ContainerLog log = ContainerLog.of(pod, query, gate.now());
            byte[] news = log.text(told).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            told = log.lines();
            if (news.length > 0) {
                queue.put(News.of(() -> news, () -> news.length));
            }
            if (log.ended()) {
                queue.end();
            }
            return !log.ended();
        }

        @Override
        public void onEvent(StoredEvent<Pod> event) {
            boolean gone = event.type() == dev.rollproof.k8s.Change.Type.DELETED;
            try {
                if (tell(event.object()) && gone) {
                    queue.end();
                }
            } catch (Refusal restarted) {
                queue.end();
            }
        }

        @Override
        public void onClosed(ClusterException why) {
            queue.cut();
        }

        private void over() {
            gate.cluster().loop().call(() -> {
                Watch<Pod> open = watch;
                if (open != null) {
                    gate.cluster().unwatch(open);
                    watch = null;
                }
                return List.of();
            });
        }
    }
}

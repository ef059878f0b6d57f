// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.controllers;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.DeleteOptions;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a component's Events as client-go's recorder does: one that says the same again raises the count of the first,
 * more than ten of one reason about one object are combined, and an object that goes on and on is silenced after 25 in a
 * row until five minutes give it another. A failed write loses the event, as there.
 */
public final class EventRecorder {
    private static final int REMEMBERED = 4096;
    private static final int BURST = 25;
    private static final long REFILL_NANOS = 300_000_000_000L;
    private static final long LIFETIME_NANOS = 3_600_000_000_000L;
    private static final int SIMILAR = 10;
    private static final long SIMILAR_NANOS = 600_000_000_000L;
    private static final String COMBINED = "(combined from similar events): ";

    private final ApiServer api;
    private final String component;
    private final EventSource source;
    private final @Nullable String host;
    private final Map<List<String>, String> names = remembering();
    private final Map<List<String>, Similar> topics = remembering();
    private final Map<String, Bucket> buckets = remembering();
    private final long nameBase;
    private final ArrayDeque<Told> told = new ArrayDeque<>();
    private long sequence;
    private long lost;

    /** When an event was first told, and where it is, to be forgotten after an hour. */
    private record Told(long nanos, String namespace, String name) {}

    private static final class Similar {
        final List<String> messages = new ArrayList<>(2);
        long lastNanos;
    }

    private static final class Bucket {
        double tokens = BURST;
        long lastNanos;
    }

    /**
     * @param host the node that the component runs on; null for none
     */
    public EventRecorder(ApiServer api, String component, @Nullable String host) {
        this.api = api;
        this.component = component;
        this.host = host;
        this.nameBase = 0x18ea000000000000L + ((long) (component.hashCode() & 0x3ff) << 44);
        this.source = new EventSource();
        source.setComponent(component);
        source.setHost(host);
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    public void normal(HasMetadata about, String reason, String message) {
        record(about, "", "Normal", reason, message);
    }

    public void warning(HasMetadata about, String reason, String message) {
        record(about, "", "Warning", reason, message);
    }

    /**
     * @param fieldPath the part of the object that is meant, such as {@code spec.containers{web}}; {@code ""} for all of it
     */
    public void record(HasMetadata about, String fieldPath, String type, String reason, String text) {
        long now = api.loop().elapsedNanos();
        String uid = about.getMetadata().getUid();
        if (!allowed(uid, now)) {
            return;
        }
        String message = combined(List.of(uid, fieldPath, type, reason), text, now);
        List<String> said = List.of(uid, fieldPath, type, reason, message);
        String name = names.get(said);
        Event before = name == null ? null : api.find(ResourceType.EVENTS, namespaceOf(about), name);
        try {
            if (before == null) {
                Event event = newEvent(about, fieldPath, type, reason, message, now);
                names.put(said, event.getMetadata().getName());
                api.create(ResourceType.EVENTS, event);
            } else {
                Event again = ResourceType.EVENTS.shallowCopy().apply(before);
                again.setMetadata(Metadata.copy(before.getMetadata()));
                again.getMetadata().setResourceVersion(null);
                again.setCount(before.getCount() + 1);
                again.setLastTimestamp(api.timestamps().now());
                api.update(ResourceType.EVENTS, again);
            }
        } catch (ClusterException refused) {
            lost++;
            names.remove(said);
        }
    }

    private boolean allowed(String uid, long now) {
        Bucket bucket = buckets.computeIfAbsent(uid, created -> new Bucket());
        bucket.tokens = Math.min(BURST, bucket.tokens + (double) (now - bucket.lastNanos) / REFILL_NANOS);
        bucket.lastNanos = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }

    /** Ten different messages on one topic are told as they are, the eleventh and later ones as one. */
    private String combined(List<String> topic, String message, long now) {
        Similar similar = topics.computeIfAbsent(topic, created -> new Similar());
        if (now - similar.lastNanos > SIMILAR_NANOS) {
            similar.messages.clear();
        }
        similar.lastNanos = now;
        if (!similar.messages.contains(message)) {
            if (similar.messages.size() >= SIMILAR) {
                return COMBINED + message;
            }
            similar.messages.add(message);
        }
        return message;
    }

    private Event newEvent(HasMetadata about, String fieldPath, String type, String reason, String message, long now) {
        Event event = bareEvent(about, fieldPath, type, reason, message, now);
        String timestamp = api.timestamps().now();
        event.setSource(source);
        event.setCount(1);
        event.setFirstTimestamp(timestamp);
        event.setLastTimestamp(timestamp);
        event.setReportingComponent(component);
        event.setReportingInstance(host == null ? "" : host);
        return event;
    }

    /** Events live for an hour since they were last told; looked after whenever there is a new one. */
    private void forgetOld(long now) {
        while (!told.isEmpty() && now - told.peek().nanos > LIFETIME_NANOS) {
            Told old = told.remove();
            Event event = api.find(ResourceType.EVENTS, old.namespace, old.name);
            if (event == null) {
                continue;
            }
            String last = event.getLastTimestamp();
            long since = last == null ? old.nanos : nanosOf(last);
            if (now - since > LIFETIME_NANOS) {
                api.delete(ResourceType.EVENTS, old.namespace, old.name, DeleteOptions.defaults());
            } else {
                told.add(new Told(now, old.namespace, old.name));
            }
        }
    }

    private long nanosOf(String timestamp) {
        return api.loop().elapsedNanos()
                - Duration.between(Times.parse(timestamp), api.loop().now()).toNanos();
    }

    private Event bareEvent(HasMetadata about, String fieldPath, String type, String reason, String message, long now) {
        ObjectMeta metadata = new ObjectMeta();
        metadata.setNamespace(namespaceOf(about));
        metadata.setName(about.getMetadata().getName() + "." + Long.toHexString(nameBase + now + sequence++));
        Event event = new Event();
        event.setMetadata(metadata);
        event.setInvolvedObject(reference(about, fieldPath));
        event.setType(type);
        event.setReason(reason);
        event.setMessage(message);
        forgetOld(now);
        told.add(new Told(now, metadata.getNamespace(), metadata.getName()));
        return event;
    }

    /** Writes an event of the newer kind, which has a time in microseconds and no count; the scheduler does. */
    void recordOnce(HasMetadata about, String type, String reason, String action, String message) {
        Event event = bareEvent(about, "", type, reason, message, api.loop().elapsedNanos());
        event.setEventTime(new MicroTime(api.timestamps().inMicroseconds()));
        event.setAction(action);
        event.setSource(new EventSource());
        event.setReportingComponent(component);
        event.setReportingInstance(component + "-" + (host == null ? "0" : host));
        try {
            api.create(ResourceType.EVENTS, event);
        } catch (ClusterException refused) {
            lost++;
        }
    }

    private static String namespaceOf(HasMetadata about) {
        String namespace = Metadata.namespace(about);
        return namespace.isEmpty() ? "default" : namespace;
    }

    private static ObjectReference reference(HasMetadata about, String fieldPath) {
        ObjectMeta metadata = about.getMetadata();
        ObjectReference reference = new ObjectReference();
        reference.setApiVersion(about.getApiVersion());
        reference.setKind(about.getKind());
        reference.setNamespace(metadata.getNamespace());
        reference.setName(metadata.getName());
        reference.setUid(metadata.getUid());
        reference.setResourceVersion(metadata.getResourceVersion());
        reference.setFieldPath(fieldPath.isEmpty() ? null : fieldPath);
        return reference;
    }

    @Override
    public String toString() {
        return component + "'s events, " + lost + " lost";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import dev.rollproof.k8s.Cluster;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A process that can die, as the cluster knows it: from then on it asks for nothing, and nothing that it does arrives. */
final class MortalProcess {
    /** What the dead process' code gets for each request. */
    static final class DiedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DiedException(Method request) {
            super("the process died before it could " + request.getName());
        }
    }

    private final Cluster cluster;
    private volatile boolean dead;

    MortalProcess(Cluster cluster) {
        this.cluster = cluster;
    }

    void dies() {
        dead = true;
    }

    /** The cluster as this process reaches it. Its time goes on without the process. */
    Cluster cluster() {
        return (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, request, arguments) -> {
                    if (dead && !request.getName().equals("time")) {
                        throw new DiedException(request);
                    }
                    try {
                        return request.invoke(cluster, arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                });
    }
}

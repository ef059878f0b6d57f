// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.harness;

/** Reasons of causes that tests ask for most: Kubernetes' own words. Any other word of Kubernetes does as well. */
public final class Reasons {
    /** A container exits again and again. */
    public static final String CRASH_LOOP = "CrashLoopBackOff";

    /** A container is killed for its memory. */
    public static final String OUT_OF_MEMORY = "OOMKilled";

    /** An image cannot be pulled. */
    public static final String IMAGE_PULL = "ErrImagePull";

    /** An image's name is none. */
    public static final String INVALID_IMAGE_NAME = "InvalidImageName";

    /** A config map or secret is missing, or the container may not run as it is. */
    public static final String CONFIGURATION = "CreateContainerConfigError";

    /** A container cannot be started: its command is missing, for instance. */
    public static final String CANNOT_START = "RunContainerError";

    /** Containers run, but their readiness probes do not succeed. */
    public static final String NOT_READY = "ContainersNotReady";

    /** An init container does not end, or a sidecar does not start, and the others wait. */
    public static final String NOT_INITIALIZED = "ContainersNotInitialized";

    /** Containers are ready, but a readiness gate of the pod is not open. */
    public static final String READINESS_GATE = "ReadinessGatesNotReady";

    /** A scheduling gate of the pod is not open. */
    public static final String SCHEDULING_GATE = "SchedulingGated";

    /** An image is never to be pulled, and is not on the node. */
    public static final String NEVER_PULLED = "ErrImageNeverPull";

    /** No node takes the pod. */
    public static final String UNSCHEDULABLE = "Unschedulable";

    /** A volume cannot be mounted. */
    public static final String MOUNT = "FailedMount";

    /** Pods cannot be created, for want of quota or rights. */
    public static final String CANNOT_CREATE_PODS = "FailedCreate";

    /** The Deployment made no progress in the time that it gives itself. */
    public static final String PROGRESS_DEADLINE = "ProgressDeadlineExceeded";

    private Reasons() {}
}

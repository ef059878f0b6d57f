// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

/** The images that there are of the clock. */
public enum ClockImage {
    /** The first version; its page does not say which it is. */
    V1_0("1.0"),
    V1_1("1.1"),
    V1_2("1.2"),
    /** The command is {@code false}: a container ends with exit code 1 at once, again and again. */
    BROKEN("broken");

    private final String tag;

    ClockImage(String tag) {
        this.tag = tag;
    }

    public String tag() {
        return tag;
    }

    /** What a manifest calls it: {@code clock:1.0}, which is {@code docker.io/library/clock:1.0} in full. */
    public String reference() {
        return "clock:" + tag;
    }

    /** The name of its tar: {@code clock-1.0.tar}. */
    public String fileName() {
        return "clock-" + tag + ".tar";
    }
}

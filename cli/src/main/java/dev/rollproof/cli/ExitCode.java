// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import dev.rollproof.verifier.Verdict;

/** The command's exit codes, each with one meaning: scripts rely on them. */
final class ExitCode {
    static final int ROLLED_OUT = 0;
    static final int FAILED = 1;
    static final int WRONG_USE = 2;
    static final int UNDECIDED = 3;
    static final int INTERFERED = 4;
    static final int UNREACHABLE = 5;

    private ExitCode() {}

    static int of(Verdict verdict) {
        if (verdict instanceof Verdict.Complete) {
            return ROLLED_OUT;
        }
        if (verdict instanceof Verdict.Failed) {
            return FAILED;
        }
        if (verdict instanceof Verdict.TimedOut || verdict instanceof Verdict.Undecided) {
            return UNDECIDED;
        }
        return verdict instanceof Verdict.Unreachable ? UNREACHABLE : INTERFERED;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Where the command prints to. Remembers why something could not be written, which a {@link PrintStream} does not. */
final class StandardOutput extends FilterOutputStream {
    private @Nullable IOException lost;

    StandardOutput(OutputStream to) {
        super(to);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** In one piece; byte by byte is the default. */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException failure) {
            if (lost == null) {
                lost = failure;
            }
            throw failure;
        }
    }

    /**
     * The exit code of a command that would have ended with this one: nothing that was lost passes for success. Who closed a pipe
     * has read what he wanted, as {@code head} does.
     */
    int ended(int code, PrintStream err) {
        if (lost == null || String.valueOf(lost.getMessage()).contains("Broken pipe")) {
            return code;
        }
        err.println("rollproof: the output could not be written: " + lost.getMessage()
                + "; what is missing in it is lost, so make room and run the command again");
        return code == ExitCode.ROLLED_OUT ? ExitCode.WRONG_USE : code;
    }
}

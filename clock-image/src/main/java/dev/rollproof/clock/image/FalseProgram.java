// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program {@code false} for images that have nothing else: the smallest ELF file that makes one system call,
 * {@code exit_group(1)}. A copy of the host's would need that host's libraries.
 */
final class FalseProgram {
    /** Where it lies in an image. */
    static final String PLACE = "/bin/false";

    private static final long LOADED_AT = 0x400000;
    private static final int FILE_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;

    private FalseProgram() {}

    /** The file for this processor. */
    static byte[] of(Processor processor) {
        return switch (processor) {
            case AMD64 -> elf(62, 0xBF, 1, 0, 0, 0, /* mov edi, 1 */ 0xB8, 231, 0, 0, 0, /* mov eax, 231 */ 0x0F, 0x05);
            case ARM64 ->
                elf(183, 0x20, 0, 0x80, 0xD2, /* mov x0, 1 */ 0xC8, 0x0B, 0x80, 0xD2, /* mov x8, 94 */ 1, 0, 0, 0xD4);
        };
    }

    /** Writes the file for the processor that builds. */
    static Path writeInto(Path directory) throws IOException {
        return Files.write(directory.resolve("false"), of(Processor.from(System.getProperty("os.arch"))));
    }

    /** One segment, the whole file, readable and executable; the code follows the headers. */
    private static byte[] elf(int machine, int... code) {
        int headers = FILE_HEADER + PROGRAM_HEADER;
        ByteBuffer file = ByteBuffer.allocate(headers + code.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        file.putShort((short) 2).putShort((short) machine).putInt(1);
        file.putLong(LOADED_AT + headers).putLong(FILE_HEADER).putLong(0).putInt(0);
        file.putShort((short) FILE_HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        file.putInt(1).putInt(5).putLong(0).putLong(LOADED_AT).putLong(LOADED_AT);
        file.putLong(file.capacity()).putLong(file.capacity()).putLong(0x1000);
        for (int octet : code) {
            file.put((byte) octet);
        }
        return file.array();
    }
}

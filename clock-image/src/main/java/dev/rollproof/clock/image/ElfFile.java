// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program or library of Linux. What of it is never loaded, tables of symbols for debuggers above all, is an eighth of a trimmed
 * Java, and not every host has a program that takes it away.
 */
final class ElfFile {
    private static final int PROGRAM_HEADERS_AT = 0x20;
    private static final int SECTION_HEADERS_AT = 0x28;
    private static final int PROGRAM_HEADER_SIZE = 0x36;
    private static final int PROGRAM_HEADER_COUNT = 0x38;
    private static final int SECTION_HEADER_SIZE = 0x3A;
    private static final int FILE_HEADER = 64;
    private static final int OFFSET_IN_FILE = 0x08;
    private static final int BYTES_IN_FILE = 0x20;

    private ElfFile() {}

    /** Whether these are the bytes of a 64-bit little-endian ELF file, as all that we build for are. */
    static boolean is(byte[] file) {
        return file.length >= FILE_HEADER
                && file[0] == 0x7F
                && file[1] == 'E'
                && file[2] == 'L'
                && file[3] == 'F'
                && file[4] == 2
                && file[5] == 1;
    }

    /** The same without what no program header names: it lies at the end. Its sections are then nameless and are not listed. */
    static byte[] loadedPart(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long headers = in.getLong(PROGRAM_HEADERS_AT);
        int size = Short.toUnsignedInt(in.getShort(PROGRAM_HEADER_SIZE));
        int count = Short.toUnsignedInt(in.getShort(PROGRAM_HEADER_COUNT));
        long end = headers + (long) size * count;
        for (int i = 0; i < count; i++) {
            int header = Math.toIntExact(headers + (long) size * i);
            end = Math.max(end, in.getLong(header + OFFSET_IN_FILE) + in.getLong(header + BYTES_IN_FILE));
        }
        if (count == 0 || end < FILE_HEADER || end > file.length) {
            return file;
        }
        byte[] loaded = new byte[Math.toIntExact(end)];
        System.arraycopy(file, 0, loaded, 0, loaded.length);
        ByteBuffer out = ByteBuffer.wrap(loaded).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(SECTION_HEADERS_AT, 0);
        for (int field = SECTION_HEADER_SIZE; field < FILE_HEADER; field += Short.BYTES) {
            out.putShort(field, (short) 0);
        }
        return loaded;
    }

    /** Cuts a file down to what is loaded, if it is an ELF file. */
    static void cut(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        if (is(content)) {
            Files.write(file, loadedPart(content));
        }
    }
}

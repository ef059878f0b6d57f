// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock.image;

import java.nio.file.Path;

/**
 * An image that was written, as {@code docker load} and {@code ctr images import} take it.
 *
 * @param image which one
 * @param tar the file
 * @param bytes the file's size; its layers are compressed
 * @param sha256 the file's SHA-256, in hexadecimal
 */
public record ImageTar(ClockImage image, Path tar, long bytes, String sha256) {}

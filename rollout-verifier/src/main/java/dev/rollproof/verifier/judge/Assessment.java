// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.verifier.judge;

import java.time.Instant;
import java.util.Optional;

/**
 * What the judge says, and what it wants to remember.
 *
 * @param recheckAt when to look again even if nothing changes; empty where only a change can matter
 */
public record Assessment(Memory memory, Status status, Optional<Instant> recheckAt) {}

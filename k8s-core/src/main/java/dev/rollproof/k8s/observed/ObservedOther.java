// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

/** An object of a kind of which Rollproof reads only the metadata. */
public record ObservedOther(ObservedMetadata metadata) implements ObservedObject {}

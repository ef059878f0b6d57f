// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.observed;

import java.util.Map;

/**
 * A Service.
 *
 * @param selector the labels of the pods that it sends to; empty where somebody else says where it sends to
 */
public record ObservedService(ObservedMetadata metadata, Map<String, String> selector) implements ObservedObject {
    public ObservedService {
        selector = Map.copyOf(selector);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import org.junit.jupiter.api.Tag;

/** The same with the transport that fabric8's client takes where none is chosen. */
@Tag("thorough")
class Fabric8VertxTest extends Fabric8Contract {
    Fabric8VertxTest() {
        super(new VertxHttpClientFactory());
    }
}

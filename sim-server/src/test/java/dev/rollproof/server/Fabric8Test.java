// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

/** With the transport of the JDK. */
class Fabric8Test extends Fabric8Contract {
    Fabric8Test() {
        super(new JdkHttpClientFactory());
    }
}

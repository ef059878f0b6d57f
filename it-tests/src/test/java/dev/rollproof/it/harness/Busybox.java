// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.harness;

import dev.rollproof.harness.K3s;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** An image {@code harness/busybox:1} in a tar here, made of the busybox that is on the node: to be loaded onto it again. */
final class Busybox {
    private static final String MAKE = """
            set -e
            busybox=$(command -v busybox || echo /bin/busybox)
            work=$(mktemp -d)
            mkdir -p $work/root/bin
            cp -L $busybox $work/root/bin/busybox
            ln -s busybox $work/root/bin/sh
            cd $work
            $busybox tar -C root -cf layer.tar .
            layer=$($busybox sha256sum layer.tar | cut -d' ' -f1)
            case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
            printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
                $architecture $layer > config.json
            echo '[{"Config":"config.json","RepoTags":["docker.io/harness/busybox:1"],"Layers":["layer.tar"]}]' > manifest.json
            $busybox tar -cf image.tar manifest.json layer.tar config.json
            $busybox base64 image.tar
            rm -rf $work
            """;

    private Busybox() {}

    static Path tar(K3s k3s, Path folder) throws IOException {
        byte[] image = Base64.getMimeDecoder().decode(k3s.exec("sh", "-c", MAKE));
        return Files.write(folder.resolve("busybox.tar"), image);
    }
}

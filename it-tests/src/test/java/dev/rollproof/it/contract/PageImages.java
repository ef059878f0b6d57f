// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.contract;

import dev.rollproof.harness.K3s;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The images of the contract, which are the same on both kinds of cluster, for containers with {@code imagePullPolicy:
 * IfNotPresent} (the default, as none is tagged {@code latest}):
 *
 * <ul>
 *   <li>{@code page:1.0}, {@code page:1.1}, {@code page:1.2} serve their version at {@code /} and 200 at {@code /ready}, on
 *       port 8080, and exit with 0 at once on SIGTERM
 *   <li>{@code page:never} runs, but has no {@code /ready}
 *   <li>{@code page:broken} exits with 3 at once
 *   <li>{@code page:deaf} serves on after SIGTERM, until it is killed
 * </ul>
 *
 * <p>On a real node they are made of the busybox that is there: all of them have a shell and busybox's commands, such as
 * {@code ["sleep", "60"]}. Nothing is pulled.
 */
public final class PageImages {
    private static final Set<K3s> LOADED = new HashSet<>();

    private static final String ON_THE_NODE = """
            set -e
            busybox=$(command -v busybox || echo /bin/busybox)
            work=$(mktemp -d)
            mkdir -p $work/root/bin $work/root/tmp $work/root/www
            cp -L $busybox $work/root/bin/busybox
            for command in $($busybox --list); do
              [ $command = busybox ] || ln -s busybox $work/root/bin/$command
            done
            cat > $work/root/serve.sh <<'END'
            #!/bin/sh
            [ $VERSION = broken ] && exit 3
            [ $VERSION = deaf ] && trap '' TERM || trap 'exit 0' TERM
            echo "page $VERSION" > /www/index.html
            [ $VERSION = never ] || echo ready > /www/ready
            while true; do
              httpd -f -p 8080 -h /www &
              wait
            done
            END
            cd $work
            $busybox tar -C root -cf layer.tar .
            layer=$($busybox sha256sum layer.tar | cut -d' ' -f1)
            case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
            comma=
            for version in 1.0 1.1 1.2 never broken deaf; do
              printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin","VERSION=%s"],"Entrypoint":["/bin/sh","/serve.sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
                  $architecture $version $layer > $version.json
              printf '%s{"Config":"%s.json","RepoTags":["docker.io/library/page:%s"],"Layers":["layer.tar"]}' \
                  "$comma" $version $version >> list
              comma=,
            done
            echo "[$(cat list)]" > manifest.json
            $busybox tar -cf images.tar manifest.json layer.tar *.json
            ctr -n k8s.io images import images.tar
            rm -rf $work
            """;

    private PageImages() {}

    /** Makes them on the node, once. */
    public static synchronized void loadInto(K3s k3s) {
        if (LOADED.add(k3s)) {
            k3s.exec("sh", "-c", ON_THE_NODE);
        }
    }

    /** The same, declared. */
    public static Images declared() {
        ImageBehavior wellBehaved = ImageBehavior.wellBehaved().listensOn(8080);
        return new Images()
                .declare("page:1.0", wellBehaved)
                .declare("page:1.1", wellBehaved)
                .declare("page:1.2", wellBehaved)
                .declare("page:never", wellBehaved.neverReady())
                .declare("page:broken", wellBehaved.crashesAfter(Duration.ZERO).withExitCode(3))
                .declare("page:deaf", wellBehaved.ignoresSigterm())
                .unknownAreNotFound();
    }
}

# SPDX-License-Identifier: Apache-2.0
"""Lists, watches, applies and patches with the official Python client. Argument: a kubeconfig. Prints what it saw."""

import sys

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

config.load_kube_config(config_file=sys.argv[1])
core = client.CoreV1Api()


def config_map(name, value):
    return client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name=name, labels={"made-by": "python"}), data={"key": value}
    )


core.create_namespaced_config_map("default", config_map("a", "1"))
core.create_namespaced_config_map("default", config_map("b", "1"))
listed = core.list_namespaced_config_map("default", label_selector="made-by=python")
print("listed", " ".join(item.metadata.name for item in listed.items))
try:
    core.read_namespaced_config_map("c", "default")
except ApiException as missing:
    print("missing", missing.status, missing.reason)

stream = watch.Watch()
told = []
for event in stream.stream(
    core.list_namespaced_config_map, "default", field_selector="metadata.name=a", timeout_seconds=20
):
    told.append(event["type"] + "=" + event["object"].data["key"])
    if len(told) == 1:
        core.patch_namespaced_config_map("a", "default", {"data": {"key": "2"}})
    elif len(told) == 2:
        core.delete_namespaced_config_map("a", "default")
    else:
        stream.stop()
print("watched", " ".join(told))

applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "data": {"key": "applied"}}


def apply(manager, force):
    return core.patch_namespaced_config_map(
        "b",
        "default",
        applied,
        field_manager=manager,
        force=force,
        _content_type="application/apply-patch+yaml",
    )


try:
    apply("one", False)
except ApiException as conflict:
    print("conflict", conflict.status)
print("applied", apply("one", True).data["key"])
patched = core.patch_namespaced_config_map(
    "b", "default", [{"op": "replace", "path": "/data/key", "value": "patched"}]
)
print("patched", patched.data["key"])

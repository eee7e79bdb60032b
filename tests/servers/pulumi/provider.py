"""``pulumi-resource-kubernetes`` for tests: the part of pulumi-kubernetes that our objects meet, over Pulumi's own protocol, against a real API server.

Where the two could differ it does what pulumi-kubernetes 4.34 does in its source: a create of what exists fails unless
``upsertExistingObjects``; an update takes no field that another manager owns unless ``enablePatchForce``; drift is looked for only
in what the program states (``pruned``); a changed name or namespace replaces, the new object first unless the name stays; the
provider itself is replaced when it leads to another cluster, or with ``clusterIdentifier`` when that changes. It waits for nothing
but deletion, which is in the background, as no controller runs here.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import proto, rpc
from pulumi.runtime.proto import provider_pb2_grpc

from tests.servers.apiserver.server import Answer, ApiServer, Unserved
from tests.servers.pulumi.serving import plugin_info, serve

PATIENCE = 60.0  # seconds until a deleted object is gone
MANAGER, INPUTS = "__fieldManager", "__inputs"  # what the state holds besides the object
IDENTITY = ("metadata.name", "metadata.namespace")
FORCE = "pulumi.com/patchForce"
Properties = dict[str, Any]


class Kubernetes(provider_pb2_grpc.ResourceProviderServicer):
    """One cluster."""

    server: ApiServer
    force: bool
    upsert: bool

    # ── the provider itself ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def GetPluginInfo(self, request: Any, context: Any) -> proto.PluginInfo:
        return plugin_info("pulumi-kubernetes")

    def CheckConfig(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        olds, news = plain(read(request.olds)), plain(read(request.news))
        changed = sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key))
        if "clusterIdentifier" in olds and "clusterIdentifier" in news:
            replaces = [key for key in changed if key == "clusterIdentifier"]
        else:
            moved = _cluster(olds) and _cluster(news) and _cluster(olds) != _cluster(news)
            replaces = [key for key in changed if key in ("kubeconfig", "context", "cluster")] if moved else []
        changes = proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, diffs=changed, replaces=replaces)

    def Configure(self, request: proto.ConfigureRequest, context: Any) -> proto.ConfigureResponse:
        stated = plain(read(request.args))
        self.force, self.upsert = (stated.get(key) in (True, "true") for key in ("enablePatchForce", "upsertExistingObjects"))
        kubeconfig, name = _kubeconfig(stated)
        one = _named(kubeconfig, "contexts", name).get("context")
        if one is None:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"the kubeconfig has no context {name!r}")
        cluster, user = _named(kubeconfig, "clusters", one["cluster"])["cluster"], _named(kubeconfig, "users", one["user"])["user"]
        port = int(cluster["server"].rpartition(":")[2])
        self.server = ApiServer(port, user["token"], Path(cluster["certificate-authority"]), Path())
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    # ── one object ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        name = plain(read(request.news)).get("metadata", {}).get("name")
        failures = [] if name else [proto.CheckFailure(property="metadata.name", reason="is missing: names are stated here")]
        return proto.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        state, news = plain(read(request.olds)), plain(read(request.news))
        live = pruned(state, state[INPUTS])
        paths = list(differences(live, news))
        replaces = [path for path, _ in paths if path in IDENTITY]
        kinds = {path: kind + (1 if path in IDENTITY else 0) for path, kind in paths}  # each kind is followed by the one that replaces
        same = all(live["metadata"].get(key) == news["metadata"].get(key) for key in ("name", "namespace"))
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if paths else proto.DiffResponse.DIFF_NONE,
            diffs=[path for path, _ in paths],
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and same,
            detailedDiff={path: proto.PropertyDiff(kind=kind) for path, kind in kinds.items()},
            hasDetailedDiff=True,
        )

    def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:
        stated = read(request.properties)
        if rpc.UNKNOWN in json.dumps(stated):
            return proto.CreateResponse(properties=request.properties)
        manifest = plain(stated)
        manager = f"pulumi-kubernetes-{hashlib.sha256(request.urn.encode()).hexdigest()[:8]}"
        if not self.upsert and self._asked(context, "GET", manifest).status != 404:
            if request.preview:
                return proto.CreateResponse(properties=request.properties)
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{_id(manifest)} already exists in the cluster")
        made = self._applied(context, manifest, manager, preview=request.preview, force=request.preview)
        return proto.CreateResponse(id="" if request.preview else _id(manifest), properties=write(checkpoint(made, stated, manager)))

    def Update(self, request: proto.UpdateRequest, context: Any) -> proto.UpdateResponse:
        stated, manager = read(request.news), read(request.olds)[MANAGER]
        if rpc.UNKNOWN in json.dumps(stated):
            return proto.UpdateResponse(properties=request.news)
        made = self._applied(context, plain(stated), manager, preview=request.preview, force=False)
        return proto.UpdateResponse(properties=write(checkpoint(made, stated, manager)))

    def Read(self, request: proto.ReadRequest, context: Any) -> proto.ReadResponse:
        state, stated = read(request.properties), read(request.inputs)
        answer = self._asked(context, "GET", plain(stated))
        if answer.status == 404:
            return proto.ReadResponse()
        inputs = marked(pruned(answer.body, plain(stated)), stated)
        return proto.ReadResponse(id=request.id, inputs=write(inputs), properties=write(checkpoint(answer.body, inputs, state[MANAGER])))

    def Delete(self, request: proto.DeleteRequest, context: Any) -> empty_pb2.Empty:
        manifest, deadline, pause = plain(read(request.properties))[INPUTS], time.monotonic() + PATIENCE, threading.Event()
        while self._asked(context, "DELETE", manifest).status != 404:
            if time.monotonic() > deadline:
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, f"{_id(manifest)} is still there")
            pause.wait(0.02)
        return empty_pb2.Empty()

    def _applied(self, context: Any, manifest: Properties, manager: str, *, preview: bool, force: bool) -> Properties:
        force = force or self.force or manifest["metadata"].get("annotations", {}).get(FORCE) == "true"
        answer = self._asked(context, "PATCH", manifest, manager=manager, dry_run=preview, force=force)
        if answer.status == 409:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"server-side apply field conflict detected: {answer.message}")
        body: Properties = answer.body
        return body

    def _asked(self, context: Any, verb: str, manifest: Properties, **how: Any) -> Answer:
        """The answer; whatever is no success, no 404 and no 409 ends the call."""
        try:
            answer = {"GET": self.server.get, "DELETE": self.server.delete, "PATCH": self.server.apply}[verb](manifest, **how)
        except (Unserved, OSError) as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        if not answer.ok and not (answer.status == 404 and verb != "PATCH") and answer.status != 409:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{_id(manifest)}: {answer.message}")
        return answer


# ── property values ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(properties: struct_pb2.Struct) -> Properties:
    """As they came, secrets in their wrappers."""
    return json_format.MessageToDict(properties)


def write(properties: Properties) -> struct_pb2.Struct:
    """For the engine."""
    return json_format.ParseDict(properties, struct_pb2.Struct())


def plain(value: Any) -> Any:
    """Without the wrappers of secrets, and with whole numbers as such: the protocol has only floats."""
    if isinstance(value, dict):
        return plain(value["value"]) if _secret(value) else {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def marked(value: Any, like: Any) -> Any:
    """Secret wherever ``like`` is."""
    if _secret(like):
        return {**like, "value": value}
    if isinstance(value, dict) and isinstance(like, dict):
        return {key: marked(one, like.get(key)) for key, one in value.items()}
    if isinstance(value, list) and isinstance(like, list):
        return [marked(one, like[index] if index < len(like) else None) for index, one in enumerate(value)]
    return value


def _secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


def checkpoint(live: Properties, stated: Properties, manager: str) -> Properties:
    """What the state keeps: the object as the server has it, what was stated of it, and under which name."""
    return {**marked(live, stated), INPUTS: stated, MANAGER: manager}


def pruned(live: Any, stated: Any) -> Any:
    """Of the object what is stated of it: a field that nobody states, and an item after the last one that is stated, are not seen."""
    if isinstance(live, dict) and isinstance(stated, dict):
        return {key: pruned(one, stated[key]) for key, one in live.items() if key in stated}
    if isinstance(live, list) and isinstance(stated, list):
        return [pruned(one, like) for one, like in zip(live, stated, strict=False)]
    return live


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Paths and kinds of difference."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            below = f"{path}.{key}" if path else key
            if key not in old or key not in new:
                yield below, proto.PropertyDiff.ADD if key not in old else proto.PropertyDiff.DELETE
            else:
                yield from differences(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from differences(left, right, f"{path}[{index}]")
    elif old != new:
        yield path, proto.PropertyDiff.UPDATE


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _id(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])


def _kubeconfig(stated: Properties) -> tuple[Properties, str]:
    """Its contents, from the argument (a path or the text) or where the environment says, and the context to use."""
    given = stated.get("kubeconfig") or os.environ.get("KUBECONFIG", "")
    text = Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given
    contents = yaml.safe_load(text) or {}
    return contents, stated.get("context") or contents.get("current-context", "")


def _named(kubeconfig: Properties, what: str, name: str) -> Properties:
    return next((one for one in kubeconfig.get(what, []) if one["name"] == name), {})


def _cluster(stated: Properties) -> Properties | None:
    """To which cluster the arguments of a provider lead; what only the environment says is not looked at."""
    if not stated.get("kubeconfig"):
        return None
    kubeconfig, name = _kubeconfig(stated)
    context = _named(kubeconfig, "contexts", name).get("context", {})
    return _named(kubeconfig, "clusters", context.get("cluster", "")).get("cluster")


if __name__ == "__main__":
    serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Kubernetes(), server))

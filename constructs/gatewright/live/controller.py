"""Does the controller run, at the version that was stated, and is it set up as the target claims?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.errors import shown
from gatewright.gateways.fields import at, items, text, url
from gatewright.gateways.installation import Controller, Setting, Store
from gatewright.live.cluster import Absent, Found, Withheld
from gatewright.live.conditions import generation
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, pending, unknown, unread, wrong
from gatewright.live.reader import Object, Reader, leaving
from gatewright.live.versions import minor, tag
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import read


def controllers(written: Written, reader: Reader) -> Iterator[Judgement]:
    """The judgements on the controller of each way into the cluster."""
    for exposed in written.exposures:
        if exposed.installation.controller is not None:
            yield from _deployment(exposed.target, exposed.installation.controller, reader)
            yield from _configuration(exposed.installation.controller, reader)


def _deployment(target: str, one: Controller, reader: Reader) -> Iterator[Judgement]:
    subject, claimed = f"Deployment {one.namespace}/{one.deployment}", f"{target} runs there"
    answer = reader.object("apps/v1", "Deployment", one.namespace, one.deployment)
    if isinstance(answer, Withheld):
        unseen = ok("controller", subject, claimed), _version(subject, target, one, {})
        yield from unread(unseen, answer.reason, f"let whoever runs this read deployments (get) in {one.namespace}")
    elif isinstance(answer, Absent):
        yield wrong("controller", subject, claimed, "there is none", "install it there, or state its namespace on the target")
    elif leaving(answer.body):
        yield wrong("controller", subject, claimed, "it is being deleted", "install it again, and find out who removed it")
    else:
        ready = at(answer.body, "status", "readyReplicas")
        if isinstance(ready, int) and ready > 0:
            yield ok("controller", subject, claimed, f"{ready} replica(s) ready")
        else:
            yield wrong("controller", subject, claimed, "no replica is ready", "read its events and its log")
        yield _version(subject, target, one, answer.body)


def _version(subject: str, target: str, one: Controller, deployment: Object) -> Judgement:
    containers = {text(at(each, "name")): text(at(each, "image")) or "" for each in items(at(deployment, "spec", "template", "spec", "containers"))}
    image = containers.get(one.container)
    if image is None:
        return unknown("controller-version", subject, target, f"it has no container {one.container}")
    there = minor(tag(image))
    if there is None:
        told = f"the image {image} does not say its version"
        return unknown("controller-version", subject, target, told, "pin it by tag and digest, repository:v1.2.3@sha256:…")
    if there != minor(one.version):
        return wrong("controller-version", subject, target, image, "state the version that runs on the target, or deploy the one that is stated")
    if older := _older(deployment):
        return pending("controller-version", subject, target, f"{image}, but {older}")
    return ok("controller-version", subject, target, image)


def _older(deployment: Object) -> str:
    """What still runs of another template than the one that is written, as ``kubectl rollout status`` sees it; empty: nothing."""
    seen, now = at(deployment, "status", "observedGeneration"), generation(deployment)
    if seen != now:
        return f"what runs is of generation {seen}; the Deployment is at {now}"
    replicas, updated = (at(deployment, "status", name) or 0 for name in ("replicas", "updatedReplicas"))
    return f"of {replicas} replica(s) {updated} run it" if updated != replicas else ""


def _configuration(one: Controller, reader: Reader) -> Iterator[Judgement]:
    where = one.configuration
    if where is None:
        return
    subject = f"ConfigMap {one.namespace}/{where.config_map}"
    answer = reader.object("v1", "ConfigMap", one.namespace, where.config_map)
    tree, reason = (_parsed(answer.body, where.key) if isinstance(answer, Found) else (None, "there is none"))
    if isinstance(answer, Withheld):
        reason = answer.reason
    if tree is None:
        closed = f"let whoever runs this read it (configmaps, get, in {one.namespace})"
        fix = closed if isinstance(answer, Withheld) else "look yourself how the controller is set up"
        for check, claimed in (*map(_of_setting, where.settings), *map(_of_store, where.stores)):
            yield unknown(check, subject, claimed, reason, fix)
        return
    for setting in where.settings:
        yield _setting(subject, setting, tree)
    for store in where.stores:
        yield _store(subject, store, one.namespace, tree, reader)


def _of_setting(setting: Setting) -> tuple[str, str]:
    """The name of the check, and what is claimed."""
    return "controller-setting", f"{setting.path} is {_shown(setting.value)}: {setting.claim}"


def _of_store(store: Store) -> tuple[str, str]:
    return "controller-store", f"{store.title} is there: {store.claim}"


def _parsed(body: Object, key: str) -> tuple[Mapping[str, object] | None, str]:
    """The configuration, or why there is none."""
    raw = text(at(body, "data", key))
    if raw is None:
        return None, f"it has no key {key}"
    try:
        return read(raw.encode(), key)[0].manifest, ""
    except (ManifestError, IndexError):
        return None, f"{key} cannot be read as YAML"


def _setting(subject: str, setting: Setting, tree: Object) -> Judgement:
    check, claimed = _of_setting(setting)
    found = at(tree, *setting.path.split("."))
    value = setting.default if found is None else found
    if value == setting.value and type(value) is type(setting.value):
        return ok(check, subject, claimed, "written" if found is not None else "the default")
    told = f"{_shown(value)}{', the default' if found is None and value is not None else ''}" if value is not None else "not written"
    fix = f"set {setting.path}: {_shown(setting.value)} and restart the controller, or state it otherwise on the target"
    return wrong(check, subject, claimed, told, fix)


def _store(subject: str, store: Store, namespace: str, tree: Object, reader: Reader) -> Judgement:
    """A URL may hold a password: of it only the host and the port are ever shown."""
    check, claimed = _of_store(store)
    stated, secret = (text(at(tree, *path.split("."))) for path in (store.url, store.secret))
    if stated is None and secret is not None:
        answer = reader.object("v1", "Secret", namespace, secret, metadata_only=True)
        found = f"its URL is in Secret {namespace}/{secret}"
        if isinstance(answer, Absent):
            return wrong(check, subject, claimed, f"{found}, which is not there", "make the Secret")
        return unknown(check, subject, claimed, f"{found}, which is not read")
    if stated is None:
        return wrong(check, subject, claimed, f"{store.url} is not written", f"write {store.url}")
    host, port = _host(stated)
    name, in_namespace, *rest = (*host.split("."), namespace) if "." not in host else host.split(".")
    if not host or ":" in host or (rest and rest[0] != "svc"):
        return unknown(check, subject, claimed, f"{host or store.url} is no Service of this cluster")
    answer = reader.object("v1", "Service", in_namespace, name)
    if isinstance(answer, Withheld):
        return unknown(check, subject, claimed, f"Service {in_namespace}/{name}: {answer.reason}")
    if isinstance(answer, Absent):
        return wrong(check, subject, claimed, f"there is no Service {in_namespace}/{name}", f"run {store.title}, or correct {store.url}")
    ports = [at(each, "port") for each in items(at(answer.body, "spec", "ports"))]
    if port is not None and port not in ports:
        return wrong(check, subject, claimed, f"Service {in_namespace}/{name} has no port {port}", f"correct the port in {store.url}")
    return ok(check, subject, claimed, f"Service {in_namespace}/{name}")


def _host(stated: str) -> tuple[str, int | None]:
    """The host and port of ``host:port`` or ``scheme://user:password@host:port``; empty for several hosts and for what is no URL."""
    parts = url(stated if "://" in stated else f"//{stated}")
    return ("", None) if parts is None or "," in stated else (parts.hostname or "", parts.port)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(value)[1:-1] if isinstance(value, str) else shown(value)

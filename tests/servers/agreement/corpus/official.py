"""Objects that the projects publish with their own sources: examples, invalid examples, conformance manifests, test data. Read from the Go module cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from tools.typegen import modules, pins

from gatewright.admission.schema import Facts
from tests.servers.agreement.corpus.sample import Sample, distinct, sample

FOLDERS = {
    "sigs.k8s.io/gateway-api": ("examples/", "hack/invalid-examples/", "conformance/", "geps/", "site-src/"),
    "github.com/envoyproxy/gateway": (
        "examples/",
        "internal/gatewayapi/testdata/",
        "internal/cmd/egctl/testdata/translate/in/",
        "internal/provider/file/testdata/",
    ),
    "github.com/cert-manager/cert-manager": ("test/fixtures/", "make/config/"),
}
TRANSLATED = (".out.yaml", "/out/")  # of these there is an input beside


class _Loader(yaml.CSafeLoader):
    """Dates stay text, as JSON has none."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def official(facts: Facts, release: str) -> Iterator[Sample]:
    """Every object of a kind that the facts know, in the sources of the release's module; equal ones once."""
    return distinct(one for one in _of(_pin(release).name) if (one.home[0].rpartition("/")[0], one.home[1]) in facts.kinds)


def _pin(release: str) -> pins.Pin:
    return next(pin for pin in pins.read()[0] if release == pin.name or release.startswith(f"{pin.name}-"))


@cache
def _of(name: str) -> tuple[Sample, ...]:
    pin = _pin(name)
    prefix = f"{pin.module}@{pin.version}/"
    found: list[Sample] = []
    with modules.archive(pin) as archive:
        for path in sorted(archive.namelist()):
            inner = path.removeprefix(prefix)
            if (
                inner.startswith(FOLDERS[pin.module])
                and inner.endswith((".yaml", ".yml"))
                and not any(mark in inner for mark in TRANSLATED)
            ):
                found.extend(sample(manifest, f"{pin.name} {inner}") for manifest in _manifests(archive.read(path)))
    return tuple(found)


def _manifests(text: bytes) -> Iterator[dict[str, Any]]:
    """Whatever looks like an object, at any depth: test data lists them under keys of its own. Templates are no YAML and are left out."""
    try:
        documents = list(yaml.load_all(text, _Loader))
        json.dumps(documents)
    except (yaml.YAMLError, ValueError, TypeError):
        return
    yield from _within(documents)


def _within(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if (
            isinstance(value.get("apiVersion"), str)
            and isinstance(value.get("kind"), str)
            and value["apiVersion"].count("/") == 1
            and "metadata" in value
        ):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _within(item)

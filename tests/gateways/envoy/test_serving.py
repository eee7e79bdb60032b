"""Secrets of listeners' certificates: which Envoy Gateway takes, and of which nothing is said."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gatewright.gateways.envoy.effects.references import References
from gatewright.gateways.envoy.effects.serving import unusable
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.topology.reading import topology
from gatewright.world.world import World
from tests.servers.certificates import key_pair

PAIR = key_pair("*.example.com")
CUT = PAIR.certificate.splitlines()
CUT = "\n".join([CUT[0], *CUT[1:-2], CUT[-1]])  # one line of it is missing


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secret(name: str = "c", kind: str | None = "kubernetes.io/tls", **fields: Any) -> dict[str, Any]:
    typed = {"type": kind} if kind else {}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "app"}, **typed, **fields}


def pair(certificate: str = PAIR.certificate, key: str = PAIR.key, **how: Any) -> dict[str, Any]:
    return secret(data={"tls.crt": encoded(certificate), "tls.key": encoded(key)}, **how)


@pytest.mark.parametrize(
    "good",
    [
        pair(),
        pair(certificate=PAIR.certificate * 2),
        pair(certificate=f"issued by nobody\n{PAIR.certificate}"),
        secret(stringData={"tls.crt": PAIR.certificate, "tls.key": PAIR.key}),
        secret(data={"tls.crt": "", "tls.key": ""}),
        secret(data={}),
        secret(),
        secret(stringData={"tls.crt": "${CERTIFICATE}", "tls.key": "{{ .key }}"}),
        secret(stringData={"tls.crt": "<certificate>", "tls.key": "$(KEY)"}),
        secret(data={"tls.crt": "ENC[AES256_GCM,data:x]", "tls.key": "not base64"}),
        secret(kind="gateway.envoyproxy.io/sds", data={"name": "eA=="}),
        secret(data={"tls.crt": "/w==", "tls.key": "/w=="}),
    ],
)
def test_a_pair_or_what_may_become_one(good):
    assert unusable(good) == ""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (pair(kind=None), "type Opaque"),
        (pair(kind="Opaque"), "type Opaque"),
        (pair(certificate="no"), "tls.crt holds no certificate"),
        (pair(certificate=PAIR.key), "tls.crt holds no certificate"),
        (pair(certificate=CUT), "tls.crt holds no certificate"),
        (pair(certificate=PAIR.certificate + PAIR.key), "tls.crt holds no certificate"),
        (pair(key="no"), "tls.key holds no"),
        (pair(key=PAIR.certificate), "tls.key holds no"),
        (pair(key=PAIR.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")), "tls.key holds no"),
        (secret(stringData={"tls.crt": "no", "tls.key": "no"}), "tls.crt holds no certificate"),
        (secret(data={"tls.crt": encoded(PAIR.certificate)}), "has no tls.key"),
        (secret(data={"ca.crt": "eA=="}), "has no tls.crt and no tls.key"),
    ],
)
def test_what_is_no_certificate(bad, said):
    assert said in unusable(bad)


def test_what_it_holds_is_never_shown():
    assert "hidden" not in unusable(pair(certificate="hidden", key="hidden"))


@pytest.mark.parametrize("junk", [None, 0, [], "x", {"tls.crt": 1}, {"tls.crt": None, "tls.key": []}, {1: 2}])
def test_nothing_makes_it_fall(junk):
    unusable(secret(data=junk))
    unusable(secret(stringData=junk))


def test_one_good_certificate_is_enough_for_a_listener():
    world = World.of([Loaded(one, "w.yaml", index) for index, one in enumerate([pair(name="good"), pair("no", name="bad")])], ())
    found = References(topology(world))
    good, bad, gone = (ObjectId("", "Secret", "app", name) for name in ("good", "bad", "gone"))
    assert found.certificate([good]) == found.certificate([bad, good]) == found.certificate([bad, gone]) == found.certificate([]) == ""
    assert found.certificate([bad]) == "Secret app/bad cannot be used: its tls.crt holds no certificate"

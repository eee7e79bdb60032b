"""What policies refer to: authorities of clients, services of extensions, Secrets whose values nobody shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateways.envoy.world import (
    COMPLETE,
    GATEWAY_REF,
    effects_of,
    gateway,
    listener,
    on_rule,
    one,
    policy,
    ref,
    route,
    said,
    state,
)
from tests.servers.certificates import key_pair

WHOLE = (*COMPLETE, "Secret", "ConfigMap", "Service")
EDGE = [gateway(listener("web"), listener("tls", 443, "HTTPS")), route()]
PEM = key_pair("ca.example.com").certificate
OIDC = {"provider": {"issuer": "https://i.example.com"}, "clientID": "shop", "clientSecret": {"name": "oidc"}}


def asks(*refs: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "ClientTrafficPolicy", "tls": {"clientValidation": {"caCertificateRefs": list(refs), **more}}}


def held(kind: str, name: str, namespace: str = "app", **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "data": data}


AUTHORITY = {"kind": "ConfigMap", "name": "ca"}
GOOD = held("ConfigMap", "ca", **{"ca.crt": PEM})


def client(*more: Any, where: str = "tls", complete: tuple[str, ...] = WHOLE, **spec: Any) -> Any:
    return on_rule(effects_of([*EDGE, *more, policy("c", GATEWAY_REF, **spec)], complete=complete), listener=where).answer


@pytest.mark.parametrize(
    ("objects", "spec", "why"),
    [
        ([], asks(AUTHORITY), "ConfigMap app/ca does not exist"),
        ([], asks({"name": "ca"}), "Secret app/ca does not exist"),
        ([GOOD], asks(AUTHORITY, {"name": "other"}), "Secret app/other does not exist"),
        ([GOOD], asks(AUTHORITY, mode="Request", crl={"refs": [{"name": "revoked"}]}), "Secret app/revoked does not exist"),
        ([held("ConfigMap", "ca", a="1", b="2")], asks(AUTHORITY), "ConfigMap app/ca has no key ca.crt"),
        ([held("ConfigMap", "ca", **{"ca.crt": "", "b": "2"})], asks(AUTHORITY), "ConfigMap app/ca has no key ca.crt"),
        ([held("ConfigMap", "ca", "other", **{"ca.crt": PEM})], asks({**AUTHORITY, "namespace": "other"}), "no ReferenceGrant"),
        ([GOOD], asks({**AUTHORITY, "group": "core"}), "is no ConfigMap"),
        ([held("ConfigMap", "ca", **{"ca.crt": "junk"})], asks(AUTHORITY), "ConfigMap app/ca holds no certificate under ca.crt"),
        ([held("ConfigMap", "ca", bundle="junk")], asks(AUTHORITY), "ConfigMap app/ca holds no certificate under bundle"),
        ([held("Secret", "ca", **{"ca.crt": "anVuaw=="})], asks({"name": "ca"}), "Secret app/ca holds no certificate under ca.crt"),
        ([], asks({"kind": "Bucket", "name": "ca"}), "Bucket ca is no Secret, ConfigMap or ClusterTrustBundle"),
    ],
)
def test_an_authority_that_is_not_there_answers_500(objects, spec, why):
    answer = client(*objects, **spec)
    assert answer.status == 500
    assert why in answer.why
    assert client(*objects, where="web", **spec) is None, "a listener without TLS asks for none"


@pytest.mark.parametrize(
    ("objects", "spec", "complete"),
    [
        ([GOOD], asks(AUTHORITY), WHOLE),
        ([held("ConfigMap", "ca", bundle=PEM)], asks(AUTHORITY), WHOLE),
        ([held("Secret", "ca", **{"ca.crt": "", "tls.crt": ""})], asks({"name": "ca"}), WHOLE),
        ([held("ConfigMap", "ca", **{"ca.crt": f"{PEM}{key_pair('ca.example.com').key}"})], asks(AUTHORITY), WHOLE),
        ([held("ConfigMap", "ca", **{"ca.crt": "${AUTHORITY}"})], asks(AUTHORITY), WHOLE),
        ([], asks({"kind": "ClusterTrustBundle", "name": "ca"}), WHOLE),
        ([], asks(AUTHORITY), COMPLETE),
    ],
)
def test_one_that_is_there_or_may_be(objects, spec, complete):
    assert client(*objects, complete=complete, **spec) is None


def test_a_stream_under_a_policy_that_is_not_accepted_is_refused():
    objects = [
        gateway(listener("web", 443, "TLS", tls={"mode": "Terminate", "certificateRefs": [{"name": "cert"}]})),
        route(kind="TCPRoute"),
    ]
    effects = effects_of([*objects, policy("c", GATEWAY_REF, **asks(AUTHORITY))], complete=WHOLE)
    assert on_rule(effects, kind="TCPRoute").answer.status == 500


@pytest.mark.parametrize("data", [{"client-secret": ""}, {"client-secret": "eA=="}, {"client-secret": "", "other": ""}])
def test_a_secret_without_its_values_is_as_good_as_with_them(data):
    effects = effects_of([*EDGE, held("Secret", "oidc", **data), policy("p", ref(), oidc=OIDC)], complete=WHOLE)
    assert on_rule(effects).answer is None
    assert state(on_rule(effects), "oidc") == "enforced"


@pytest.mark.parametrize("data", [{"other": "eA=="}, {"other": ""}, {"client-secret": "", "other": "eA=="}])
def test_a_secret_without_the_key_is_not(data):
    effects = effects_of([*EDGE, held("Secret", "oidc", **data), policy("p", ref(), oidc=OIDC)], complete=WHOLE)
    assert "has no key client-secret" in on_rule(effects).answer.why


def extended(*more: Any, complete: tuple[str, ...] = WHOLE, **spec: Any) -> Any:
    return on_rule(effects_of([*EDGE, *more, policy("x", ref(), kind="EnvoyExtensionPolicy", **spec)], complete=complete))


GONE = {"backendRefs": [{"name": "gone", "port": 80}]}
SERVICE = one("Service", "there", {"ports": [{"port": 80}]}, group="v1")
THERE = {"backendRefs": [{"name": "there", "port": 80}]}
IMAGE = {"type": "Image", "image": {"url": "r.example.com/x:1", "pullSecretRef": {"name": "pull"}}}
HTTP = {"type": "HTTP", "http": {"url": "https://x.example.com", "tls": {"caCertificateRef": {"name": "ca"}}}}


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"extProc": [GONE]}, "Service app/gone does not exist"),
        ({"extProc": [{**GONE, "failOpen": True}, GONE]}, "Service app/gone does not exist"),
        ({"lua": [{"type": "ValueRef", "valueRef": {"kind": "ConfigMap", "name": "gone"}}]}, "ConfigMap app/gone does not exist"),
        ({"wasm": [{"name": "w", "code": IMAGE}]}, "Secret app/pull does not exist"),
        ({"wasm": [{"name": "w", "code": HTTP}]}, "Secret app/ca does not exist"),
    ],
)
def test_an_extension_that_leads_nowhere_answers_500(spec, why):
    assert extended(**spec).answer.status == 500
    assert why in extended(**spec).answer.why
    assert extended(complete=COMPLETE, **spec).answer is None


def test_one_that_fails_open_is_left_out():
    effect = extended(extProc=[{**GONE, "failOpen": True}])
    assert (effect.answer, state(effect, "extension")) == (None, "not-enforced")
    assert "extProc 0 is left out, since it fails open: Service app/gone does not exist" in effect.notes


def test_those_beside_it_stand():
    effect = extended(SERVICE, extProc=[{**GONE, "failOpen": True}, THERE])
    assert (effect.answer, state(effect, "extension")) == (None, "enforced")
    (one,) = said(effect, "extension").each
    assert one.startswith("external processor app/there:80 that is ")  # a digest of where it leads


def trusting(*objects: Any, complete: tuple[str, ...] = WHOLE, **ref: Any) -> list[str]:
    frontend = {"default": {"validation": {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca", **ref}]}}}
    made = gateway(listener("web"), listener("tls", 443, "HTTPS"), tls={"frontend": frontend})
    cert = {**held("Secret", "cert", **{"tls.crt": "", "tls.key": ""}), "type": "kubernetes.io/tls"}
    effects = effects_of([made, cert, *objects], complete=complete)
    (served,) = effects.topology.gateways.values()
    return [one.problem for one in effects.listeners(served.listeners)]


@pytest.mark.parametrize(
    ("objects", "ref", "why"),
    [
        ([], {}, "ConfigMap app/ca does not exist"),
        ([held("ConfigMap", "ca", a="1", b="2")], {}, "ConfigMap app/ca has no key ca.crt"),
        ([held("ConfigMap", "ca", "other", **{"ca.crt": PEM})], {"namespace": "other"}, "no ReferenceGrant"),
    ],
)
def test_a_listener_whose_gateway_trusts_whom_nobody_finds_is_left_out(objects, ref, why):
    plain, encrypted = trusting(*objects, **ref)
    assert plain == ""
    assert encrypted.startswith("spec.tls.frontend: ")
    assert why in encrypted


def test_others_are_served():
    assert trusting(GOOD) == trusting(complete=COMPLETE) == trusting(held("ConfigMap", "ca", **{"tls.crt": "junk", "x": ""})) == ["", ""]

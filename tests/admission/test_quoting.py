"""What findings show of values: never what may be a secret."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.admission.bundle import bundled, judge_of
from gatewright.admission.quoting import is_secret, quoted

HIDDEN = "hunter2-5up3r"


@pytest.mark.parametrize(
    ("value", "path", "told"),
    [
        ("Shop", "spec.host", "'Shop'"),
        ("x" * 10_000, "spec.host", None),
        (10**300, "spec.port", None),
        (HIDDEN, "spec.oidc.clientSecret", "a text of 13 characters"),
        ({"name": HIDDEN, "port": 80, "more": {"a": HIDDEN}, "none": []}, "spec", "{'name': …, 'port': 80, 'more': {…}, 'none': []}"),
        ([HIDDEN, 1, True, None], "spec", "[…, 1, True, None]"),
        ({"token": 123456}, "spec", "{'token': …}"),
        ({str(number): number for number in range(1000)}, "spec", "{'0': 0, '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7, …}"),
    ],
)
def test_a_value_is_short_and_what_it_holds_is_its_own(value: object, path: str, told: str | None) -> None:
    said = quoted(value, path)
    assert len(said) <= 80
    assert HIDDEN not in said
    assert told in (None, said)


def test_names_of_secrets_are_no_secrets() -> None:
    assert [path for path in ("spec.secretName", "spec.tokenSecretRef.name", "spec.certificateRefs[0].name", "spec.tokens") if is_secret(path)] == []
    assert all(map(is_secret, ("spec.password", "spec.apiKey", "metadata.annotations[\"a/token\"]", "spec.clientSecret.name")))


def policy(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy", "metadata": {"name": "a", "namespace": "shop"},
        "spec": {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "orders"}], **spec},
    }  # fmt: skip


def route(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "a", "namespace": "shop"}, "spec": spec}


HEADER = {"name": "Authorization", "value": HIDDEN}


@pytest.mark.parametrize(
    "manifest",
    [
        policy(oidc={"provider": {"issuer": "https://id.example.com"}, "clientID": "a", "clientSecret": HIDDEN}),
        policy(basicAuth={"users": HIDDEN}),
        policy(apiKeyAuth={"credentialRefs": HIDDEN, "extractFrom": [{"headers": ["x"]}]}),
        policy(jwt={"providers": [{"name": "a", "localJWKS": {"type": "Inline", "inline": [HIDDEN]}}]}),
        route(rules=[{"filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [HEADER, HEADER]}}]}]),
        route(rules=[{"filters": [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{**HEADER, "value": [HIDDEN]}]}}]}]),
        {**route(), "metadata": {"name": "a", "annotations": {"token": {"a": HIDDEN}}}},
        {**route(), "spec": HIDDEN},
    ],
)
def test_a_secret_in_the_wrong_place_is_not_told(manifest: dict[str, Any]) -> None:
    verdict = judge_of(bundled()).verdict(manifest)
    assert verdict.verdict == "rejected"
    assert HIDDEN not in repr(verdict)


def test_what_repeats_is_told_by_its_keys() -> None:
    filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [HEADER, HEADER]}}]
    (found,) = judge_of(bundled()).verdict(route(rules=[{"filters": filters}])).findings
    assert (found.rule, found.got) == ("duplicate", "name 'Authorization'")

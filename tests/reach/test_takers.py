"""Who could take traffic over, in the words of what admits them."""

from __future__ import annotations

import pytest

from tests.reach.small import GATEWAY, get, reach, route

_NAMESPACES = "\n---\n".join(
    f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{exposed: '{exposed}', kubernetes.io/metadata.name: {name}}}}}"
    for name, exposed in (("shop", "yes"), ("back", "no"), ("blog", "yes"))
)


def _taken(admits: str, more: str = "") -> tuple[str, ...]:
    text = GATEWAY.replace("{from: All}", admits) + more
    return get(reach(text, _NAMESPACES, route("r", "", namespace="infra" if "Same" in admits else "shop"))).takers


@pytest.mark.parametrize(
    ("admits", "who"),
    [
        ("{from: All}", "any namespace"),
        ("{from: Same}", "namespace infra"),
        ("{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: shop}}}", "namespace shop"),
        (
            "{from: Selector, selector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [shop, back]}]}}",
            "namespaces back, shop",
        ),
        ("{from: Selector, selector: {matchLabels: {exposed: 'yes'}}}", "namespaces with exposed In yes (now blog, shop)"),
        ("{from: Selector, selector: {}}", "any namespace"),
    ],
)
def test_whoever_may_attach_a_narrower_match(admits: str, who: str) -> None:
    assert _taken(admits) == (f"routes of {who} with a narrower match, on listener web",)


@pytest.mark.parametrize(
    ("allowed", "who"),
    [("{from: All}", "any namespace"), ("{from: Same}", "namespace infra"), ("{from: None}", ""),
     ("{from: Selector, selector: {matchLabels: {a: b}}}", "the namespaces that allowedListeners selects")],
)  # fmt: skip
def test_whoever_may_open_a_narrower_listener(allowed: str, who: str) -> None:
    lines = _taken("{from: All}", f"  allowedListeners: {{namespaces: {allowed}}}\n")
    assert lines[1:] == ((f"ListenerSets of {who} with a narrower hostname",) if who else ())

"""What is left out of a comparison is said, and a doubt that has nothing to do with the change does not stop it."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.diff.unjudged import unread
from gatewright.gateways.effect import Guard, Ignored, Stated
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_PATH
from tests.diff.seeds import Objects, estate, made
from tests.diff.test_opaque import told
from tests.diff.values import entry, policy, reach, route

SHOP = route("shop")
DOUBT = "Widget shop/w is of a kind that nobody here reads"


def widget(size: int) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"namespace": "shop", "name": "w"}, "spec": {"size": size}}


def test_what_could_not_be_judged_and_did_not_change_is_a_note() -> None:
    side = reach(entry(SHOP), unjudged=(DOUBT,), manifests=(widget(1),))
    result = diff(side, side)
    assert (result.not_judged, result.verdict) == ((), "none")
    assert result.notes == (f"not judged on either side, and not changed: {DOUBT}",)


def test_what_could_not_be_judged_and_changed_leaves_it_undecided() -> None:
    result = diff(*(reach(entry(SHOP), unjudged=(DOUBT,), manifests=(widget(size),)) for size in (1, 2)))
    assert (result.not_judged, result.verdict) == ((DOUBT,), "undecided")


def test_what_cannot_be_judged_any_more_is_said() -> None:
    result = diff(reach(entry(SHOP)), reach(entry(SHOP), unjudged=(DOUBT,)))
    assert (result.not_judged, result.verdict) == ((f"{DOUBT} (after the change)",), "undecided")


def test_what_has_stopped_to_do_anything_is_a_note() -> None:
    idle = Ignored(policy(), "targets HTTPRoute shop/order, which does not exist")
    result = diff(reach(entry(SHOP)), reach(entry(SHOP), ignored=(idle,)))
    assert result.notes == ("SecurityPolicy shop/orders does nothing: targets HTTPRoute shop/order, which does not exist",)
    assert diff(reach(entry(SHOP), ignored=(idle,)), reach(entry(SHOP), ignored=(idle,))).notes == ()


@pytest.mark.parametrize(("other", "said"), [("w", ()), ("x", ("Widget shop/x changed, and cannot be read: a filter of kind Widget",))])
def test_another_object_that_is_not_among_the_manifests_is_another(other: str, said: tuple[str, ...]) -> None:
    def by(name: str) -> Guard:
        return Guard.unknown("jwt", "a filter of kind Widget", Stated(ObjectId("example.com", "Widget", "shop", name), ("spec",)))

    before, after = (reach(entry(SHOP, "a.x", ANY_PATH, None, by(name))) for name in ("w", other))
    assert tuple(unread(before, after, ())) == said


def ingress(name: str = "i", host: str = "i.example.com", tls: tuple[str, ...] | None = (), path: str = "/") -> dict[str, Any]:
    """``tls`` None: none; without hosts: for all of them."""
    backend = {"service": {"name": "orders", "port": {"number": 8080}}}
    rules = [{"host": host, "http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend}]}}]
    spec: dict[str, Any] = {"ingressClassName": "nginx", "rules": rules}
    if tls is not None:
        spec["tls"] = [{"hosts": [*tls], "secretName": "t"} if tls else {"secretName": "t"}]
    return made("networking.k8s.io/v1", "Ingress", "shop", name, spec)


REDIRECTED = "whether its controller sends http on to https by that is not known"
INGRESSES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "gone": (ingress(), ingress(tls=None), "no longer states TLS for i.example.com"),
    "new": (ingress(tls=None), ingress(), "states TLS for i.example.com now"),
    "for another host": (ingress(tls=("i.example.com",)), ingress(tls=("b.example.com",)), "no longer states TLS for i.example.com"),
    "for its host alone": (ingress(), ingress(tls=("i.example.com",)), ""),
    "by a wildcard": (ingress(), ingress(tls=("*.example.com",)), ""),
    "another host altogether": (ingress(tls=("i.example.com",)), ingress(host="b.example.com", tls=None), ""),
    "another path": (ingress(), ingress(path="/a"), ""),
    "under another name": (ingress(), ingress("j", path="/a"), ""),
    "under another name, without": (ingress(), ingress("j", tls=None), "Ingress class nginx no longer states TLS for i.example.com"),
}


@pytest.mark.parametrize("seed", INGRESSES)
def test_an_ingress_with_tls_and_without(seed: str) -> None:
    before, after, said = INGRESSES[seed]
    found = told(lambda objects: objects.update(door=after), {**estate(), "door": before})
    who = "" if said.startswith("Ingress") else "Ingress shop/i "
    assert found == ((f"{who}{said}: {REDIRECTED}",) if said else ())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, ingress("j", path="/a"), ""),
        (ingress("j", tls=None, path="/a"), None, ""),
        (None, ingress("j", tls=None, path="/a"), "Ingress class nginx no longer states TLS for i.example.com everywhere"),
    ],
)
def test_an_ingress_beside_another_of_its_host(before: dict[str, Any] | None, after: dict[str, Any] | None, said: str) -> None:
    base = {**estate(), "door": ingress(), **({"other": before} if before else {})}

    def change(objects: Objects) -> None:
        objects.pop("other", None)
        objects.update({"other": after} if after else {})

    assert told(change, base) == ((f"{said}: {REDIRECTED}",) if said else ())

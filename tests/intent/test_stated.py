"""Statements are frozen, complete, and hold what they were given."""

from __future__ import annotations

import pytest

import gatewright
from gatewright import InvalidIntent, ProtectedRoute, SecureGateway
from gatewright.statement.kinds import FrozenMap
from gatewright.statement.stated import Stated
from tests.mistakes.valid import EDGE, LIMIT, ORDERS, TOKEN, Late, backend, gateway, listener, route

KINDS = [kind for name in gatewright.__all__ if isinstance(kind := getattr(gatewright, name), type) and issubclass(kind, Stated)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_statement_is_frozen_and_documented(kind: type[Stated]) -> None:
    assert kind.__setattr__ is not object.__setattr__
    assert kind.__doc__
    assert kind.problems.__doc__


def test_lists_and_mappings_cannot_change_after_they_were_judged() -> None:
    hosts, pods = ["shop.example.com"], {"app": "orders"}
    one, other = route(hosts=hosts), backend(pods=pods)
    hosts.append("evil.example.com")
    pods["app"] = "other"
    assert one.hosts == ("shop.example.com",)
    assert other.pods == FrozenMap({"app": "orders"})
    assert hash(other) == hash(backend())


def test_access_has_no_default() -> None:
    with pytest.raises(TypeError, match="access"):
        ProtectedRoute("orders", namespace="shop", gateway=EDGE, hosts=["shop.example.com"], backend=ORDERS)  # type: ignore[call-arg]


def test_everything_beyond_the_name_is_named() -> None:
    with pytest.raises(TypeError, match="positional"):
        SecureGateway("edge", "infra")  # type: ignore[call-arg]


def test_a_construct_stands_for_its_intent() -> None:
    class Construct:
        intent = EDGE

    assert route(gateway=Construct()).gateway is EDGE


def test_equal_statements_are_equal() -> None:
    assert route(limits=[LIMIT], access=TOKEN) == route(limits=(LIMIT,), access=TOKEN)
    assert gateway() == gateway()
    assert gateway() != gateway("other")


def test_names_that_decide_nothing_may_be_known_late() -> None:
    issuer = gatewright.ClusterIssuer(Late())
    assert listener(certificate=gatewright.Certificate.issued_by(issuer)).certificate.issuer == issuer


def test_a_problem_is_one_text_with_everything() -> None:
    with pytest.raises(InvalidIntent) as caught:
        route(paths=["orders"])
    assert str(caught.value) == (
        "ProtectedRoute(\"orders\").paths[0]: a path begins with /\n    got      'orders'\n"
        '    allowed  an absolute path such as "/orders"\n    fix      write "/orders"'
    )
    assert isinstance(caught.value, ValueError)
    assert caught.value.exit_code == 2


def test_secret_material_is_never_repeated() -> None:
    material = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg"
    with pytest.raises(InvalidIntent) as caught:
        gatewright.Certificate.from_secret(material)
    assert "MIIE" not in str(caught.value)
    assert "BEGIN" not in str(caught.value)

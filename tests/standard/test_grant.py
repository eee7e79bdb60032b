"""Grants, as many as the names need."""

from gatewright.protection.lowered import LoweredGrant
from gatewright.standard.grant import grant


def granted(count):
    lowered = LoweredGrant("g", "shop", "pages", "gateway.networking.k8s.io", "HTTPRoute", "cms", "", "Service", tuple(f"s{n}" for n in range(count)))
    return [(one["metadata"]["name"], [to["name"] for to in one["spec"]["to"]]) for one in grant(lowered)]


def test_sixteen_names_fit_into_one():
    assert granted(16) == [("pages", [f"s{n}" for n in range(16)])]


def test_what_does_not_fit_gets_another_one():
    assert granted(33) == [
        ("pages", [f"s{n}" for n in range(16)]),
        ("pages-2", [f"s{n}" for n in range(16, 32)]),
        ("pages-3", ["s32"]),
    ]

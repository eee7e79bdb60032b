"""Who passes, decided one request at a time from the words of the CRD. It shares no code with gatewright's reader and its algebra."""

from functools import cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple


class Token(NamedTuple):
    """Claims (each a set of strings), scopes, and whether it has an ``exp``."""

    claims: dict[str, tuple[str, ...]]
    scopes: frozenset[str]
    expires: bool


def passes(spec, token, method, address):
    """SecurityPolicy ``authorization``: rules in order, "the first rule that matches" decides, else ``defaultAction`` (Deny if unset)."""
    stated = spec.get("authorization")
    if stated is None:
        return True
    for rule in stated.get("rules", []):
        if _matches(rule, token, method, address):
            return rule["action"] == "Allow"
    return stated.get("defaultAction", "Deny") == "Allow"


def _matches(rule, token, method, address):
    principal = rule.get("principal", {})
    if "cel" in rule and not token.expires:
        return False
    if "operation" in rule and method not in rule["operation"]["methods"]:
        return False
    if "clientCIDRs" in principal and not _inside(principal["clientCIDRs"], address):
        return False
    asked = principal.get("jwt", {})
    if not set(asked.get("scopes", [])) <= token.scopes:
        return False
    return all(
        _holds(token, one["name"], one["values"], one.get("valueType", "String") == "StringArray") for one in asked.get("claims", [])
    )


def admits(decision, token, method, address):
    """A protection: one way in is enough, and all of a way must hold."""
    return any(
        (method in way.methods.names) != way.methods.excluded
        and _contains(_cidrs(way.sources), address)
        and set(way.scopes) <= token.scopes
        and all(_holds(token, one.name, one.any_of, one.listed) for one in way.claims)
        and all(_true(token, sentence) == held for sentence, held in way.terms)
        for way in decision.ways
    )


def _true(token, sentence):
    """What the reader of rules says in words about a token; several sentences are joined by "and"."""
    return all(_says(token, part) for part in sentence.split(" and "))


def _says(token, sentence):
    if sentence.startswith("the CEL expression "):
        return token.expires
    if sentence.startswith("the token has scope "):
        return sentence.removeprefix("the token has scope ") in token.scopes
    name, verb, values = sentence.removeprefix("the token's ").split(" ", 2)
    return _holds(token, name, values.split(" or "), verb == "has")


@cache
def _cidrs(sources):
    return sources.cidrs()


def _holds(token, name, values, listed):
    """A list of strings is asked as a list alone, one string as a string alone: a token holds two values as a list, one as a string."""
    held = token.claims.get(name, ())
    return (len(held) > 1) == listed and bool(held) and bool(set(held) & set(values))


def _inside(cidrs, address):
    return _contains(tuple(cidrs), address)


@cache
def _contains(cidrs, address):
    got = ip_address(address)
    return any(got.version == network.version and got in network for network in map(ip_network, cidrs))

"""Headers as Envoy has them once it chooses a route (Envoy Gateway 1.8.3, 1.9.1, ``buildEarlyHeaderMutation``; Envoy 1.40).

A ClientTrafficPolicy adds, sets and removes some before, in this order; a name with an underscore is refused or dropped unless the policy allows it; the
certificate of a client that somebody forwards is dropped unless it says otherwise; and a few headers Envoy states itself.

With ``recomputeRoute`` a route is chosen once more after a token or an external service said who is asking. The filters before that ran with
the settings of the first route, those after it run with the second one's: whoever comes this way has not met the second route's own
authentication. So a rule that asks for a header which is set there may be reached past its protections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatewright.gateways.effect import Arriving
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.fields import at, items, text, texts
from gatewright.match import Matches, Undecidable

ANY = "*"
"""In place of a header's name: whatever an external service answers."""

_CERTIFICATE = "x-forwarded-client-cert"
_STATED = ("x-envoy-external-address", "x-envoy-internal", "x-forwarded-for", "x-forwarded-proto", "x-request-id")
_ITSELF = "Envoy states it itself before a route is chosen"


def arriving(spec: Mapping[str, object], header: str) -> Arriving | None:
    """What a ClientTrafficPolicy, an empty ``spec`` for none, makes of a header (in lower case); None: nothing."""
    stated = at(spec, "headers")
    if "_" in header and at(stated, "withUnderscoresAction") != "Allow":
        return Arriving()
    early = _early(at(stated, "earlyRequestHeaders"), header)
    if early is not None:
        return early
    if header == _CERTIFICATE:
        mode = at(stated, "xForwardedClientCert", "mode")
        return (
            Arriving()
            if mode in (None, "Sanitize")
            else None
            if mode == "AlwaysForwardOnly"
            else Arriving(doubt=f"mode {mode} decides what of it is left")
        )
    return Arriving(doubt=_ITSELF) if header in _STATED else None


def _early(early: object, header: str) -> Arriving | None:
    found = {
        key: [one for one in items(at(early, key)) if (text(at(one, "name")) or "").lower() == header]
        for key in ("set", "add", "addIfAbsent")
    }
    removed = header in {one.lower() for one in texts(at(early, "remove"))} or any(
        _fits(one, header) for one in items(at(early, "removeOnMatch"))
    )
    verbs = [key for key, each in found.items() if each] + (["remove"] if removed else [])
    if not verbs:
        return None
    value = text(at(found["set"][0], "value")) or "" if found["set"] else ""
    if verbs == ["set"] and "%" not in value:
        return Arriving(value)
    if removed:  # they are added and set first
        return Arriving()
    return Arriving(doubt=f"earlyRequestHeaders changes it before a route is chosen ({', '.join(verbs)})")


def _fits(pattern: object, header: str) -> bool:
    """Envoy has names in lower case, and a pattern is not made so (seen in the translator): one with a capital finds none."""
    value, kind = text(at(pattern, "value")) or "", at(pattern, "type")
    if kind == "Prefix":
        return header.startswith(value)
    if kind == "Suffix":
        return header.endswith(value)
    try:
        return Matches(value).contains(header) if kind == "RegularExpression" else header == value
    except Undecidable:
        return True  # one that cannot be read may take it, and what else there is does not matter then


def recomputed(policies: Iterable[Policy]) -> dict[str, str]:
    """Headers that may be set before a route is chosen once more, and by which SecurityPolicy, in words."""
    found: dict[str, str] = {}
    for policy in policies:
        for one in items(at(policy.spec, "jwt", "providers")):
            if at(one, "recomputeRoute") is True:
                for claim in items(at(one, "claimToHeaders")):
                    found.setdefault((text(at(claim, "header")) or "").lower(), f"{policy} sets it from a token")
        if at(policy.spec, "extAuth", "recomputeRoute") is True:
            named = (
                texts(at(policy.spec, "extAuth", "http", "headersToBackend")) if at(policy.spec, "extAuth", "http") is not None else (ANY,)
            )
            for name in named:
                found.setdefault(name.lower(), f"the service that {policy} asks may set it")
    return found


def again(found: Mapping[str, str], header: str) -> str:
    """Why a rule that asks for a header may be reached past its own protections; empty: it may not."""
    who = found.get(header) or found.get(ANY)
    return f"{who} and lets a route be chosen once more (recomputeRoute): what stands before this one was passed over" if who else ""

"""What Gateway API demands of the filters of a route, of a backend and of a listener: a union by type, most kinds of which come once."""

from __future__ import annotations

from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.condition import Has, among
from gatewright.admission.rules.demand import at_most_one, once
from gatewright.admission.rules.reading import items, read
from gatewright.admission.rules.rule import arm, rule
from gatewright.errors import shown


def _one_way(value: object) -> Broken | None:
    kinds = [read(item, "type") for item in items(value)]
    if "RequestRedirect" not in kinds or "URLRewrite" not in kinds:
        return None
    return Broken("a request is redirected or rewritten, not both", "RequestRedirect and URLRewrite", "one of them")


def _at_most_whole(value: object) -> Broken | None:
    numerator, denominator = read(value, "numerator"), read(value, "denominator")
    if isinstance(numerator, int) and isinstance(denominator, int) and numerator <= denominator:
        return None
    return Broken("a fraction is at most a whole", f"{numerator}/{denominator}", f"a numerator of at most {denominator}", ".numerator")


def _any_alone(value: object) -> Broken | None:
    if "*" not in items(value) or len(items(value)) == 1:
        return None
    return Broken("* means every value, so it stands alone", shown(value), '["*"], or values without "*"')


_HEADERS = among("type", "RequestHeaderModifier")
_RESPONSE = among("type", "ResponseHeaderModifier")
_MIRROR = among("type", "RequestMirror")
_REDIRECT = among("type", "RequestRedirect")
_REWRITE = among("type", "URLRewrite")
_CORS = among("type", "CORS")
_AUTH = among("type", "ExternalAuth")
_EXTENSION = among("type", "ExtensionRef")

RULES = {
    # of each filter
    **arm("filter-request-headers", "requestHeaderModifier", _HEADERS, needed="eb3032de7631", misplaced="7b8cf86874d8"),
    **arm("filter-response-headers", "responseHeaderModifier", _RESPONSE, needed="a900d763727e", misplaced="c0838ca9ab63"),
    **arm("filter-mirror", "requestMirror", _MIRROR, needed="479cd4bff5ae", misplaced="c2c4ceb30c93"),
    **arm("filter-redirect", "requestRedirect", _REDIRECT, needed="96f72312eb7b", misplaced="bec67f21a55a"),
    **arm("filter-rewrite", "urlRewrite", _REWRITE, needed="769cafeb49d0", misplaced="bc36c2fa8462"),
    **arm("filter-cors", "cors", _CORS, needed="53315200e53d", misplaced="1b5e24ab1898"),
    **arm("filter-external-auth", "externalAuth", _AUTH, needed="3f23e50c287f", misplaced="c8cbd34fb929"),
    **arm("filter-extension", "extensionRef", _EXTENSION, needed="32fcae1cb6e6", misplaced="28f68457ca1d"),
    # of filters together
    "501e61ba52ca": rule("filter-request-headers-once", once(_HEADERS)),
    "226cc5e317a8": rule("filter-response-headers-once", once(_RESPONSE)),
    "c1f6cb742f0d": rule("filter-redirect-once", once(_REDIRECT)),
    "61ed15b8b73f": rule("filter-rewrite-once", once(_REWRITE)),
    "ee6a308c410a": rule("filter-cors-once", once(_CORS)),
    "24c3fdad46b3": rule("filter-redirect-or-rewrite", _one_way),
    # of what they hold
    "2179202e3c83": rule("mirror-percent-or-fraction", at_most_one(Has("percent"), Has("fraction"))),
    "c7c8b7bb79e4": rule("fraction-at-most-whole", _at_most_whole),
    "e2610261534d": rule("cors-any-alone", _any_alone),
    **arm("external-auth-grpc", "grpc", among("protocol", "GRPC"), needed="fbee517ef220", misplaced="1add1dca67de"),
    **arm("external-auth-http", "http", among("protocol", "HTTP"), needed="43a774e090df", misplaced="e2083e9fe8d0"),
}
"""By digest."""

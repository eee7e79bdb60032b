"""What Gateway API demands of the persistence of sessions (GEP-1619), whose cookie was called cookieConfig before 1.7."""

from __future__ import annotations

from gatewright.admission.rules.condition import Condition, Has, Of, among, if_given
from gatewright.admission.rules.demand import needs, only
from gatewright.admission.rules.rule import arm, rule

_COOKIE, _HEADER = among("type", "Cookie"), among("type", "Header")


def _permanent(cookie: str) -> Condition:
    return Of(cookie, if_given("lifetimeType", "Permanent"))


RULES = {
    "7a1ec120700a": rule("permanent-cookie-has-end", needs(Has("absoluteTimeout"), _permanent("cookieConfig"))),
    "14f22f613344": rule("session-cookie-misplaced", only(Has("cookieConfig"), _COOKIE)),
    "b58d268669c2": rule("permanent-cookie-has-end", needs(Has("absoluteTimeout"), _permanent("cookie"))),
    **arm("session-cookie", "cookie", _COOKIE, needed="42c92c84803e", misplaced="b9916a8906bd"),
    **arm("session-header", "header", _HEADER, needed="4d46b9eb5dca", misplaced="d5d10b1a2603"),
}
"""By digest."""

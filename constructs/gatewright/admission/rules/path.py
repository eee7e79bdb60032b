"""What Gateway API demands of a path that requests are matched by, and of one that they are rewritten to.

A path in plain text says what RFC 3986 (section 3.3) allows in one, and only one way of saying it: nothing that a normaliser would change.
"""

from __future__ import annotations

from gatewright.admission.rulebook import Rule
from gatewright.admission.rules.condition import among
from gatewright.admission.rules.demand import Demand, avoids, inside, like, never_ends, states, when
from gatewright.admission.rules.rule import arm, rule

_PLAIN = among("type", "Exact", "PathPrefix")
_UNRESERVED, _SUB_DELIMITERS = r"0-9A-Za-z._~-", "!$&'()*+,;="
_SEGMENTS = rf"^(?:[/:@{_SUB_DELIMITERS}{_UNRESERVED}]|%[0-9A-Fa-f][0-9A-Fa-f])+$"


def _plain(name: str, demand: Demand) -> Rule:
    return rule(name, when(_PLAIN, inside("value", demand)))


RULES = {
    "d1b1dcc5e58d": _plain("path-absolute", like("^/", "a path that begins with /")),
    "2a730cbab54f": _plain("path-no-empty-segment", avoids("//")),
    "8c3f86ff5007": _plain("path-no-dot-segment", avoids("/./")),
    "ced0ffeab40b": _plain("path-no-parent-segment", avoids("/../")),
    "c36405e2d074": _plain("path-no-dot-at-end", never_ends("/.")),
    "0c441c9dd7a1": _plain("path-no-parent-at-end", never_ends("/..")),
    "16add9e26d63": _plain("path-no-encoded-slash", avoids("%2f")),
    "5f510e9128a4": _plain("path-no-encoded-slash-upper", avoids("%2F")),
    "209894350d71": _plain("path-no-fragment", avoids("#")),
    "67736b8f4210": _plain("path-characters", like(_SEGMENTS, "a path of RFC 3986, with percent signs only before two hexadecimal digits")),
    "1267f0554fa2": rule("path-type-known", states(among("type", "Exact", "PathPrefix", "RegularExpression"))),
    # of a redirect or a rewrite
    **arm("full-path", "replaceFullPath", among("type", "ReplaceFullPath"), needed="85716a2b530d", misplaced="c04f03f45be6"),
    **arm("prefix-match", "replacePrefixMatch", among("type", "ReplacePrefixMatch"), needed="4dba3b1d65ee", misplaced="02cf28521adb"),
}
"""By digest."""

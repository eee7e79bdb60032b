"""What Gateway API demands of references that a route makes to its parents, and a policy to its targets: each one says something new.

The standard channel tells parents apart by section, the experimental one by section and port.
"""

from __future__ import annotations

from gatewright.admission.rules.rule import rule
from gatewright.admission.rules.unique import alike, own, unique, unless_empty

_TARGET = (own("group"), own("kind"), own("name"))
_PARENT = (*_TARGET, unless_empty("namespace"))
_SECTION, _PORT = unless_empty("sectionName"), unless_empty("port")

RULES = {
    "c931cd547ca6": rule("parents-all-with-section", alike("parent", _PARENT, "sectionName")),
    "e906342c6f92": rule("parents-distinct", unique("parent and section", *_PARENT, _SECTION)),
    "30e99257d51d": rule("parents-all-with-section-or-port", alike("parent", _PARENT, "sectionName", "port")),
    "8392cce9fda2": rule("parents-distinct", unique("parent, section and port", *_PARENT, _SECTION, _PORT)),
    # of a BackendTLSPolicy
    "04db233212a7": rule("targets-all-with-section", alike("target", _TARGET, "sectionName")),
    "ae7c04b5d4cc": rule("targets-distinct", unique("target and section", *_TARGET, _SECTION)),
}
"""By digest."""

"""The two judges that are compared with the server: bundled facts with rules in Python, and real CRDs with CEL."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from gatewright.admission.cel.book import CelBook
from gatewright.admission.crds import facts_of
from gatewright.admission.judge import Judge
from gatewright.admission.rules.book import Bundled
from gatewright.admission.schema import load


def bundled(release: str) -> Judge:
    """What needs nothing installed."""
    return Judge(load(release), Bundled())


def real(definitions: Sequence[dict[str, Any]]) -> Judge | None:
    """What reads the CRDs themselves; None where Google's runtime is not installed."""
    if find_spec("cel_expr_python") is None:
        return None
    return Judge(facts_of(definitions), CelBook())

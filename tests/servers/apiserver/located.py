"""Where programs are: ``KUBEBUILDER_ASSETS``, then PATH, then the cache that ``make tools`` fills, then the scripts of this Python."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatewright"


class Missing(LookupError):
    """Something that a server test needs is not on this machine; the text says what, and what brings it."""


def located(name: str, hint: str = "`make tools` builds it") -> Path:
    """The program. Raises ``Missing``."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    for folder in (*([assets] if assets else []), None, str(CACHE / "bin"), sysconfig.get_path("scripts")):
        found = shutil.which(name, path=folder)
        if found:
            return Path(found)
    raise Missing(f"{name} is neither on PATH nor in {CACHE / 'bin'}; {hint}")

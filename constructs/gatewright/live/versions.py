"""Versions of releases, compared by their minor."""

from __future__ import annotations

import re

Minor = tuple[int, int]
_MINOR = re.compile(r"v?(\d+)\.(\d+)(?![\d])")


def minor(text: str) -> Minor | None:
    """``v1.6.1``, ``1.6`` and ``gateway-api-1.6-standard`` alike; None where no version stands there."""
    found = _MINOR.search(text)
    return (int(found[1]), int(found[2])) if found else None


def written(version: Minor) -> str:
    """``1.6``."""
    return f"{version[0]}.{version[1]}"


def tag(image: str) -> str:
    """The tag of an image; empty where it has none, as with a digest alone. A registry's port is no tag."""
    name = image.partition("@")[0].rpartition("/")[2]
    return name.partition(":")[2]

"""What could not be understood: a value of its own, never the same as nothing."""

from __future__ import annotations

import attrs


@attrs.frozen
class Unknown:
    """Something stands here, but what it does could not be read; ``reason`` says why."""

    reason: str

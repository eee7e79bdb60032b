"""How many examples a property may spend: what a minute of all tests allows, and twenty times that under ``HYPOTHESIS_PROFILE=thorough``."""

import os

from hypothesis import settings

_FACTOR = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 1


def examples(count):
    """As a decorator: this many examples."""
    return settings(max_examples=count * _FACTOR)

"""An AWS account, Azure subscription or GCP project, and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from gatewright.errors import Problem
from gatewright.statement.names import name_problems
from gatewright.statement.stated import Named


@attrs.frozen(kw_only=True)
class Account(Named):
    """``role`` ``security`` holds what watches the others, ``workload`` runs clusters."""

    provider: Literal["aws", "azure", "gcp"]
    role: Literal["security", "workload"]

    def problems(self) -> Iterator[Problem]:
        """A name that is none."""
        return name_problems("name", self.name)

"""Versions and images."""

from __future__ import annotations

import pytest

from gatewright.live.versions import minor, tag, written


@pytest.mark.parametrize(("text", "expected"), [
    ("v1.6.1", (1, 6)), ("1.6", (1, 6)), ("gateway-api-1.6-standard", (1, 6)), ("v1.10.0-rc.1", (1, 10)), ("v1.36.3+abc", (1, 36)),
    ("main", None), ("", None), ("latest", None), ("v2", None),
])  # fmt: skip
def test_minor(text: str, expected: tuple[int, int] | None) -> None:
    assert minor(text) == expected
    assert expected is None or minor(written(expected)) == expected


@pytest.mark.parametrize(("image", "expected"), [
    ("docker.io/envoyproxy/gateway:v1.9.1", "v1.9.1"), ("registry:5000/gateway", ""), ("registry:5000/gateway:v1", "v1"), ("gateway@sha256:0123", ""),
    ("gateway:v1.9.1@sha256:0123", "v1.9.1"), ("", ""),
])  # fmt: skip
def test_tag(image: str, expected: str) -> None:
    assert tag(image) == expected

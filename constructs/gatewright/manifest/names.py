"""What Kubernetes allows for the keys of labels and annotations (k8s.io/apimachinery, pkg/util/validation and pkg/api/validation)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

ANNOTATIONS_LIMIT = 256 * 1024  # bytes

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def label_keys(keys: object, *, lowered: bool) -> Iterator[tuple[str, str]]:
    """The keys that are no qualified names, each with what is allowed; annotation keys are judged in lower case."""
    for key in keys if isinstance(keys, Mapping) else ():
        prefix, slash, name = str(key).lower().rpartition("/") if lowered else str(key).rpartition("/")
        if len(name) > 63 or not _NAME.fullmatch(name):
            yield str(key), "a name of at most 63 letters, digits, -, _ and . that starts and ends with a letter or digit"
        elif slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix)):
            yield str(key), "a lower-case DNS subdomain of at most 253 characters before the slash"


def annotations_size(annotations: object) -> int:
    """The bytes that count against ANNOTATIONS_LIMIT: every key and value in UTF-8; nulls are empty."""
    if not isinstance(annotations, Mapping):
        return 0
    return sum(len(str(text).encode("utf-8", "surrogatepass")) for pair in annotations.items() for text in pair if text is not None)

"""Messages of protocol buffers, as which values travel that Python's side of the runtime has no form for.

An opaque value (an address, a quantity) is a message of one text; nanoseconds are kept, and a text may hold NUL.
"""

from __future__ import annotations

import datetime
import functools
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Final, Protocol, cast

from gatewright.errors import InputError

HINT: Final = "rules of CRDs are evaluated by Google's CEL runtime, which is not installed: pip install 'gatewright[cel]'"
INVALID: Final = "gatewright.Invalid"
"""What cannot be read: a float where the schema says integer. Reading it is an error, its presence is none."""
NAMES: Final = (
    "net.IP",
    "net.CIDR",
    "kubernetes.URL",
    "kubernetes.Quantity",
    "kubernetes.Semver",
    "kubernetes.NamedFormat",
    INVALID,
)
_STRING, _OPTIONAL = 9, 1  # FieldDescriptorProto


class Text(Protocol):
    """A message of one text."""

    text: str


class _Pool(Protocol):
    def AddSerializedFile(self, data: bytes) -> object: ...
    def FindMessageTypeByName(self, name: str) -> object: ...


@functools.cache
def module(name: str) -> ModuleType:
    """A module of the extra. Raises InputError where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"{HINT} ({error})") from error


@functools.cache
def pool() -> _Pool:
    """The messages that the runtime is to know, and no others."""
    found = cast("_Pool", module("google.protobuf.descriptor_pool").DescriptorPool())
    for name in ("wrappers", "any", "timestamp", "duration"):
        found.AddSerializedFile(module(f"google.protobuf.{name}_pb2").DESCRIPTOR.serialized_pb)
    for name in NAMES:
        package, _, short = name.rpartition(".")
        file = module("google.protobuf.descriptor_pb2").FileDescriptorProto(name=f"{name}.proto", package=package, syntax="proto3")
        file.message_type.add(name=short).field.add(name="text", number=1, type=_STRING, label=_OPTIONAL)
        found.AddSerializedFile(file.SerializeToString())
    return found


@functools.cache
def _class(name: str) -> Callable[..., object]:
    return cast("Callable[..., object]", module("google.protobuf.message_factory").GetMessageClass(pool().FindMessageTypeByName(name)))


def text_of(name: str, text: str) -> object:
    """A message of one text."""
    return _class(name)(text=text)


def wrapped(text: str) -> object:
    """A text in full."""
    return _class("google.protobuf.StringValue")(value=text)


def duration(nanos: int) -> object:
    """A duration."""
    seconds, rest = divmod(abs(nanos), 10**9)
    sign = -1 if nanos < 0 else 1
    return _class("google.protobuf.Duration")(seconds=sign * seconds, nanos=sign * rest)


def timestamp(seconds: int, nanos: int) -> object:
    """A moment, ``nanos`` after the second of the epoch."""
    return _class("google.protobuf.Timestamp")(seconds=seconds, nanos=nanos)


def passed(value: object) -> object:
    """A value that a function gives, in a form that the runtime takes for any type."""
    if isinstance(value, datetime.timedelta):
        return duration((value.days * 86400 + value.seconds) * 10**9 + value.microseconds * 1000)
    if isinstance(value, datetime.datetime):
        return timestamp(int(value.timestamp() // 1), value.microsecond * 1000)
    if isinstance(value, dict):
        return {key: passed(one) for key, one in value.items()}
    return [passed(one) for one in value] if isinstance(value, list) else value


def kind_of(value: object) -> str:
    """The name of a message's type; nothing where it is no message."""
    return str(getattr(getattr(value, "DESCRIPTOR", None), "full_name", ""))


def is_invalid(value: object) -> bool:
    """Whether the value is what cannot be read."""
    return kind_of(value) == INVALID

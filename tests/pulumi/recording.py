"""Pulumi's mocks, and beside them every request as the engine would get it: mocks alone hide parents, dependencies and aliases."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pulumi
from pulumi.runtime.mocks import MockMonitor, MockResourceArgs
from pulumi.runtime.proto import resource_pb2

asyncio.set_event_loop(asyncio.new_event_loop())  # the engine's launcher makes one; from Python 3.12 on nothing else does


class _Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: Any) -> tuple[dict[str, Any], None]:
        return {}, None


class _Monitor(MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Mocks())
        self.seen: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:
        answer = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self.seen.append((answer.urn, request))
        return answer


@attrs.define
class Recording:
    """What one program registered. ``seen`` holds URNs and requests in the order in which they could start."""

    monitor: _Monitor = attrs.field(factory=_Monitor)

    @property
    def seen(self) -> list[tuple[str, resource_pb2.RegisterResourceRequest]]:
        """In the order of registration."""
        return self.monitor.seen

    @property
    def requests(self) -> list[resource_pb2.RegisterResourceRequest]:
        """Without their URNs."""
        return [request for _, request in self.seen]

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Programs that run meanwhile register here."""
        pulumi.runtime.set_mocks(_Mocks(), project="retailer", stack="test", monitor=self.monitor)
        yield

    def run(self, program: Callable[[], object]) -> None:
        """Run a program to its end, whatever it left open awaited."""
        with self.active():
            pulumi.runtime.test(program)()

    def manifests(self) -> list[dict[str, Any]]:
        """Every Kubernetes object, without what only Pulumi adds."""
        objects = [pulumi.runtime.rpc.deserialize_properties(one.object) for one in self.requests if one.type.startswith("kubernetes:")]
        return [{key: value for key, value in one.items() if not key.startswith("__")} for one in objects]

    def urns(self) -> list[str]:
        """Sorted, from the component on: ``<types>::<name>``."""
        return sorted(urn.split("::", 2)[2].removeprefix("pulumi:pulumi:Stack$") for urn, _ in self.seen)

    def of(self, name: str, kind: str = "") -> resource_pb2.RegisterResourceRequest:
        """The one request whose name ends so, of a type that ends so."""
        (found,) = [one for one in self.requests if one.name.endswith(name) and one.type.endswith(kind)]
        return found


@contextlib.contextmanager
def recording() -> Iterator[Recording]:
    """A fresh one."""
    yield Recording()

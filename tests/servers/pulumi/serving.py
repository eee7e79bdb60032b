"""A plugin as the engine starts it: a gRPC server on loopback that says its port, and ends with the engine."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
from pulumi.runtime import proto

LOOK = 1.0  # seconds between two looks at whether the engine is still there
MESSAGE = 400 * 1024 * 1024  # what the engine itself allows


def serve(add: Callable[[grpc.Server], None]) -> None:
    """Until the engine, our parent, closes its end or is gone."""
    server = grpc.server(ThreadPoolExecutor(32), options=[("grpc.max_receive_message_length", MESSAGE)])
    add(server)
    parent = os.getppid()
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    with contextlib.suppress(KeyboardInterrupt):  # how the engine says that it is done
        while os.getppid() == parent and server.wait_for_termination(LOOK):
            pass
    server.stop(0)


def plugin_info(package: str) -> proto.PluginInfo:
    """The version that a program with this Python package expects."""
    return proto.PluginInfo(version=version(package))


def engine_address() -> str:
    """The engine states it on the command line."""
    return next(one for one in sys.argv[1:] if not one.startswith("-"))

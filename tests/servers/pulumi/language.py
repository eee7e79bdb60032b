"""``pulumi-language-python`` for tests: Pulumi's own host is in no registry here, and its SDK brings everything but the program that the engine starts.

It runs the program of a project as that host does, the folder that ``main`` names by its ``__main__.py``; the Python and what is
installed in it are those of the tests, whatever ``virtualenv`` says.
"""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer  # the one of inline programs: no public name does this
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from tests.servers.pulumi.serving import engine_address, plugin_info, serve


class Python(LanguageServer):
    """Runs what a request names."""

    def __init__(self) -> None:
        super().__init__(lambda: None)

    def Handshake(self, request: Any, context: Any) -> language_pb2.LanguageHandshakeResponse:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_info("pulumi")

    def Run(self, request: Any, context: Any) -> Any:
        os.chdir(request.pwd)
        program = str(Path(request.info.program_directory, request.info.entry_point))
        self.program = lambda: runpy.run_path(program, run_name="__main__")
        request.args.insert(0, engine_address())
        return super().Run(request, context)

    def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()


if __name__ == "__main__":
    serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Python(), server))

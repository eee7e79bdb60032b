"""The estate as a Pulumi project of its own: a copy of its program and settings, a local state, and the real command with plugins of ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi.automation as auto
from semver import VersionInfo

from tests.servers.apiserver.server import ApiServer
from tests.servers.pulumi.steps import Resources, Run, run

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = {"pulumi-resource-kubernetes": "tests.servers.pulumi.provider", "pulumi-language-python": "tests.servers.pulumi.language"}
PASSPHRASE = "correct horse battery staple"


class Project:
    """One stack, on one server that all contexts lead to."""

    def __init__(self, folder: Path, program: Path, server: ApiServer, stack: str) -> None:
        self.folder, self.server, self._said = folder, server, [""]
        shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        for settings in ROOT.glob("Pulumi*.yaml"):
            shutil.copy(settings, folder)
        for made in ("bin", "state", "home"):
            (folder / made).mkdir()
        (folder / "bin" / "pulumi").symlink_to(program)
        for name, module in PLUGINS.items():
            plugin = folder / "bin" / name
            plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n', encoding="utf-8")
            plugin.chmod(0o700)
        environment = {
            "PATH": os.pathsep.join([str(folder / "bin"), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "constructs"), str(ROOT / "imports"), *sys.path]),
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "KUBECONFIG": self.leads("kubeconfig", "azure-prod", "gcp-prod"),
        }
        command = auto.PulumiCommand(root=str(folder), skip_version_check=True)
        command.version = _pinned()  # a build from the module does not know its own
        options = auto.LocalWorkspaceOptions(env_vars=environment, pulumi_command=command)
        self.stack = auto.create_stack(stack, work_dir=str(folder), opts=options)

    # ── the user's hand ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def edit(self, file: str, old: str, new: str) -> None:
        """Change one place of the program."""
        path = self.folder / "stacks" / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise LookupError(f"{old!r} is in {file} {text.count(old)} times")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def leads(self, file: str, *contexts: str, host: str = "127.0.0.1") -> str:
        """Write a kubeconfig whose contexts are called so, and whose cluster is reached under this name. Returns its path."""
        port = self.server.url.rpartition(":")[2]
        contents = {
            "clusters": [{"name": "test", "cluster": {"server": f"https://{host}:{port}", "certificate-authority": str(self.server.ca)}}],
            "users": [{"name": "test", "user": {"token": self.server.token}}],
            "contexts": [{"name": name, "context": {"cluster": "test", "user": "test"}} for name in contexts],
        }
        path = self.folder / file
        path.write_text(json.dumps(contents), encoding="utf-8")
        return str(path)

    # ── the engine ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def preview(self) -> Run:
        """What `pulumi preview` would do."""
        return self._run(self.stack.preview)

    def up(self) -> Run:
        """`pulumi up`. Raises ``CommandError`` where it fails, with what it said."""
        return self._run(self.stack.up)

    def refresh(self) -> Run:
        """`pulumi refresh`."""
        return self._run(self.stack.refresh)

    def destroy(self) -> Run:
        """`pulumi destroy`."""
        return self._run(self.stack.destroy)

    def _run(self, operation: Any) -> Run:
        events: list[auto.EngineEvent] = []
        before, first = self.state(), len(self._said)
        operation(on_event=events.append, on_output=self._said.append, on_error=self._said.append, color="never", diff=True)
        return run(events, before, self.state(), "\n".join(self._said[first:]))

    def state(self) -> Resources:
        """What the engine holds to be there, by URN."""
        (file,) = (self.folder / "state" / ".pulumi" / "stacks").rglob(f"{self.stack.name}.json")
        kept: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
        resources: Sequence[Mapping[str, Any]] = kept.get("resources") or ()
        return {one["urn"]: one for one in resources}

    def written(self) -> str:
        """All that anybody could read later: state, backups, history, settings, the engine's own folder, and what it said."""
        folders = [self.folder / "state", self.folder / "home"]
        files = [*self.folder.glob("Pulumi*.yaml"), *(path for one in folders for path in one.rglob("*") if path.is_file())]
        return "\n".join([*self._said, *(path.read_text(encoding="utf-8", errors="replace") for path in files)])


def _pinned() -> VersionInfo:
    pinned = re.search(r"github.com/pulumi/pulumi/pkg/v3 v([\d.]+)", (ROOT / "tools" / "pulumi" / "go.mod").read_text(encoding="utf-8"))
    if pinned is None:
        raise LookupError("tools/pulumi/go.mod pins no version of pulumi")
    return VersionInfo.parse(pinned[1])

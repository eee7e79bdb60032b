"""etcd and a kube-apiserver on loopback, with free ports and data that is thrown away, holding the definitions that are asked for.

Posting definitions and waiting until they are served takes ten times as long as starting: the data of a server that serves
them is kept in the cache, one file a set, and the next server of that set starts from a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.servers.apiserver.definitions import Release, releases
from tests.servers.apiserver.located import CACHE, located
from tests.servers.apiserver.server import READER, ApiServer

READY, SERVED = 300.0, 300.0  # seconds until the server is ready, until its definitions are served; far more than an idle machine takes
ATTEMPTS = 3  # a free port may be taken before the server listens
KEPT = 30 * 24 * 3600  # seconds that a seed is kept after its last use
DATA, CERTS, KEY = "data", "certs", "service-account.key"
KEEPER = Path(__file__).with_name("keeper.py")
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class NotStarted(RuntimeError):
    """A server that did not come up, with what it said."""


@contextlib.contextmanager
def started(folder: Path, crds: Sequence[str] = (), *, admission: bool = False, rbac: bool = False) -> Iterator[ApiServer]:
    """A server in ``folder`` that serves every definition of these releases (see ``definitions.py``).

    ``admission`` leaves the plugins NamespaceLifecycle and ServiceAccount on; without them a missing namespace is no error.
    ``rbac`` asks roles what anybody may do, ``server.reader`` included; without it everybody may do everything.
    Raises ``Missing`` for a program or a release that is not to be had, ``NotStarted``.
    """
    programs = {name: located(name) for name in ("etcd", "kube-apiserver")}
    seed = _seed(programs, releases(crds), folder)
    with _running(folder, programs, seed, admission, [DATA], "RBAC" if rbac else "AlwaysAllow") as server:
        _served(server)
        yield server


@contextlib.contextmanager
def _running(
    folder: Path, programs: dict[str, Path], seed: Path | None, admission: bool, remove: Sequence[str], authorization: str = "AlwaysAllow"
) -> Iterator[ApiServer]:
    folder.mkdir(parents=True, exist_ok=True)
    for attempt in range(ATTEMPTS):
        _fill(folder, seed)
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(_once(folder, programs, admission, remove, authorization))
            except NotStarted as error:
                if "address already in use" in str(error) and attempt + 1 < ATTEMPTS:
                    continue
                raise
            yield server
            return


@contextlib.contextmanager
def _once(folder: Path, programs: dict[str, Path], admission: bool, remove: Sequence[str], authorization: str) -> Iterator[ApiServer]:
    clients, peers, port = _free_ports(3)
    token, reader = secrets.token_hex(16), secrets.token_hex(16)
    _secret(folder / "tokens.csv", f'{token},tester,tester,"system:masters"\n{reader},{READER},{READER}\n')
    ca, kubeconfig = folder / CERTS / "apiserver.crt", folder / "kubeconfig"
    _secret(kubeconfig, json.dumps(_kubeconfig(port, {"test": token, READER: reader}, ca)))
    commands = {
        "etcd": _etcd(programs["etcd"], folder / DATA, clients, peers),
        "kube-apiserver": _apiserver(programs["kube-apiserver"], folder, clients, port, admission, authorization),
    }
    asked = json.dumps({"folder": str(folder), "remove": remove, "commands": commands})
    # A session of its own: Ctrl-C in a terminal reaches the test, which says when it is done.
    keeper = subprocess.Popen([sys.executable, "-S", str(KEEPER), asked], stdin=subprocess.PIPE, start_new_session=True)
    server = ApiServer(port, token, ca, kubeconfig, reader)
    try:
        _until(lambda: _ready(server, keeper, folder), READY, lambda: f"kube-apiserver is not ready: {_said(folder)}")
        yield server
    finally:
        server.close()
        with contextlib.suppress(BrokenPipeError):
            keeper.communicate()  # closes the pipe and waits until all is gone


def _etcd(program: Path, data: Path, clients: int, peers: int) -> list[str]:
    at, among = f"http://127.0.0.1:{clients}", f"http://127.0.0.1:{peers}"
    listening = ["--listen-client-urls", at, "--advertise-client-urls", at, "--listen-peer-urls", among, "--initial-advertise-peer-urls", among]
    cluster = ["--name", "default", "--initial-cluster", f"default={among}"]
    return [str(program), "--data-dir", str(data), *listening, *cluster, "--unsafe-no-fsync", "--log-level", "error"]


def _apiserver(program: Path, folder: Path, etcd: int, port: int, admission: bool, authorization: str) -> list[str]:
    flags = {
        "etcd-servers": f"http://127.0.0.1:{etcd}",
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "secure-port": port,
        "endpoint-reconciler-type": "none",
        "cert-dir": folder / CERTS,
        "service-cluster-ip-range": "10.0.0.0/24",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": folder / KEY,
        "service-account-signing-key-file": folder / KEY,
        "token-auth-file": folder / "tokens.csv",
        "authorization-mode": authorization,
        "enable-priority-and-fairness": "false",
        "profiling": "false",
        **({} if admission else {"disable-admission-plugins": "ServiceAccount,NamespaceLifecycle"}),
    }
    return [str(program), *(f"--{name}={value}" for name, value in flags.items())]


def _kubeconfig(port: int, tokens: Mapping[str, str], ca: Path) -> dict[str, Any]:
    """JSON, which is YAML; a context for each token, of the same name."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "test", "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(ca)}}],
        "users": [{"name": name, "user": {"token": token}} for name, token in tokens.items()],
        "contexts": [{"name": name, "context": {"cluster": "test", "user": name}} for name in tokens],
        "current-context": "test",
    }


# ── seeds ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _seed(programs: dict[str, Path], wanted: Sequence[Release], folder: Path) -> Path:
    """The data of a server that serves these definitions, with its keys: made once, by one process at a time."""
    stated = [Path(__file__).read_text(), *(f"{one.name} {one.digest}" for one in wanted)]
    stated += [f"{path.stat().st_size} {path.stat().st_mtime_ns}" for path in programs.values()]
    kept = CACHE / "apiserver-seeds"
    kept.mkdir(parents=True, exist_ok=True)
    seed = kept / f"{hashlib.sha256(repr(stated).encode()).hexdigest()[:32]}.tar.gz"
    with seed.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seed.is_file():
            _drop_old(kept)
            _make(seed, programs, wanted, folder.with_name(f"{folder.name}-seed"))
    os.utime(seed)
    return seed


def _make(seed: Path, programs: dict[str, Path], wanted: Sequence[Release], folder: Path) -> None:
    definitions = [crd for one in wanted for crd in one.definitions()]
    with _running(folder, programs, None, False, []) as server:
        for crd in definitions:
            answer = server.create(crd, dry_run=False)
            if answer.status != 201:
                raise NotStarted(f"{crd['metadata']['name']} was refused: {answer.message}")
        _served(server)
    made = seed.with_suffix(f".{os.getpid()}")
    with tarfile.open(made, "w:gz", compresslevel=1) as archive:
        for name in (DATA, CERTS, KEY):
            archive.add(folder / name, name)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        file.unlink()
    made.replace(seed)


def _drop_old(kept: Path) -> None:
    for path in kept.glob("*.tar.gz"):
        if time.time() - path.stat().st_mtime > KEPT:
            path.unlink(missing_ok=True)


def _fill(folder: Path, seed: Path | None) -> None:
    if seed is not None:
        with tarfile.open(seed) as archive:
            archive.extractall(folder, filter="data")
        return
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    _secret(folder / KEY, text.decode())


# ── waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ready(server: ApiServer, keeper: subprocess.Popen[bytes], folder: Path) -> bool:
    if keeper.poll() is not None:
        raise NotStarted(f"kube-apiserver or etcd ended: {_said(folder)}")
    if not server.ca.is_file():
        return False
    try:
        return server.request("GET", "/readyz").status == 200
    except OSError:  # a certificate that is half written, too
        return False


def _said(folder: Path) -> str:
    logs = [folder / f"{name}.log" for name in ("etcd", "kube-apiserver")]
    return "\n".join(path.read_text(errors="replace")[-2000:] for path in logs if path.is_file())


def _served(server: ApiServer) -> None:
    """Returns once each version of each definition is in discovery and answers. *Established* is sooner than that."""
    listed = server.request("GET", CRDS).body["items"]
    wanted = [
        (f"/apis/{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["plural"])
        for crd in listed
        for version in crd["spec"]["versions"]
        if version["served"]
    ]

    def answers(one: tuple[str, str]) -> bool:
        group, plural = one
        discovered = server.request("GET", group)
        if discovered.status != 200 or plural not in {found["name"] for found in discovered.body["resources"]}:
            return False
        return server.request("GET", f"{group}/{plural}", query={"limit": "1"}).status == 200

    deadline = time.monotonic() + SERVED
    with ThreadPoolExecutor(4) as threads:
        while wanted:
            wanted = [one for one, there in zip(wanted, threads.map(answers, wanted), strict=True) if not there]
            if wanted and time.monotonic() > deadline:
                raise NotStarted(f"not served after {SERVED:.0f} s: {', '.join(plural for _, plural in wanted)}")
            if wanted:
                threading.Event().wait(0.2)


def _until(condition: Callable[[], bool], patience: float, otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise NotStarted(otherwise())
        pause.wait(0.1)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _secret(path: Path, text: str) -> None:
    """Readable for its owner alone."""
    path.touch(mode=0o600)
    path.write_text(text)

"""What can be asked for. A table and plain text, so that help costs no more than starting Python."""

from __future__ import annotations

from gatewright.cli.exits import MEANINGS

# Each command is the module of its name in this package (`who-can`: who_can), which is imported when it is asked for.
COMMANDS = {
    "synth": "write the manifests of every cluster of an estate",
    "validate": "what the API server would say of manifests",
    "explain": "what happens to a request, and what protects it",
    "who-can": "who reaches a Service, and under which protection",
    "diff": "what a change opens, closes, weakens or strengthens",
    "crds": "which kinds `validate` knows, and where from",
    "gateways": "what each gateway enforces, feature by feature",
    "preflight": "is a cluster what its exposures claim, before anything is applied",
    "status": "is what was applied in force, and is nothing else there",
}


def help_text() -> str:
    """What ``gatewright --help`` prints."""
    commands = "".join(f"  {name:<10}{sentence}\n" for name, sentence in COMMANDS.items())
    codes = "".join(f"  {code}  {meaning}\n" for code, meaning in MEANINGS.items())
    return (
        "Usage: gatewright COMMAND [OPTIONS] [ARGUMENTS]\n\n"
        "One security intent, every Kubernetes gateway, and proof that it is enforced.\n\n"
        f"Commands:\n{commands}\n"
        "Options:\n"
        "  --help     this text; after a command, its options\n"
        "  --version  the version\n\n"
        f"Exit codes:\n{codes}"
    )

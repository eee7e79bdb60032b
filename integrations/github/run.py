"""Compares the base of a pull request with what is checked out, and leaves a summary, a comment and the JSON behind.

Run by action.yml, which passes everything in the environment: DIFF_PATH, DIFF_BASE, DIFF_BASE_SHA, DIFF_NAME, DIFF_FAIL_ON, DIFF_TARGET,
DIFF_COMPLETE, DIFF_PARTIAL. It ends with 0 whatever the verdict is, which is an output: the artifact must be kept before the job fails.
Nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

VERDICTS = ("widened", "undecided", "changed", "narrowed", "none")
JUDGED = (0, 1, 3)
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def main() -> int:
    """Compare, and write what the other steps read."""
    folder = Path(tempfile.mkdtemp(prefix="exposure-diff-", dir=os.environ.get("RUNNER_TEMP")))
    name = os.environ.get("DIFF_NAME") or "manifests"
    body, code = compared(name, folder)
    verdict = _verdict(folder / "diff.json") if code in JUDGED else ""
    if not verdict:  # silence would read as "nothing changed"
        body = f"<!-- gatewright:diff:{name} -->\n### Exposure diff · {name} · ⚠️ could not be made\n\nThe job's log says why (exit code {code}).\n"
        code = code or 2
    (folder / "comment.md").write_text(body, encoding="utf-8")
    (folder / "pull-request.json").write_text(json.dumps({"name": name, **_pull_request()}) + "\n", encoding="utf-8")
    _append("GITHUB_STEP_SUMMARY", body or f"### Exposure diff · {name} · ⚪ no exposure change\n")
    artifact = f"exposure-diff-{re.sub(r'[^A-Za-z0-9.-]', '-', name)}"
    _append("GITHUB_OUTPUT", f"verdict={verdict}\nexit-code={code}\nfolder={folder}\nartifact={artifact}\n")
    return 0


def compared(name: str, folder: Path) -> tuple[str, int]:
    """The comment and the exit code of `gatewright diff`; its messages go to the log."""
    path = os.environ["DIFF_PATH"].strip().removeprefix("./").rstrip("/") or "."
    revision = base()
    if revision is None:
        return "", 2
    known = path == "." or _git("cat-file", "-e", f"{revision}:{path}").returncode == 0
    if not known:
        sys.stderr.write(f"{path} is not in the base {revision}: everything is new\n")
    with tempfile.TemporaryDirectory() as empty:
        before = f"git:{revision}:{'' if path == '.' else path}" if known else empty
        command = [sys.executable, "-m", "gatewright", "diff", before, path, "--format", "markdown", "--name", name]
        command += ["--allow-empty", "base"]  # a repository may begin with this change: everything is new then
        command += ["--json-file", str(folder / "diff.json"), "--fail-on", os.environ.get("DIFF_FAIL_ON") or "widened"]
        for option in ("target", "complete", "partial"):
            values = os.environ.get(f"DIFF_{option.upper()}", "").split()
            command += [word for value in values for word in (f"--{option}", value)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program, on what the workflow names
    said = done.stdout.decode(errors="replace")
    if not known:  # the name of a temporary folder is another one in each run
        said = re.sub(r"(?m)^<sub>base .*? · head ", f"<sub>base {revision} · head ", said)
    return said, done.returncode


def base() -> str | None:
    """The revision that the pull request is held against, as a hash; None, said, where there is none.

    GitHub checks out the merge of a pull request into its base: then that is its first parent, whatever else happened on the branch.
    """
    asked = os.environ.get("DIFF_BASE", "").strip()
    parents = _git("rev-list", "--parents", "--max-count=1", "HEAD").stdout.split()[1:]
    given = asked or (parents[0] if len(parents) == 2 else os.environ.get("DIFF_BASE_SHA", "").strip())
    if not given:
        sys.stderr.write("no base: run on pull_request, with `fetch-depth: 2` at the checkout, or name one with `base`\n")
        return None
    found = _commit(given)
    if found is None and not given.startswith("-"):
        _git("fetch", "--no-tags", "--depth=1", "origin", "--", given)
        found = _commit(given) or _commit("FETCH_HEAD")
    if found is None:
        sys.stderr.write(f"the base {given!r} is not in this checkout and cannot be fetched\n")
    return found


def _commit(revision: str) -> str | None:
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    found = done.stdout.strip()
    return found if done.returncode == 0 and _SHA.fullmatch(found) else None


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 - git of the runner


def _verdict(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["verdict"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if found in VERDICTS else ""


def _pull_request() -> dict[str, object]:
    """The number of the pull request and the commit of its branch, as the event has them."""
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        return {"number": int(event["pull_request"]["number"]), "head": str(event["pull_request"]["head"]["sha"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"number": None, "head": None}


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    raise SystemExit(main())

"""One comment on a pull request for each exposure diff, found by its hidden marker and updated in place.

Runs with a token that may write, on an artifact that a stranger's pull request may have made: nothing in it is run, and nothing is believed.
The pull request that it names must have the commit of the run as its head; the body must be of the shape that `gatewright diff` writes, in
which no text is a link, a mention or HTML. Comments of others are never touched, and none is deleted. Environment: COMMENT_FOLDER,
COMMENT_TOKEN, COMMENT_AUTHOR, COMMENT_HEAD_SHA, GITHUB_REPOSITORY, GITHUB_API_URL. Nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 65_536  # characters that GitHub takes
_PAGES = 30  # of 100 comments each
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/]|-(?!-|$)){0,99}")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!/?(?:details|summary|sub)>)")
_LINK = re.compile(r"\]\(|\]\[|\]:|!\[|(?i:https?|ftp|mailto)://|(?i:www\.)|@|(?<!&)#\d")


class Refused(Exception):
    """The artifact is not what it should be, or the API said no."""


def main() -> int:
    """1 where something was refused; the others are done all the same."""
    found = sorted(Path(os.environ["COMMENT_FOLDER"]).rglob("pull-request.json"))
    if not found:
        sys.stdout.write("no exposure diff in this run: nothing to say\n")
        return 0
    failed = 0
    for path in found:
        try:
            sys.stdout.write(f"{commented(path.parent)}\n")
        except Refused as error:
            sys.stdout.write(f"::error::{_line(str(error))}\n")
            failed = 1
    return failed


def commented(folder: Path) -> str:
    """Say what the folder says; returns what was done. Raises Refused."""
    name, number = said(folder)
    body = _read(folder / "comment.md", LONGEST * 4).strip("\n")
    marker = f"<!-- gatewright:diff:{name} -->"
    if body:
        checked(body, marker)
    pull = _ask("GET", f"/pulls/{number}")
    if pull.get("head", {}).get("sha") != os.environ["COMMENT_HEAD_SHA"]:
        raise Refused(f"pull request {number} is not at the commit of this run: a newer run speaks for it, or the artifact names another's")
    mine = next((one for one in _comments(number) if _is_mine(one, marker)), None)
    if not body:
        if mine is None:
            return f"{name}: nothing changed, and nothing was said"
        body = f"{marker}\n### Exposure diff · {name} · ⚪ no exposure change"
    if mine is None:
        _ask("POST", f"/issues/{number}/comments", {"body": body})
        return f"{name}: commented"
    if str(mine.get("body", "")).replace("\r\n", "\n").strip() == body.strip():
        return f"{name}: the comment says so already"
    _ask("PATCH", f"/issues/comments/{int(mine['id'])}", {"body": body})
    return f"{name}: updated"


def said(folder: Path) -> tuple[str, int]:
    """The name and the number of the pull request. Raises Refused."""
    try:
        tree = json.loads(_read(folder / "pull-request.json", 10_000))
        name, number = tree["name"], tree["number"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"pull-request.json cannot be read: {error}") from error
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused("the name in pull-request.json is none")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        raise Refused("the number in pull-request.json is none: was it a pull request that ran?")
    return name, number


def checked(body: str, marker: str) -> None:
    """Raises Refused for a body that `gatewright diff` cannot have written."""
    first, _, rest = body.partition("\n")
    if first != marker:
        raise Refused("the body does not begin with its marker")
    if len(body) > LONGEST:
        raise Refused(f"the body is longer than {LONGEST} characters")
    if _TAG.search(rest):
        raise Refused("the body holds HTML that gatewright does not write")
    for tag in ("details", "summary", "sub"):
        if rest.count(f"<{tag}>") != rest.count(f"</{tag}>"):
            raise Refused(f"the body does not close every {tag}")
    if any(_LINK.search(line) for line in _prose(rest)):
        raise Refused("the body holds a link or a mention, which gatewright does not write")


def _prose(text: str) -> Iterator[str]:
    """The lines outside fences. Raises Refused for a fence that is left open."""
    fenced = False
    for line in text.split("\n"):
        if not fenced and re.fullmatch(r"```(?:sh|diff)", line):
            fenced = True
        elif fenced and line == "```":
            fenced = False
        elif not fenced:
            if re.match(r"\s*(?:```|~~~)", line):
                raise Refused("the body holds a fence that gatewright does not write")
            yield line
        elif re.match(r"\s*```", line):
            raise Refused("the body holds a fence in a fence")
    if fenced:
        raise Refused("the body leaves a fence open")


def _is_mine(comment: dict[str, Any], marker: str) -> bool:
    return (comment.get("user") or {}).get("login") == os.environ["COMMENT_AUTHOR"] and str(comment.get("body", "")).startswith(marker)


def _comments(number: int) -> Iterator[dict[str, Any]]:
    for page in range(1, _PAGES + 1):
        found = _ask("GET", f"/issues/{number}/comments?per_page=100&page={page}")
        yield from found
        if len(found) < 100:
            return


def _read(path: Path, most: int) -> str:
    if path.is_symlink() or not path.is_file():
        raise Refused(f"{path.name} is no file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(f"{path.name} is longer than {most} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"{path.name} is no UTF-8") from error


def _ask(method: str, path: str, content: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - whatever the API answers
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}{path}"
    headers = {
        "Authorization": f"Bearer {os.environ['COMMENT_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    data = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}, method=method)  # noqa: S310 - the API of the runner
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(f"{method} {path}: GitHub answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise Refused(f"{method} {path}: {error}") from error


def _line(text: str) -> str:
    """One line for a workflow command, which a line break would end."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


if __name__ == "__main__":
    sys.exit(main())

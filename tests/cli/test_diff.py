"""``gatewright diff``: what the sides may be, the formats as a command gives them, and the exit codes.

Over 400 lines: every form of a side and every exit code, once each.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main
from gatewright.cli.asked import Stated
from gatewright.cli.diff_sides import misled, paired, sides
from tests.cli.programs import TIERS, write
from tests.cli.worlds import ORDERS, TARGET, WORLD

Capture = pytest.CaptureFixture[str]

GROUP = "gateway.networking.k8s.io"
WIDER = WORLD.replace("value: /orders}", "value: /}")
NARROWER = WORLD.replace("type: PathPrefix, value: /orders", "type: Exact, value: /orders").replace(
    "  - backendRefs: [{name: front, port: 8080}]\n", ""
)
SAME = (
    WORLD.replace("hostnames: [shop.example.com]", 'hostnames: ["shop.example.com"]')
    .replace("weight: 9", "weight: 9.0")
    .replace("9.0", "9")
)
UNKNOWN = WORLD.replace("example.com/edge", "example.com/unheard-of")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    (tmp_path / "head").mkdir()
    (tmp_path / "base" / "a.yaml").write_text(WORLD)
    (tmp_path / "head" / "a.yaml").write_text(WORLD)
    return tmp_path


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["diff", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def tree(capsys: Capture, *arguments: str) -> dict[str, Any]:
    _, out, err = run(capsys, *arguments, "--format", "json")
    assert out, err
    found: dict[str, Any] = json.loads(out)
    return found


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str = "a change") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")


# What comes out.


def test_an_unchanged_world(folder: Path, capsys: Capture) -> None:
    assert run(capsys, "base", "head", *TARGET) == (0, "No exposure change\n", "exposure: no change\n")
    assert run(capsys, "base", "head", *TARGET, "--format", "markdown")[:2] == (0, "")
    told = tree(capsys, "base", "head", *TARGET)
    assert (told["verdict"], told["rows"], told["not_judged"], told["manifests"]) == ("none", [], [], [])


def test_the_json_of_a_row(folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WIDER)
    told = tree(capsys, "base", "head", *TARGET)
    assert (told["schema"], told["verdict"], told["base"], told["head"]) == ("gatewright.diff/1", "widened", "base", "head")
    assert list(told) == [
        "schema", "verdict", "base", "head", "clusters", "rows", "not_judged", "notes", "relaxations", "manifests", "left_out",
    ]  # fmt: skip
    row = next(one for one in told["rows"] if one["change"] == "reachable")
    assert {
        "kind": "HTTPRoute",
        "namespace": "shop",
        "name": "orders",
        "path": "",
        "file": "head/a.yaml",
        "line": 23,
        "group": GROUP,
    } in row["objects"]
    (changed,) = told["manifests"]
    assert changed["object"]["name"] == "orders"
    assert changed["fields"] == [{"path": "spec.rules[0].matches[0].path.value", "sign": "!", "before": "/orders", "after": "/"}]


def test_every_format_has_the_same_verdict(folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WIDER)
    for form in ("text", "json", "markdown", "sarif"):
        code, out, err = run(capsys, "base", "head", *TARGET, "--format", form)
        assert (code, err) == (1, "exposure: 1 widened\n")
        assert out
    sarif = json.loads(run(capsys, "base", "head", *TARGET, "--format", "sarif")[1])["runs"][0]
    assert [one["ruleId"] for one in sarif["results"]] == ["exposure-reachable"]


def test_json_beside_another_format(folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WIDER)
    _, text, _ = run(capsys, "base", "head", *TARGET, "--json-file", "found.json")
    assert text.startswith("Exposure changes\n")
    assert json.loads((folder / "found.json").read_text()) == tree(capsys, "base", "head", *TARGET)
    code, out, err = run(capsys, "base", "head", *TARGET, "--json-file", "nowhere/found.json")
    assert (code, out) == (2, "")
    assert "--json-file nowhere/found.json cannot be written" in err


def test_only_what_changed_and_an_escape_to_the_rest(folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WIDER)
    _, folded, _ = run(capsys, "base", "head", *TARGET)
    _, full, _ = run(capsys, "base", "head", *TARGET, "--full")
    assert "! HTTPRoute shop/orders (1 field)  head/a.yaml:23" in folded
    assert "path.value" not in folded
    assert "! spec.rules[0].matches[0].path.value: /orders → /" in full


def test_colours_are_for_terminals(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WIDER)
    assert "\x1b" not in run(capsys, "base", "head", *TARGET)[1]

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    for environment, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        with monkeypatch.context() as patch:
            patch.delenv("NO_COLOR", raising=False)
            for key, value in environment.items():
                patch.setenv(key, value)
            patch.setattr(sys, "stdout", screen := Terminal())
            main(["diff", "base", "head", *TARGET])
        assert ("\x1b[31m" in screen.getvalue()) is coloured


def test_no_format_tells_a_secret(folder: Path, capsys: Capture) -> None:
    """A shared secret that a route matches on, one that a filter sends on, and one of a Secret."""
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {key: hunter2-%s}\n"
    keyed = "    - path: {type: PathPrefix, value: /orders}\n      headers: [{name: X-Api-Key, value: hunter2-%s}]\n"
    for one in ("base", "head"):
        text = WORLD.replace("    - path: {type: PathPrefix, value: /orders}\n", keyed % one).replace(
            "value: hunter2}", f"value: Bearer hunter2-{one}}}"
        )
        (folder / one / "a.yaml").write_text(text + secret % one)
    for form in ("text", "markdown", "json", "sarif"):
        code, out, err = run(capsys, "base", "head", *TARGET, "--format", form, "--full")
        assert code == 1
        assert "hunter2" not in out + err
        assert "sha256" in out


# Exit codes.


@pytest.mark.parametrize(
    ("head", "codes"),
    [
        (WORLD, {"widened": 0, "any": 0, "never": 0}),
        (WIDER, {"widened": 1, "any": 1, "never": 0}),
        (NARROWER, {"widened": 0, "any": 1, "never": 0}),
    ],
    ids=["same", "widened", "narrowed"],
)
def test_exit_codes(head: str, codes: dict[str, int], folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(head)
    assert {one: run(capsys, "base", "head", *TARGET, "--fail-on", one)[0] for one in codes} == codes


def test_what_cannot_be_judged_is_no_pass(folder: Path, capsys: Capture) -> None:
    """A controller that nobody knows, and a policy of it that changed."""
    policy = "---\napiVersion: example.com/v1\nkind: Policy\nmetadata: {name: p, namespace: shop}\nspec: {deny: %s}\n"
    (folder / "base" / "a.yaml").write_text(UNKNOWN + policy % "true")
    (folder / "head" / "a.yaml").write_text(UNKNOWN.replace("weight: 9", "weight: 8") + policy % "false")
    told = tree(capsys, "base", "head")
    codes = {one: run(capsys, "base", "head", "--fail-on", one)[0] for one in ("widened", "any", "never")}
    assert (told["verdict"], codes) == ("undecided", {"widened": 3, "any": 3, "never": 0}), told


def test_what_is_surely_widened_comes_before_what_is_not_sure(folder: Path, capsys: Capture) -> None:
    (folder / "base" / "a.yaml").write_text(UNKNOWN)
    (folder / "head" / "a.yaml").write_text(UNKNOWN.replace("value: /orders}", "value: /}"))
    assert run(capsys, "base", "head")[0] == 1


def test_nothing_on_either_side_is_no_pass(folder: Path, capsys: Capture) -> None:
    for one in ("base", "head"):
        (folder / one / "a.yaml").write_text(ORDERS)
    for fail_on in ("widened", "never"):
        code, out, err = run(capsys, "base", "head", "--fail-on", fail_on)
        assert (code, out) == (3, "")
        assert "nothing to judge: neither base nor head holds a Gateway" in err


def test_a_first_and_a_last_world(folder: Path, capsys: Capture) -> None:
    """A repository may begin, or end, with this change; it must be said."""
    (folder / "base" / "a.yaml").unlink()
    code, _, err = run(capsys, "base", "head", *TARGET, "--allow-empty", "base")
    assert code == 1
    assert "base holds no manifest\n" in err
    assert "base holds no Gateway and no other way in: all that head lets reach is new" in err
    code, _, err = run(capsys, "head", "base", *TARGET, "--allow-empty", "head")
    assert code == 0
    assert "all that head lets reach is gone" in err


def test_a_side_without_manifests_is_not_judged(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A path that is wrong looks like an estate that is gone: never *narrowed*."""
    git(folder, "init", "--quiet")
    commit(folder)
    (folder / "empty").mkdir()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    for fail_on in ("widened", "any", "never"):
        code, out, err = run(capsys, "base", "empty", *TARGET, "--fail-on", fail_on)
        assert (code, out) == (3, "")
        assert "nothing to judge: HEAD, empty, holds no manifest. If all is gone, say so: --allow-empty head" in err
    code, out, err = run(capsys, "empty", "head", *TARGET, "--allow-empty", "head")
    assert (code, out) == (3, "")
    assert "BASE, empty, holds no manifest. If all is new, say so: --allow-empty base" in err
    code, out, err = run(capsys, "base", "-", *TARGET)
    assert (code, out) == (3, "")
    assert "HEAD, -, holds no manifest" in err
    for base, head in (("base", "git:HEAD:nowhere"), ("git:HEAD:nowhere", "head")):
        code, out, _ = run(capsys, base, head, *TARGET)
        assert (code in (2, 3), out) == (True, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'BASE'"),
        (["base"], "Missing argument 'HEAD'"),
        (["base", "haed"], "haed: there is no such file or folder"),
        (["-", "-"], "it is named twice"),
        (["base", "head", "--format", "yaml"], "'yaml' is not one of"),
        (["base", "head", "--fail-on", "worse"], "'worse' is not one of"),
        (["base", "head", "--target", "egde=gateway-api@1.6"], 'no Gateway is of a class egde (did you mean "edge"?)'),
        (["base", "head", "--target", "edge"], "no = in it"),
        (["base", "head", "--name", "a --> b"], "--name 'a --> b': write at most 100 letters"),
        (["base", "git:main"], "git"),
        (["base", "estate.py"], "there is no such file"),
        (["base", "git:HEAD:estate.py"], "git:HEAD:estate.py: "),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


# Where a side comes from.


def test_a_revision_of_the_repository(folder: Path, capsys: Capture) -> None:
    git(folder, "init", "--quiet")
    commit(folder)
    (folder / "head" / "a.yaml").write_text(WIDER)
    assert tree(capsys, "git:HEAD:head", "head", *TARGET)["verdict"] == "widened"
    assert tree(capsys, "git:HEAD:head", "git:HEAD:./base", *TARGET)["verdict"] == "none"


def test_standard_input(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WIDER.encode())))
    assert tree(capsys, "base", "-", *TARGET)["verdict"] == "widened"


def test_a_target_for_a_class_of_one_side(folder: Path, capsys: Capture) -> None:
    (folder / "head" / "a.yaml").write_text(WORLD.replace("gatewayClassName: edge", "gatewayClassName: other"))
    assert run(capsys, "base", "head", *TARGET, "--target", "other=gateway-api@1.6")[0] in (0, 1)


PROGRAM = TIERS.replace("from tests.mistakes.valid import *", "from parts import *")


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a program, its helper beside it, in a folder."""
    folder = tmp_path / "repository"
    (folder / "stacks").mkdir(parents=True)
    write(folder / "stacks", PROGRAM)
    write(folder / "stacks", "from tests.mistakes.valid import *\n", "parts.py")
    git(folder, "init", "--quiet")
    commit(folder)
    monkeypatch.chdir(folder)
    return folder


def test_a_program_now_and_at_a_revision(estate: Path, capsys: Capture) -> None:
    """Both are rendered: each cluster is compared with itself, and the helper of the revision is the one that it had then."""
    loosened = PROGRAM.replace('Claim("role", any_of=["buyer"])', 'Claim("role", any_of=["buyer", "support"])')
    (estate / "stacks" / "estate.py").write_text(loosened)
    for base in ("git:HEAD:stacks/estate.py", "git:HEAD:./stacks/estate.py", "git:HEAD"):
        told = tree(capsys, base, "stacks/estate.py")
        assert told["verdict"] == "widened"
        assert [one["cluster"] for one in told["clusters"]] == ["production/aws-eu", "production/azure-eu", "staging/aws-staging"]
        assert {row["cluster"] for row in told["rows"]} == {one["cluster"] for one in told["clusters"]}
        assert told["not_judged"] == []
    assert tree(capsys, "git:HEAD", "git:HEAD:stacks/estate.py")["verdict"] == "none"
    _, text, _ = run(capsys, "git:HEAD", "stacks/estate.py")
    assert text.count("weaker") == 1
    assert (
        not git(estate, "status", "--porcelain", "--ignored")
        .replace("M stacks/estate.py", "")
        .strip()
        .replace("!! stacks/__pycache__/", "")
    )


def test_a_helper_of_the_revision_is_that_of_the_revision(estate: Path, capsys: Capture) -> None:
    (estate / "stacks" / "parts.py").write_text("raise RuntimeError('the new helper')\n")
    code, _, err = run(capsys, "git:HEAD", "stacks/estate.py")
    assert code == 2
    assert "the new helper" in err
    (estate / "stacks" / "parts.py").write_text("from tests.mistakes.valid import *\n")
    commit(estate)
    assert run(capsys, "git:HEAD~1", "stacks/estate.py")[0] == 0


def test_a_program_and_what_it_wrote(estate: Path, capsys: Capture) -> None:
    assert main(["synth", "stacks/estate.py", "-o", "dist", "--quiet"]) == 0
    commit(estate)
    for one in ("dist", "git:HEAD:dist", "git:HEAD:./dist"):
        told = tree(capsys, one, "stacks/estate.py")
        assert (told["verdict"], told["manifests"], len(told["clusters"])) == ("none", [], 3)
    folder = "dist/production/aws-eu"
    assert tree(capsys, folder, f"git:HEAD:{folder}")["clusters"] == [{"cluster": "", "verdict": "none"}]


def test_targets_are_those_that_synth_wrote_down(estate: Path, capsys: Capture) -> None:
    """The GatewayClass is not among the manifests, and nobody has to name it: a policy that is gone is seen."""
    assert main(["synth", "stacks/estate.py", "-o", "dist", "--quiet"]) == 0
    commit(estate)
    for policy in (estate / "dist").rglob("*backendtrafficpolicy-shop*"):
        policy.unlink()
    told = tree(capsys, "git:HEAD:dist", "dist")
    assert told["verdict"] == "widened"
    assert told["not_judged"] == []


def test_another_version_of_the_gateway_is_told(estate: Path, capsys: Capture) -> None:
    (estate / "stacks" / "estate.py").write_text(
        PROGRAM.replace("[EDGE, ORDERS,", "[").replace("route(require", "EDGE, ORDERS, route(require")
    )
    assert tree(capsys, "git:HEAD", "stacks/estate.py")["verdict"] == "none"
    assert main(["synth", "stacks/estate.py", "-o", "dist", "--quiet"]) == 0
    commit(estate)
    trace = estate / "dist" / "production" / "aws-eu" / "trace.json"
    trace.write_text(trace.read_text().replace("Envoy Gateway 1.9", "Envoy Gateway 1.8"))
    folder = "dist/production/aws-eu"
    notes = tree(capsys, folder, f"git:HEAD:{folder}")["notes"]
    assert [one for one in notes if "Envoy Gateway 1.8 becomes Envoy Gateway 1.9" in one]


def test_one_cluster_beside_several(estate: Path, capsys: Capture) -> None:
    assert main(["synth", "stacks/estate.py", "-o", "dist", "--quiet"]) == 0
    code, _, err = run(capsys, "dist/production/aws-eu", "dist")
    assert code == 2
    assert "dist holds 3 clusters" in err
    assert "name the folder of one cluster, such as dist/production/aws-eu" in err


def test_a_cluster_that_is_new(estate: Path, capsys: Capture) -> None:
    (estate / "stacks" / "estate.py").write_text(PROGRAM.replace(', cluster("azure-eu")', ', cluster("azure-eu"), cluster("gcp-eu")'))
    told = tree(capsys, "git:HEAD", "stacks/estate.py")
    assert {row["cluster"] for row in told["rows"] if row["change"] == "reachable"} == {"production/gcp-eu"}
    (estate / "empty").mkdir()
    assert tree(capsys, "empty", "stacks/estate.py", "--allow-empty", "base")["verdict"] == "widened"


def test_a_program_that_is_refused(estate: Path, capsys: Capture) -> None:
    text = PROGRAM.replace('cluster("azure-eu")', 'cluster("azure-eu", exposures={"public": exposure(EnvoyGateway("1.8"))})')
    (estate / "stacks" / "estate.py").write_text(text)
    code, out, err = run(capsys, "git:HEAD", "stacks/estate.py")
    assert (code, out) == (4, "")
    assert "production/azure-eu" in err


def test_a_revision_without_the_program(estate: Path, capsys: Capture) -> None:
    git(estate, "mv", "stacks", "infra")
    code, _, err = run(capsys, "git:HEAD", "infra/estate.py")
    assert code == 2
    assert "'HEAD' holds no 'infra/estate.py'" in err


def test_relaxations_that_are_new_and_who_owns_them(estate: Path, capsys: Capture) -> None:
    relaxed = PROGRAM.replace(
        'route(require=[Claim("role", any_of=["buyer"])])',
        'route(require=[Claim("role", any_of=["buyer"])], relax=[Relax("jwt-expiry", reason="old clients | @all", owner="team-shop", until="2027-01-31")])',
    )
    (estate / "stacks" / "estate.py").write_text(relaxed)
    told = tree(capsys, "git:HEAD", "stacks/estate.py")["relaxations"]
    assert [(one["cluster"], one["change"], one["what"], one["owner"], one["until"]) for one in told] == [
        (place, "added", "jwt-expiry", "team-shop", "2027-01-31")
        for place in ("production/aws-eu", "production/azure-eu", "staging/aws-staging")
    ]
    _, text, _ = run(capsys, "git:HEAD", "stacks/estate.py")
    assert "added: jwt-expiry of ProtectedRoute shop/orders: old clients | @all; owner team-shop, until 2027-01-31" in text
    commit(estate)
    (estate / "stacks" / "estate.py").write_text(relaxed.replace("2027-01-31", "2028-01-31"))
    told = tree(capsys, "git:HEAD", "stacks/estate.py")["relaxations"]
    assert {(one["change"], one["before"]["until"], one["after"]["until"]) for one in told} == {("changed", "2027-01-31", "2028-01-31")}
    assert {one["change"] for one in tree(capsys, "stacks/estate.py", "git:HEAD~1")["relaxations"]} == {"removed"}


def misled_by(folder: Path, base: str, head: str) -> list[str]:
    for side, text in (("base", base), ("head", head)):
        (folder / side / "b.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n")
        (folder / side / "kustomization.yaml").write_text(text)
    stated = Stated()
    return [told for _, old, new in paired(*sides("base", "head", stated), stated) for told in misled(old.world, new.world)]


def test_an_index_for_kustomize_that_is_not_followed_and_not_the_same_is_a_doubt(folder: Path) -> None:
    all_of_it, less = "resources: [a.yaml, b.yaml]\n", "resources: [a.yaml]\n"
    assert misled_by(folder, all_of_it, all_of_it + "images: []\n") == []
    assert misled_by(folder, less, "# the same\n" + less) == []
    (told,) = misled_by(folder, all_of_it, less)
    assert told == (
        "head/kustomization.yaml is an index for kustomize, is not followed (it leaves out b.yaml) and is not the same on both sides: "
        "give the output of kustomize build for each side"
    )
    (told,) = misled_by(folder, less, all_of_it)
    assert told.startswith("base/kustomization.yaml is an index")
    (told,) = misled_by(folder, less, less + "namePrefix: x\n")
    assert "it leaves out b.yaml and it has namePrefix" in told


def test_such_an_index_is_not_judged(folder: Path, capsys: Capture) -> None:
    misled_by(folder, "resources: [a.yaml, b.yaml]\n", "resources: [a.yaml]\n")
    found = tree(capsys, "base", "head", *TARGET)
    assert (found["verdict"], len(found["not_judged"])) == ("undecided", 1)
    assert "head/kustomization.yaml is an index for kustomize" in found["not_judged"][0]
    assert run(capsys, "base", "head", *TARGET)[0] == 3

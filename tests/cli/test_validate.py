"""``gatewright validate``: verdicts, places, formats and exit codes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from gatewright.cli import main
from gatewright.world.reading import Coverage, Read, Skipped

Capture = pytest.CaptureFixture[str]

GOOD = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
  namespace: shop
spec:
  parentRefs:
  - name: edge
  hostnames:
  - shop.example.com
"""
WRONG = GOOD.replace("shop.example.com", "Shop.example.com").replace("name: orders", "name: wrong") + "  rulez: []\n"
RULE = (
    GOOD.replace("name: orders", "name: split")
    + """\
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: orders
"""
)
POLICY = """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: orders, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders}]}
"""
OTHER = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["validate", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def judged(capsys: Capture, *arguments: str) -> dict[str, Any]:
    _, out, _ = run(capsys, "--format", "json", *arguments)
    tree: dict[str, Any] = json.loads(out)
    assert tree["schema"] == "gatewright.validate/1"
    return tree


def test_what_is_accepted_says_nothing_on_stdout(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(GOOD)
    assert run(capsys, "a.yaml") == (0, "", "1 object: 1 accepted, 0 rejected, 0 not judged\n")


def test_a_finding_is_a_line_that_editors_link_to(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(f"{GOOD}---\n{WRONG}")
    code, out, err = run(capsys, "a.yaml")
    assert code == 1
    assert err == "2 objects: 1 accepted, 1 rejected, 0 not judged\n"
    first, second = out.splitlines()
    assert first.startswith("a.yaml:21:5: HTTPRoute shop/wrong: spec.hostnames[0] is 'Shop.example.com'")
    assert first.endswith("[pattern]")
    assert second.startswith("a.yaml:22:3: HTTPRoute shop/wrong: spec.rulez is a field that this version does not have")
    assert 'did you mean "rules"?' in second


def test_json_has_every_object_in_order_and_a_summary(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(f"{WRONG}---\n{GOOD}---\n{OTHER}")
    tree = judged(capsys, "a.yaml")
    assert [(one["name"], one["verdict"]) for one in tree["objects"]] == [("wrong", "rejected"), ("orders", "accepted"), ("a", "not-judged")]
    assert tree["summary"] == {"accepted": 1, "rejected": 1, "not-judged": 1, "unreadable": 0, "rules_not_judged": 0}
    first, second, third = tree["objects"]
    assert {key: first[key] for key in ("file", "line", "group", "kind", "namespace", "name")} == {
        "file": "a.yaml", "line": 1, "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop", "name": "wrong",
    }  # fmt: skip
    assert [one.keys() for one in first["findings"]] == [{"path", "line", "column", "rule", "message", "got", "allowed", "source"}] * 2
    assert second["findings"] == []
    assert third["reason"]


def test_rules_across_fields_need_nothing_installed(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(RULE)
    (found,) = judged(capsys, "a.yaml")["objects"][0]["findings"]
    assert (found["path"].removesuffix(".value"), found["source"]) == ("spec.rules[0].matches[0].path", "cel")
    assert found["line"] in (13, 15)


def test_rules_that_were_not_judged_are_said_and_strict_takes_them_for_no_pass(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(POLICY)
    code, out, err = run(capsys, "a.yaml")
    assert (code, out) == (0, "")
    assert "accepted by the schema, rules not judged: 1 SecurityPolicy; name the CRDs with --crds or --cluster" in err
    assert run(capsys, "--strict", "a.yaml")[0] == 3
    assert judged(capsys, "a.yaml")["objects"][0]["rules_not_judged"] > 0


def test_a_kind_without_schema_is_not_judged(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(OTHER)
    code, _, err = run(capsys, "a.yaml")
    assert code == 3, "nothing was judged"
    assert "not judged: 1 Widget: no schema" in err
    (folder / "b.yaml").write_text(GOOD)
    assert run(capsys, "a.yaml", "b.yaml")[0] == 0
    assert run(capsys, "--strict", "a.yaml", "b.yaml")[0] == 3


def test_nothing_at_all_is_no_pass(folder: Path, capsys: Capture) -> None:
    (folder / "empty").mkdir()
    code, _, err = run(capsys, "empty")
    assert code == 3
    assert "nothing to judge: no object in empty; of a folder *.yaml, *.yml, *.json, *.jsonl are read" in err


def test_what_cannot_be_read_is_said_and_the_rest_is_judged(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text("a: [\n")
    (folder / "b.yaml").write_text(WRONG)
    code, out, err = run(capsys, ".", "missing.yaml")
    assert code == 2
    assert "HTTPRoute shop/wrong" in out
    assert "a.yaml:" in err
    assert "missing.yaml: there is no such file or folder" in err
    tree = judged(capsys, ".")
    assert [one["file"] for one in tree["unreadable"]] == ["./a.yaml"]


def test_the_edition_decides(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(GOOD + "  rules:\n  - retry: {attempts: 2}\n")
    assert run(capsys, "a.yaml")[0] == 0
    assert run(capsys, "--api", "1.6/standard", "a.yaml")[0] == 1
    assert run(capsys, "--api", "1.6/experimental", "a.yaml")[0] == 0
    code, _, err = run(capsys, "--api", "1.7/standart", "a.yaml")
    assert code == 2
    assert "there is no Gateway API '1.7/standart' (did you mean \"1.7/standard\"?)" in err


def test_another_bundled_release_by_name(folder: Path, capsys: Capture) -> None:
    rule = "{action: Allow, cel: 'true', principal: {clientCIDRs: [10.0.0.0/8]}}"
    (folder / "a.yaml").write_text(POLICY.replace("targetRefs", f"authorization: {{rules: [{rule}]}}, targetRefs"))
    assert run(capsys, "a.yaml")[0] == 0
    code, out, _ = run(capsys, "--crds", "envoy-gateway-1.8", "a.yaml")
    assert code == 1
    assert "cel is a field that this version does not have" in out


def test_an_update_is_judged_against_what_it_replaces(folder: Path, capsys: Capture) -> None:
    text = "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: eg}\nspec: {controllerName: example.com/%s}\n"
    (folder / "new.yaml").write_text(text % "b")
    (folder / "old.yaml").write_text(text % "a")
    assert run(capsys, "new.yaml")[0] == 0
    code, out, _ = run(capsys, "--against", "old.yaml", "new.yaml")
    assert code == 1
    assert out.startswith("new.yaml:4:8: GatewayClass eg: spec.controllerName: ")
    assert run(capsys, "--against", "new.yaml", "new.yaml")[0] == 0
    assert run(capsys, "--against", "missing.yaml", "new.yaml")[0] == 2


def test_what_is_no_update_is_told(folder: Path, capsys: Capture) -> None:
    """A wrong BASE would else pass everything as new."""
    (folder / "a.yaml").write_text(GOOD)
    (folder / "other.yaml").write_text(WRONG)
    (folder / "twice.yaml").write_text(f"{GOOD}---\n{GOOD}  - other.example.com\n")
    code, _, err = run(capsys, "--against", "other.yaml", "a.yaml")
    assert (code, err.splitlines()[0]) == (0, "judged as new, for other.yaml does not hold them: 1 HTTPRoute")
    code, _, err = run(capsys, "--against", "twice.yaml", "a.yaml")
    assert (code, err.splitlines()[0]) == (0, "twice.yaml says twice, and not in the same words: 1 HTTPRoute; the first counts")
    assert run(capsys, "--against", "a.yaml", "a.yaml") == (0, "", "1 object: 1 accepted, 0 rejected, 0 not judged\n")


@pytest.mark.parametrize(("complete", "code"), [(True, 0), (False, 3)])
def test_what_a_cluster_does_not_show_is_no_new_object(
    complete: bool, code: int, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def read_cluster(context: str, kinds: object) -> Read:
        asked.append(kinds)
        group = "gateway.networking.k8s.io"
        if complete:
            return Read(complete=frozenset([Coverage(group, "HTTPRoute")]))
        return Read(skipped=(Skipped("cluster:", f"HTTPRoute.{group} may not be listed"),))

    monkeypatch.setattr("gatewright.world.cluster.read_cluster", read_cluster)
    (folder / "a.yaml").write_text(GOOD)
    found, _, err = run(capsys, "--strict", "--against", "cluster:", "a.yaml")
    assert found == code
    assert ("though cluster: does not show whether they are there: 1 HTTPRoute" in err) is not complete
    assert ("HTTPRoute.gateway.networking.k8s.io may not be listed" in err) is not complete
    assert asked == [{("gateway.networking.k8s.io", "HTTPRoute")}], "no Secret is asked for"


def test_an_object_of_a_cluster_is_updated_by_an_ordinary_manifest(folder: Path, capsys: Capture) -> None:
    set_by_the_server = """\
  uid: 11111111-1111-1111-1111-111111111111
  resourceVersion: "5"
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  managedFields: [{manager: kubectl, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:spec": {}}}]
status: {parents: []}
spec:
"""
    (folder / "old.yaml").write_text(GOOD.replace("spec:\n", set_by_the_server))
    (folder / "new.yaml").write_text(GOOD)
    assert run(capsys, "--against", "old.yaml", "new.yaml", "old.yaml")[0] == 0
    assert run(capsys, "--against", "new.yaml", "old.yaml")[0] == 0


def test_many_kinds_are_not_all_told(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text("---\n".join(OTHER.replace("Widget", f"Widget{number}") for number in range(100)))
    _, _, err = run(capsys, "a.yaml")
    assert "1 Widget0, " in err
    assert " and 80 more kinds: no schema" in err


def test_names_of_files_may_be_no_text(folder: Path, capsys: Capture) -> None:
    os.mkdir(b"\xff")
    (folder / os.fsdecode(b"\xff") / "a.yaml").write_text(f"{WRONG}---\na: [\n")
    tree = judged(capsys, ".")
    assert [one["file"] for one in (*tree["objects"], *tree["unreadable"])] == ["./\\xff/a.yaml"] * 2
    for form in ("text", "sarif", "junit"):
        code, out, _ = run(capsys, "--format", form, ".")
        assert code == 2
        assert "a.yaml" in out


def test_standard_input_and_json_lines(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"}, "spec": {"controllerName": "no"}})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{line}\n{line}\n".encode())))
    code, out, _ = run(capsys, "-")
    assert code == 1
    assert [text.split(": ")[0].rsplit(":", 1)[0] for text in out.splitlines()] == ["<stdin>:1", "<stdin>:2"]
    (folder / "a.jsonl").write_text(f"{line}\n")
    assert run(capsys, "a.jsonl")[0] == 1


def test_sarif_and_junit_hold_the_same(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(f"{WRONG}---\n{GOOD}---\n{OTHER}---\n{POLICY}")
    code, out, _ = run(capsys, "--format", "sarif", "a.yaml")
    (log,) = json.loads(out)["runs"]
    assert code == 1
    assert [one["ruleId"] for one in log["results"]] == ["pattern", "unknown"]
    assert len(log["invocations"][0]["toolExecutionNotifications"]) == 2, "what was not judged is no pass"
    _, out, _ = run(capsys, "--format", "junit", "a.yaml")
    assert fromstring(out).attrib == {"name": "gatewright validate", "tests": "4", "failures": "1", "errors": "0", "skipped": "2"}


def test_hostile_text_reaches_no_terminal(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(GOOD.replace("shop.example.com", '"\\e[31mred\\nHTTPRoute shop/fine: all is well"'))
    _, out, _ = run(capsys, "a.yaml")
    assert len(out.splitlines()) == 1
    assert "\x1b" not in out


def test_a_revision_of_git(folder: Path, capsys: Capture) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments], check=True, capture_output=True)

    (folder / "a.yaml").write_text(WRONG)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    (folder / "a.yaml").write_text(GOOD)
    assert run(capsys, "a.yaml")[0] == 0
    code, out, _ = run(capsys, "git:HEAD:a.yaml")
    assert code == 1
    assert out.startswith("HEAD:a.yaml:10:5: HTTPRoute shop/wrong: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'PATH...'.\n"),
        (["--cluster", "dist"], "Missing argument 'PATH...'. --cluster took 'dist' for a context: write PATH before it, or --cluster=CONTEXT."),
        (["-", "--against", "-"], "- stands for standard input, which can be read once; it is named twice"),
        (["a.yaml", "--api", "1.4/standard", "--crds", "gateway-api-1.6-standard"], "objects are judged by one release of gateway-api; leave one of them"),
        (["a.yaml", "--crds", "nowhere"], "nowhere: there is no such file or folder"),
        (["a.yaml", "--crds", "a.yaml"], "a.yaml holds no CustomResourceDefinition"),
        (["a.yaml", "--cluster", "--api", "1.7/standard"], "--cluster judges by what the cluster has"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(GOOD)
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert said in err

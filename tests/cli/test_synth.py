"""``gatewright synth`` from a program to files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.cli import main
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import file_name
from gatewright.manifest.yaml_read import read_file
from tests.cli.programs import HEAD, ONE_REFUSED, TIERS, WEAKER, run, tree, write

Capture = pytest.CaptureFixture[str]
CLUSTERS = {"staging/aws-staging", "production/aws-eu", "production/azure-eu"}


def places(out: Path) -> set[str]:
    return {f"{one.parent.parent.name}/{one.parent.name}" for one in out.glob("*/*/Kustomization")}


def test_every_cluster_gets_a_folder_with_an_index_and_a_trace(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, TIERS), "-o", str(out)]) == 0
    assert places(out) == CLUSTERS
    folder = out / "production" / "aws-eu"
    names = {path.name for path in folder.iterdir()}
    listed = read_file(folder / "Kustomization")[0].manifest["resources"]
    assert isinstance(listed, list)
    assert {*map(str, listed), "Kustomization", "trace.json"} == names
    assert "90-httproute-shop_orders.yaml" in names
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "production/aws-eu" in captured.err
    assert "total" in captured.err


def test_each_file_holds_the_object_of_its_name(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    main(["synth", write(tmp_path, TIERS), "-o", str(out), "-q"])
    for path in out.glob("*/*/[0-9]*.yaml"):
        (found,) = read_file(path)
        assert path.name == file_name(ObjectId.of(found.manifest))


def test_json_holds_the_same_objects(tmp_path: Path) -> None:
    program = write(tmp_path, TIERS)
    for form in ("yaml", "json"):
        assert main(["synth", program, "-o", str(tmp_path / form), "--format", form, "-q"]) == 0
    written = {path.relative_to(tmp_path / "json"): json.loads(path.read_text()) for path in (tmp_path / "json").glob("*/*/[0-9]*.json")}
    assert written
    for path, manifest in written.items():
        assert read_file(tmp_path / "yaml" / path.with_suffix(".yaml"))[0].manifest == manifest
    assert (tmp_path / "json" / "production" / "aws-eu" / "trace.json").read_text() == (
        tmp_path / "yaml" / "production" / "aws-eu" / "trace.json"
    ).read_text()


def test_the_trace_points_at_fields_that_exist_and_names_what_is_open(tmp_path: Path) -> None:
    program = HEAD + "estate = estate([EDGE, backend(pods={}, tls=None, relax=[relax('backend-tls')])])"
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, program), "-o", str(out), "-q"]) == 0
    trace = json.loads((out / "production" / "aws-eu" / "trace.json").read_text())
    assert trace["schema"] == "gatewright.trace/1"
    assert (trace["environment"], trace["cluster"], trace["baseline"]) == ("production", "aws-eu", "2026.1")
    assert trace["targets"] == {"public": "Envoy Gateway 1.9"}
    assert trace["relaxations"] == [
        {
            "intent": "SecureBackend shop/orders",
            "what": "backend-tls",
            "reason": "until it is replaced",
            "owner": "team-shop",
            "until": "2026-12-31",
            "changes": [],
        }
    ]
    assert trace["not_fenced"] == [{"intent": "SecureBackend shop/orders", "reason": "the backend names no pods"}]
    assert all(one["object"] and one["path"] for one in trace["traces"])
    assert trace["traces"] == sorted(trace["traces"], key=json.dumps)


def test_a_weakening_patch_is_a_relaxation_of_the_trace(tmp_path: Path, capsys: Capture) -> None:
    patch = "Patch(kind='NetworkPolicy', path='/spec/ingress', value=[{}], reason='a scan', owner='team-shop', until='2026-12-31')"
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, HEAD + f"estate = estate([EDGE, backend(patches=[{patch}])])"), "-o", str(out)]) == 0
    trace = json.loads((out / "production" / "aws-eu" / "trace.json").read_text())
    assert [(one["what"], one["owner"]) for one in trace["relaxations"]] == [("patch of NetworkPolicy /spec/ingress", "team-shop")]
    said = capsys.readouterr().err
    assert "a scan (owner team-shop, until 2026-12-31)" in said
    assert [f"    change   {change}" in said for change in trace["relaxations"][0]["changes"]] == [True]


def test_the_trace_says_who_asked(tmp_path: Path) -> None:
    program = HEAD + (
        "edge = gateway(floor=[RateLimit(9, per='minute', by='everyone', scope='replica')])\n"
        "estate = estate([edge, ORDERS, route(gateway=edge, max_body='2Mi')])"
    )
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, program), "-o", str(out), "-q"]) == 0
    trace = json.loads((out / "production" / "aws-eu" / "trace.json").read_text())
    origins = {one["protection"]: one["origin"] for one in trace["traces"] if one["intent"] == "ProtectedRoute shop/orders"}
    assert origins["body"] == "stated"
    assert origins["limit.everyone.replica"] == "gateway floor"
    assert origins["timeout.idle"] == "baseline 2026.1"


def test_a_selection_writes_only_what_it_names(tmp_path: Path) -> None:
    program = write(tmp_path, TIERS)
    for name, arguments, expected in (
        ("a", ["--environment", "production"], {"production/aws-eu", "production/azure-eu"}),
        ("b", ["--cluster", "aws-eu", "--cluster", "aws-staging"], {"production/aws-eu", "staging/aws-staging"}),
        ("c", ["--environment", "production", "--cluster", "azure-eu"], {"production/azure-eu"}),
    ):
        assert main(["synth", program, "-o", str(tmp_path / name), *arguments, "-q"]) == 0
        assert places(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--environment", "producton"],
            "there is no environment 'producton' (did you mean \"production\"?); there are staging, production",
        ),
        (["--cluster", "aws-ue"], "there is no cluster 'aws-ue' (did you mean \"aws-eu\"?)"),
        (["--environment", "staging", "--cluster", "aws-eu"], "there is no cluster 'aws-eu'"),
        (["--format", "toml"], "'toml' is not one of 'yaml', 'json'"),
        (["--chek"], "No such option '--chek'"),
    ],
)
def test_unknown_names_are_wrong_input(arguments: list[str], said: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["synth", write(tmp_path, TIERS), "-o", str(tmp_path / "dist"), *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err.replace("No such option: --chek", "No such option '--chek'")
    assert captured.out == ""
    assert not (tmp_path / "dist").exists()


def test_check_writes_nothing_and_lists_what_would_change(tmp_path: Path, capsys: Capture) -> None:
    program, out = write(tmp_path, TIERS), tmp_path / "dist"
    assert main(["synth", program, "-o", str(out), "--check", "-q"]) == 1
    assert not out.exists()
    assert "production/aws-eu/Kustomization: missing\n" in capsys.readouterr().out
    assert main(["synth", program, "-o", str(out), "-q"]) == 0
    assert main(["synth", program, "-o", str(out), "--check", "-q"]) == 0
    assert capsys.readouterr().out == ""
    (out / "production" / "aws-eu" / "90-httproute-shop_orders.yaml").write_text("apiVersion: v1\n")
    (out / "staging" / "aws-staging" / "note.txt").write_text("mine")
    before = tree(out)
    assert main(["synth", program, "-o", str(out), "--check"]) == 1
    assert capsys.readouterr().out == "staging/aws-staging/note.txt: extra\nproduction/aws-eu/90-httproute-shop_orders.yaml: changed\n"
    assert tree(out) == before


def test_one_cluster_that_fails_stops_all(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    main(["synth", write(tmp_path, TIERS), "-o", str(out), "-q"])
    before = tree(out)
    changed = ONE_REFUSED.replace('"buyer"', '"buyer", "admin"')
    assert main(["synth", write(tmp_path, changed), "-o", str(out)]) == 4
    assert tree(out) == before
    said = capsys.readouterr().err
    assert "Envoy Gateway 1.8 cannot enforce: refusing a token that never expires (jwt.expiry)" in said
    assert "    in       production/azure-eu" in said
    assert said.endswith("nothing was written\n")


def test_keep_going_writes_what_compiles_and_keeps_the_rest(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    main(["synth", write(tmp_path, TIERS), "-o", str(out), "-q"])
    before = tree(out)
    changed = ONE_REFUSED.replace('"buyer"', '"buyer", "admin"')
    assert main(["synth", write(tmp_path, changed), "-o", str(out), "--keep-going", "-q"]) == 4
    after = tree(out)
    assert {name.rsplit("/", 1)[0] for name in after if after[name] != before[name]} == {"production/aws-eu", "staging/aws-staging"}


def test_a_refused_cluster_that_is_not_selected_is_no_obstacle(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, ONE_REFUSED), "-o", str(out), "--cluster", "aws-eu", "-q"]) == 0
    assert places(out) == {"production/aws-eu"}


@pytest.mark.parametrize("selection", [[], ["--environment", "staging"], ["--keep-going"], ["--check"]])
def test_a_weaker_tier_stops_everything_whatever_is_selected(selection: list[str], tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    assert main(["synth", write(tmp_path, WEAKER), "-o", str(out), *selection]) == 1
    assert not out.exists()
    captured = capsys.readouterr()
    assert "weaker than a lower tier: ProtectedRoute shop/orders: authorization" in captured.err
    assert "in production/aws-eu" in captured.err
    assert captured.out == ""


def test_a_declared_deviation_lets_it_pass(tmp_path: Path) -> None:
    deviation = "], intents, deviations=[Deviation('ProtectedRoute shop/orders', 'authorization.claims', reason='a', owner='b', until='2026-12-31')])"
    program = WEAKER.replace("], intents)", deviation)
    assert main(["synth", write(tmp_path, program), "-o", str(tmp_path / "dist"), "-q"]) == 0


def test_folders_of_clusters_that_are_gone_are_told_and_removed_only_when_asked(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    main(["synth", write(tmp_path, TIERS), "-o", str(out), "-q"])
    (out / "production" / "handmade").mkdir()
    (out / "production" / "handmade" / "Kustomization").write_text("resources: []\n")
    program = write(tmp_path, TIERS.replace(', cluster("azure-eu")', ""))
    assert main(["synth", program, "-o", str(out)]) == 0
    assert f"{out / 'production' / 'azure-eu'} is of no cluster of the estate any more" in capsys.readouterr().err
    assert main(["synth", program, "-o", str(out), "--environment", "staging", "--prune", "-q"]) == 0
    assert main(["synth", program, "-o", str(out), "--cluster", "aws-eu", "--prune", "-q"]) == 0
    assert (out / "production" / "azure-eu").is_dir()
    assert main(["synth", program, "-o", str(out), "--check", "-q"]) == 1
    assert capsys.readouterr().out == "production/azure-eu: not of the estate any more; --prune removes it\n"
    assert main(["synth", program, "-o", str(out), "--prune", "-q"]) == 0
    assert places(out) == {"staging/aws-staging", "production/aws-eu", "production/handmade"}
    assert main(["synth", program, "-o", str(out), "--check", "-q"]) == 0


def test_a_folder_that_is_gone_but_holds_other_files_stays_whole(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    main(["synth", write(tmp_path, TIERS), "-o", str(out), "-q"])
    (out / "production" / "azure-eu" / "mine.yaml").write_text("a: 1\n")
    before = tree(out / "production" / "azure-eu")
    program = write(tmp_path, TIERS.replace(', cluster("azure-eu")', ""))
    assert main(["synth", program, "-o", str(out), "--prune", "-q"]) == 2
    assert "holds what gatewright did not write: mine.yaml" in capsys.readouterr().err
    assert tree(out / "production" / "azure-eu") == before


def test_output_that_cannot_be_written_is_told_in_plain_words(tmp_path: Path, capsys: Capture) -> None:
    program = write(tmp_path, TIERS)
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/gatewright")):
        assert main(["synth", program, "-o", str(out), "-q"]) == 2
        said = capsys.readouterr().err
        assert str(out) in said or "file" in said
        assert "Traceback" not in said


def test_foreign_files_are_never_touched(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "dist"
    program = write(tmp_path, TIERS)
    main(["synth", program, "-o", str(out), "-q"])
    (out / "production" / "aws-eu" / "mine.yaml").write_text("a: 1\n")
    changed = write(tmp_path, TIERS.replace('"buyer"', '"buyer", "admin"'))
    assert main(["synth", changed, "-o", str(out), "-q"]) == 2
    assert (out / "production" / "aws-eu" / "mine.yaml").read_text() == "a: 1\n"
    before = tree(out / "production" / "azure-eu")
    assert main(["synth", changed, "-o", str(out), "--keep-going", "-q"]) == 2
    assert tree(out / "production" / "azure-eu") != before
    assert "mine.yaml" in capsys.readouterr().err


def test_nothing_stated_is_not_judged(tmp_path: Path, capsys: Capture) -> None:
    assert main(["synth", write(tmp_path, HEAD + "estate = estate([])"), "-o", str(tmp_path / "dist")]) == 3
    assert "nothing was judged" in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


def test_a_value_that_only_a_deployment_knows_cannot_be_a_file(tmp_path: Path, capsys: Capture) -> None:
    program = HEAD + "estate = estate([gateway(listeners=[listener(certificate=Certificate.issued_by(ClusterIssuer(Late())))])])"
    assert main(["synth", write(tmp_path, program), "-o", str(tmp_path / "dist"), "-q"]) == 2
    assert "production/aws-eu: Certificate infra/edge-shop-tls: " in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


def test_the_bytes_depend_on_nothing_but_the_program(tmp_path: Path) -> None:
    program = write(tmp_path, TIERS)
    shuffled = write(tmp_path, TIERS.replace("[EDGE, ORDERS, route(", "[route(").replace("])]\n", "]), ORDERS, EDGE]\n"), "shuffled.py")
    for seed, path in (("0", program), ("1", program), ("2", shuffled)):
        done = run("synth", path, "-o", str(tmp_path / seed), "-q", PYTHONHASHSEED=seed)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert tree(tmp_path / "0") == tree(tmp_path / "1") == tree(tmp_path / "2")


def test_text_of_programs_cannot_steer_a_terminal(tmp_path: Path, capsys: Capture) -> None:
    assert main(["synth", write(tmp_path, "raise ValueError('\\x1b[2J\\u202egone')"), "-o", str(tmp_path / "dist")]) == 2
    said = capsys.readouterr().err
    assert "\\x1b[2J\\u202egone" in said
    assert "\x1b" not in said


def test_a_line_break_in_a_reason_forges_no_row(tmp_path: Path, capsys: Capture) -> None:
    weak = 'Relax("network-fence", reason="ok\\nproduction/x  0\\t0", owner="a\\rb", until="2027-01-31")'
    program = write(tmp_path, f"{HEAD}estate = estate([EDGE, backend(relax=[{weak}])])")
    assert main(["synth", program, "-o", str(tmp_path / "dist")]) == 0
    said = capsys.readouterr().err
    assert "relaxed: SecureBackend shop/orders: network-fence: ok\\nproduction/x  0\\t0 (owner a\\rb, until 2027-01-31)" in said
    assert not any(line.startswith("production/x") for line in said.splitlines())


@pytest.mark.parametrize("network_policy", [False, None])
def test_proxies_that_nothing_fences_are_told(network_policy: bool | None, tmp_path: Path, capsys: Capture) -> None:
    clusters = f"[environment(clusters=[cluster(network_policy={network_policy})])]"
    assert main(["synth", write(tmp_path, f"{HEAD}estate = estate([EDGE], environments={clusters})"), "-o", str(tmp_path / "dist")]) == 0
    assert "not fenced: SecureGateway infra/edge: whoever reaches the proxies' port can write the client's address" in capsys.readouterr().err

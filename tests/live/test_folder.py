"""What was written, read back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gatewright import EnvoyGateway, GatewayApi
from gatewright.errors import InputError
from gatewright.gateways.registry import every_target
from gatewright.live.folder import _installation, read
from gatewright.manifest.directory import INDEX, TRACE
from gatewright.manifest.identity import ObjectId
from tests.live.written import write
from tests.mistakes import valid

TARGETS = [
    *every_target(),
    EnvoyGateway("1.9", class_name="c", namespace="n", deploy="gateway", rate_limit_service="fail-closed", backend_api=True),
    GatewayApi("1.7", class_name="c", supports=["HTTPRouteMethodMatching"]),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.title)
def test_what_a_target_claims_is_read_back_as_it_was(target: EnvoyGateway | GatewayApi) -> None:
    assert _installation(json.loads(json.dumps(target.installation.tree()))) == target.installation


def test_a_folder(tmp_path: Path) -> None:
    place = write(tmp_path, valid.estate())
    (place / "notes.yaml").write_text("of somebody else, and not in the index")
    (folder,) = read([place, place]).folders
    assert (folder.path, folder.place, folder.network_policy) == (place, "production/aws-eu", True)
    assert [(one.name, one.target, one.crds[0]) for one in folder.exposures] == [("public", "Envoy Gateway 1.9", "gateway-api-1.6-standard")]
    assert ObjectId("gateway.networking.k8s.io", "Gateway", "infra", "edge") in folder.objects
    assert len(folder.objects) == len(list(place.glob("[0-9]*.yaml")))


def test_folders_together(tmp_path: Path) -> None:
    one = write(tmp_path / "a", valid.estate())
    two = write(tmp_path / "b", valid.on(EnvoyGateway("1.9", class_name="other")))
    together = read([one, two])
    assert {each.class_name for each in together.installations} == {"eg", "other"}
    assert len(read([one, write(tmp_path / "c", valid.estate())]).exposures) == 1
    assert together.namespaces == {"infra", "shop", "envoy-gateway-system"}


@pytest.mark.parametrize(("file", "content", "said"), [
    (TRACE, None, "holds no trace.json; name a folder that `gatewright synth` wrote"),
    ("trace.json", "{", "cannot be read"),
    ("trace.json", "[]", "is of the schema None"),
    ("trace.json", '{"schema": "gatewright.trace/9"}', "'gatewright.trace/9', not gatewright.trace/1"),
    ("trace.json", '{"schema": "gatewright.trace/1"}', "an older gatewright wrote it; run `gatewright synth` again"),
    ("trace.json", '{"schema": "gatewright.trace/1", "exposures": {"public": {}}}', "is not as gatewright wrote it"),
    ("trace.json", '{"schema": "gatewright.trace/1", "exposures": {"a": {"installation": {"keys": 1, "controller": 1}}}}', "is not as gatewright wrote it"),
    (INDEX, None, f"holds no {INDEX}"),
    ("45-gateway-infra_edge.yaml", None, "cannot be read"),
    ("45-gateway-infra_edge.yaml", "a: [", "45-gateway-infra_edge.yaml"),
])  # fmt: skip
def test_a_folder_that_cannot_be_used(tmp_path: Path, file: str, content: str | None, said: str) -> None:
    place = write(tmp_path, valid.estate())
    (place / file).unlink()
    if content is not None:
        (place / file).write_text(content)
    with pytest.raises(InputError, match=re.escape(said)):
        read([place])


def test_an_object_that_stands_twice_in_a_folder(tmp_path: Path) -> None:
    place = write(tmp_path, valid.estate())
    gateway = place / "45-gateway-infra_edge.yaml"
    gateway.write_text(f"{gateway.read_text()}---\n{gateway.read_text()}")
    with pytest.raises(InputError, match=r"holds Gateway infra/edge twice, the second in .*45-gateway-infra_edge.yaml"):
        read([place])


def test_no_folder_and_the_folder_above(tmp_path: Path) -> None:
    place = write(tmp_path, valid.estate())
    with pytest.raises(InputError, match="there is no folder"):
        read([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="there is no folder"):
        read([place / "trace.json"])
    with pytest.raises(InputError) as error:
        read([tmp_path])
    assert str(place) in str(error.value)

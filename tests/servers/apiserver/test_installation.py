"""What Envoy Gateway's target claims of a cluster, held against its own chart and sources: names and settings that nobody here makes up."""

from __future__ import annotations

import re

import pytest
from tools.typegen import modules, pins

from gatewright import EnvoyGateway
from gatewright.gateways.installation import Controller, Installation
from tests.servers.apiserver.located import Missing
from tests.servers.conftest import needed

pytestmark = pytest.mark.servers
CHART, API = "charts/gateway-helm/templates", "api/v1alpha1"


class Sources:
    """The module of one version."""

    def __init__(self, version: str) -> None:
        (self.pin,) = (one for one in pins.read()[0] if one.name == f"envoy-gateway-{version}")

    def text(self, path: str) -> str:
        try:
            with modules.archive(self.pin) as archive:
                return archive.read(f"{self.pin.module}@{self.pin.version}/{path}").decode()
        except modules.Unavailable as error:
            raise Missing(str(error)) from error


@pytest.fixture(params=EnvoyGateway.versions())
def claimed(request: pytest.FixtureRequest) -> tuple[Installation, Controller, Sources]:
    with needed():
        sources = Sources(request.param)
        sources.text("VERSION")
    stated = EnvoyGateway(request.param, rate_limit_service="fail-closed", backend_api=True, deploy="gateway").installation
    assert stated.controller is not None
    return stated, stated.controller, sources


Claimed = tuple[Installation, Controller, Sources]


def test_the_chart_makes_what_is_looked_for(claimed: Claimed) -> None:
    _, controller, sources = claimed
    deployment, config = sources.text(f"{CHART}/envoy-gateway-deployment.yaml"), sources.text(f"{CHART}/envoy-gateway-config.yaml")
    assert controller.configuration is not None
    assert re.search(rf"^  name: {controller.deployment}$", deployment, re.MULTILINE)
    assert re.search(rf"^ +name: {controller.container}$", deployment, re.MULTILINE)
    assert re.search(rf"^  name: {controller.configuration.config_map}$", config, re.MULTILINE)
    assert re.search(rf"^  {re.escape(controller.configuration.key)}: \|$", config, re.MULTILINE)


def test_settings_are_fields_of_its_configuration(claimed: Claimed) -> None:
    stated, controller, sources = claimed
    types = sources.text(f"{API}/envoygateway_types.go")
    assert controller.configuration is not None
    paths = [*(one.path for one in controller.configuration.settings), *(one.url for one in controller.configuration.stores)]
    assert {name for path in paths for name in path.split(".") if f'json:"{name}' not in types} == set()
    assert f'"{stated.controller_name}"' in types
    assert all(f'"{mode}"' in types for mode in ("ControllerNamespace", "GatewayNamespace", "Redis"))


def test_conditions_and_groups(claimed: Claimed) -> None:
    stated, _, sources = claimed
    assert re.search(rf'PolicyConditionOverridden .*= "{stated.overridden}"', sources.text(f"{API}/policy_helpers.go") + sources.text(f"{API}/shared_types.go"))
    assert all(f'"{group}"' in sources.text(f"{API}/groupversion_info.go") for group in stated.groups)
    reported = "gc.Status.SupportedFeatures = GatewaySupportedFeatures"
    assert f"// {reported}" in sources.text("internal/gatewayapi/status/gatewayclass.go")
    assert not stated.reports

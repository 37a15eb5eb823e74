"""Values for Dagster's Helm chart agree with the project, and Dagster takes what they become."""

from __future__ import annotations

import json
import os
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
import yaml

from taxi_assets.settings import Settings, variables

ROOT = Path(__file__).resolve().parents[3]
KUBERNETES = ROOT / "deploy" / "kubernetes"
TEXT = (KUBERNETES / "values.yaml").read_text()
VALUES: dict[str, Any] = yaml.safe_load(TEXT)
LAPTOP: dict[str, Any] = yaml.safe_load((ROOT / "dagster.yaml").read_text())
CODE = VALUES["dagster-user-deployments"]["deployments"][0]
DAEMON = VALUES["dagsterDaemon"]

# Settings of branches of the project that this one may not have.
BIGQUERY = {"GCP_DATASET"}


def snake_case(value: Any) -> Any:
    """The chart's words in those of an instance file."""
    if isinstance(value, dict):
        return {re.sub(r"(?<!^)(?=[A-Z])", "_", k).lower(): v for k, v in value.items()}
    return value


def merged(base: Any, ours: Any) -> Any:
    """The chart's values with ours in their places, as Helm takes them."""
    if not isinstance(base, dict) or not isinstance(ours, dict):
        return ours
    return base | {key: merged(base.get(key), value) for key, value in ours.items()}


def without_remote(schema: Any) -> Any:
    """A schema without what it says elsewhere, of Kubernetes's own parts."""
    if isinstance(schema, list):
        return [without_remote(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    is_remote = str(schema.get("$ref", "")).startswith("http")
    return {k: without_remote(v) for k, v in schema.items() if k != "$ref" or not is_remote}


def test_the_chart_takes_the_values() -> None:
    from jsonschema import Draft7Validator

    chart = os.environ.get("DAGSTER_CHART")
    if chart is None:
        pytest.skip("DAGSTER_CHART names no folder that `helm pull dagster/dagster --untar` made")
    schema = without_remote(json.loads((Path(chart) / "values.schema.json").read_text()))
    values = merged(yaml.safe_load((Path(chart) / "values.yaml").read_text()), VALUES)
    assert [e.message for e in Draft7Validator(schema).iter_errors(values)] == []


def test_who_may_connect_to_a_pod_is_said_of_each() -> None:
    # They take seconds to import, which each process of the tests would spend.
    from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict
    from kubernetes.client import V1NetworkPolicy

    policies = list(yaml.safe_load_all((KUBERNETES / "network-policy.yaml").read_text()))
    for policy in policies:
        k8s_model_from_dict(V1NetworkPolicy, k8s_snake_case_dict(V1NetworkPolicy, policy))
    closed = [each["spec"]["podSelector"]["matchLabels"] for each in policies]
    assert [each.get("component", each.get("app.kubernetes.io/component")) for each in closed] == [
        "user-deployments",
        "dagster-webserver",
        "dagster-daemon",
        "run_worker",
    ]
    (code,), (webserver,) = (each["spec"]["ingress"] for each in policies[:2])
    assert code["ports"] == [{"port": CODE["port"]}]
    listens = VALUES["dagsterWebserver"]["service"]["port"]
    assert listens >= 1024, "who is not root may not listen below everywhere"
    assert webserver["ports"] == [{"port": listens}]
    assert f"install {policies[0]['metadata']['name'].partition('-')[0]} " in TEXT


def test_every_pod_has_the_projects_image_and_is_not_root() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for part in (CODE, VALUES["dagsterWebserver"], DAEMON):
        assert part["image"]["tag"] == project["version"]
        assert part["podSecurityContext"]["runAsUser"] == 10001
        assert part["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert part["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
        assert part["resources"]["limits"]["memory"]
    assert all(part["livenessProbe"]["failureThreshold"] for part in (CODE, DAEMON))
    run = VALUES["runLauncher"]["config"]["k8sRunLauncher"]["runK8sConfig"]
    assert run["podSpecConfig"]["securityContext"]["runAsUser"] == 10001
    assert f"--version {version('dagster')}" in TEXT


def test_the_lake_is_a_bucket_the_warehouse_bigquery_and_no_key_is_needed() -> None:
    environment = {each["name"]: each["value"] for each in CODE["env"]}
    assert environment["TAXI_LAKE"].startswith("gs://")
    assert environment["TAXI_WAREHOUSES"] == "bigquery"
    known = {name for field in Settings.model_fields for name in variables(field)}
    assert environment.keys() - known <= BIGQUERY
    assert not any("CREDS" in name for name in environment)
    assert "iam.gke.io/gcp-service-account" in VALUES["serviceAccount"]["annotations"]
    assert VALUES["serviceAccount"]["name"] == VALUES["global"]["serviceAccountName"]


def test_dagsters_database_is_external_and_its_password_a_secret() -> None:
    assert not VALUES["postgresql"]["enabled"]
    assert not VALUES["generatePostgresqlPasswordSecret"]
    assert VALUES["postgresql"]["postgresqlPassword"] == ""
    assert VALUES["global"]["postgresqlSecretName"]


def test_what_is_said_again_is_what_dagster_yaml_says() -> None:
    queue = DAEMON["runCoordinator"]["config"]["customRunCoordinator"]
    for key in ("module", "class"):
        assert queue[key] == LAPTOP["run_coordinator"][key]
    assert LAPTOP["run_coordinator"]["config"].items() <= queue["config"].items()
    concurrency = VALUES["additionalInstanceConfig"]["concurrency"]["runs"]
    assert (
        concurrency["tag_concurrency_limits"]
        == LAPTOP["concurrency"]["runs"]["tag_concurrency_limits"]
    )
    assert snake_case(DAEMON["runRetries"]) == LAPTOP["run_retries"]
    for what in ("schedule", "sensor"):
        ours = VALUES["retention"][what]["purgeAfterDays"]
        assert LAPTOP["retention"][what]["purge_after_days"].items() <= ours.items()
    logs = VALUES["pythonLogs"]
    assert logs["managedPythonLoggers"] == LAPTOP["python_logs"]["managed_python_loggers"]
    assert VALUES["telemetry"] == LAPTOP["telemetry"]


def test_dagster_takes_the_launcher_and_the_queue(tmp_path: Path) -> None:
    launcher = snake_case(VALUES["runLauncher"]["config"]["k8sRunLauncher"])
    launcher["run_k8s_config"] = snake_case(launcher["run_k8s_config"])
    # As the chart's template adds them.
    launcher |= {
        "dagster_home": "/opt/dagster/dagster_home",
        "instance_config_map": "taxi-dagster-instance",
        "postgres_password_secret": VALUES["global"]["postgresqlSecretName"],
        "service_account_name": VALUES["global"]["serviceAccountName"],
        "load_incluster_config": False,
        "kubeconfig_file": str(tmp_path / "kubeconfig"),
    }
    for name in ("env_config_maps", "env_secrets", "env_vars", "volumes", "volume_mounts"):
        assert launcher[name] == []
    instance_file = {
        "run_launcher": {"module": "dagster_k8s", "class": "K8sRunLauncher", "config": launcher},
        "run_coordinator": DAEMON["runCoordinator"]["config"]["customRunCoordinator"],
        **VALUES["additionalInstanceConfig"],
    }
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(instance_file))
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "none",
        "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "none", "user": {}}],
        "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    with (
        mock.patch.dict(os.environ, DAGSTER_HOME=str(tmp_path)),
        dg.DagsterInstance.get() as instance,
    ):
        assert type(instance.run_launcher).__name__ == "K8sRunLauncher"
        assert type(instance.run_coordinator).__name__ == "MonthQueue"

"""docker-compose.yml: what is published, who may do what, and that nothing in it is a secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

from taxi_assets.settings import Settings, variable, variables

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
STACK: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
KEPT = ("dagster-db", "taxi-db", "pgadmin")
SECRET_SETTINGS = (*("GCP_CREDS", "GEMINI_API_KEY", "TAXI_ALERT_WEBHOOK", "TAXI_PIPELINE_SECRETS"),)
LASTING = {name: service for name, service in SERVICES.items() if name != "prepare"}
OURS = ("code", "webserver", "daemon")
EXAMPLE = {name: str(value) for name, value in dotenv_values(ROOT / ".env.example").items()}

# Settings that Compose does not pass on, and why.
NOT_PASSED = {
    "TAXI_DUCKDB_PATH": "in the data dir, which is a volume",
    "TAXI_STARTER_CONTAINER_IMAGE": "the starter runs its program in a process",
    "TAXI_STARTER_CONTAINER_NETWORK": "the starter runs its program in a process",
    "STORAGE_EMULATOR_HOST": "Google's library takes an empty one for an address",
    "BIGQUERY_EMULATOR_HOST": "Google's library takes an empty one for an address",
    "SECRET_GCP_CREDS": "another name of GCP_CREDS",
    "TAXI_MCP_TOKEN": "a client starts the server in the container and talks over its stdin",
    "GCP_CREDS": "a file of the code's container",
    "GEMINI_API_KEY": "a file of the code's container",
    "TAXI_ALERT_WEBHOOK": "a file of the code's container",
    "TAXI_PIPELINE_SECRETS": "a file of the code's container",
}


def test_it_has_all_that_a_team_needs() -> None:
    assert set(LASTING) == {
        *OURS, "dagster-db", "taxi-db", "pgadmin", "login", "proxy"
    }  # fmt: skip


def test_the_ui_pgadmin_and_the_taxi_database_are_published_on_this_machine_only() -> None:
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert {name: [port["published"] for port in ports] for name, ports in published.items()} == {
        "proxy": ["${STACK_UI_PORT:-8080}"],
        "pgadmin": ["${STACK_PGADMIN_PORT:-8085}"],
        "taxi-db": ["${STACK_TAXI_DB_PORT:-5432}"],
    }
    # As a field of its own it may be an IPv6 address.
    addresses = {port["host_ip"] for ports in published.values() for port in ports}
    assert addresses == {"${STACK_ADDRESS:-127.0.0.1}"}
    assert EXAMPLE["STACK_ADDRESS"] == "127.0.0.1"


@pytest.mark.parametrize("name", LASTING)
def test_a_service_is_watched_restarted_and_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("name", LASTING)
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    needs = SERVICES[name]["depends_on"]
    assert needs.pop("prepare") == {"condition": "service_completed_successfully"}
    assert all(need == {"condition": "service_healthy"} for need in needs.values())
    assert (
        set(needs)
        == {
            "dagster-db": set(),
            "taxi-db": set(),
            "code": {"dagster-db", "taxi-db"},
            "webserver": {"dagster-db", "code"},
            "daemon": {"dagster-db", "code"},
            "login": set(),
            "proxy": {"login", "webserver"},
            "pgadmin": {"taxi-db"},
        }[name]
    )


def test_no_service_runs_as_root_or_may_become_it() -> None:
    users = {name: service.get("user") for name, service in SERVICES.items()}
    assert users.pop("pgadmin") is None  # its image runs as a user of its own
    assert not any(user in (None, "root", "0", "0:0") for user in users.values())
    assert all(service["cap_drop"] == ["ALL"] for service in SERVICES.values())
    assert all(
        service["security_opt"] == ["no-new-privileges:true"]
        for name, service in SERVICES.items()
        if name != "pgadmin"
    )
    assert "docker.sock" not in TEXT


def test_images_have_tags_and_ours_has_the_projects_version() -> None:
    images = {name: service["image"].rsplit(":", 1) for name, service in SERVICES.items()}
    assert all(tag != "latest" for _, tag in images.values())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {tuple(images[name]) for name in (*OURS, "prepare")} == {
        ("${COMPOSE_PROJECT_NAME:-taxi_assets}-app", version)
    }
    assert SERVICES["code"]["environment"]["DAGSTER_CURRENT_IMAGE"] == (
        f"${{COMPOSE_PROJECT_NAME:-taxi_assets}}-app:{version}"
    )


def test_passwords_come_as_secrets_and_stand_in_no_environment() -> None:
    secrets = {name: source["environment"] for name, source in STACK["secrets"].items()}
    assert all(EXAMPLE[variable].startswith("example-") for variable in secrets.values())
    assert set(SERVICES["prepare"]["secrets"]) == set(secrets)
    assert "example-" not in TEXT
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert value != f"${{{name}}}" or name not in SECRET_SETTINGS
            assert "PASSWORD" not in name or name.endswith("_FILE")
            assert not any(variable in str(value) for variable in secrets.values())
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value))


def test_only_the_code_has_the_secrets_of_warehouses_google_and_gemini() -> None:
    targets = {config["target"] for config in SERVICES["prepare"]["configs"]}
    assert targets == {f"/run/secrets/{name.lower()}" for name in SECRET_SETTINGS}
    assert not any("configs" in service for service in LASTING.values())
    credentials = {n for n, s in LASTING.items() if "code-credentials:" in str(s.get("volumes"))}
    assert credentials == {"code"}


@pytest.mark.parametrize("name", [*OURS, "proxy"])
def test_a_container_may_write_to_its_volumes_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["pids_limit"] > 0
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])


def test_nothing_is_made_without_passwords() -> None:
    demanded = re.findall(r"\$\{(STACK_\w+):\?", TEXT)
    assert sorted(demanded) == sorted(s["environment"] for s in STACK["secrets"].values())


def test_every_setting_is_passed_on_or_said_not_to_be() -> None:
    known = {name for field in Settings.model_fields for name in variables(field)}
    for name in OURS:
        passed = {key for key in SERVICES[name]["environment"] if key in known}
        assert passed | NOT_PASSED.keys() == known, name


def test_the_defaults_are_those_of_a_server() -> None:
    environment = SERVICES["code"]["environment"]
    assert environment[variable("warehouses")] == "${TAXI_WAREHOUSES:-postgres}"
    assert environment[variable("schedules")] == "${TAXI_SCHEDULES:-on}"


def test_data_outlives_containers_where_postgres_18_has_it() -> None:
    for name in ("taxi-db", "dagster-db"):
        lasting, *files = SERVICES[name]["volumes"]
        assert lasting == f"{name}:/var/lib/postgresql"
        assert all(file.startswith("./deploy/postgres/") and file.endswith(":ro") for file in files)
    assert "data:/data" in SERVICES["code"]["volumes"]
    assert set(STACK["volumes"]) == {
        *("data", "credentials", "code-credentials", "step-output"),
        *KEPT,
    }


def test_pgadmin_and_the_proxy_do_not_reach_dagsters_database() -> None:
    reach = {name: set(service["networks"]) for name, service in LASTING.items()}
    assert {name for name in reach if reach[name] & reach["dagster-db"]} == {"dagster-db", *OURS}
    assert reach["proxy"] == reach["login"] == {"front"}


def test_the_code_has_time_to_end_its_runs() -> None:
    assert SERVICES["code"]["stop_grace_period"] == "30m"


def test_a_companys_proxy_and_certificate_hold_in_the_stack() -> None:
    talking = {"localhost", "127.0.0.1", *OURS, "dagster-db", "taxi-db"}
    for name in (*OURS, "prepare"):
        passed = SERVICES[name]["environment"]
        assert {passed[proxy] for proxy in ("HTTP_PROXY", "HTTPS_PROXY")} == {
            "${HTTP_PROXY:-}",
            "${HTTPS_PROXY:-}",
        }
        excepted = passed["NO_PROXY"].split(",")
        assert (set(excepted[:-1]), excepted[-1]) == (talking, "${NO_PROXY:-}")
        [mount] = [each for each in SERVICES[name]["volumes"] if isinstance(each, dict)]
        assert mount["read_only"]
        assert not mount["bind"]["create_host_path"]  # a folder is no certificate
        for variable_ in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            assert passed[variable_] == f"${{{variable_}:+{mount['target']}}}"
            assert variable_ in mount["source"]
    build = SERVICES["prepare"]["build"]["args"]
    assert {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} < set(build)
    of_runs = (ROOT / "deploy" / "runs-in-containers.yml").read_text()
    assert f"{mount['source']}:{mount['target']}:ro" in of_runs

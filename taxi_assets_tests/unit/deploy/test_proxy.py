"""What nginx asks before it lets a request through, and who answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CONFIG = re.sub(r"#[^\n]*", "", (DEPLOY / "nginx" / "nginx.conf").read_text())


def locations() -> dict[str, str]:
    """What is said of each path of the server that is published."""
    ui = CONFIG.split("server {")[1]
    return dict(re.findall(r"location (?:= )?(\S+) \{(.*?)\n        \}", ui, re.DOTALL))


def test_whatever_reaches_the_webserver_is_logged_in() -> None:
    paths = locations()
    assert [path for path, said in paths.items() if "$webserver;" in said] == ["/"]
    assert "auth_request /login/auth;" in paths["/"]
    assert CONFIG.count("auth_request ") == 1  # nowhere is it taken back
    health = CONFIG.split("server {")[2]
    assert re.search(r"listen 127\.0\.0\.1:8081;", health)
    assert "proxy_pass" not in health


def test_guesses_at_the_login_are_limited() -> None:
    paths = locations()
    assert "limit_req zone=forms" in paths["/login/"]
    assert "limit_req zone=programs" in paths["/"]
    assert "internal;" in paths["/login/auth"]
    assert "limit_req_status 429;" in CONFIG


def test_the_uis_websocket_passes_and_the_login_stays_here() -> None:
    passed = locations()["/"]
    assert "proxy_set_header Upgrade $http_upgrade;" in passed
    assert "proxy_set_header Connection $connection_header;" in passed
    assert 'proxy_set_header Authorization "";' in passed
    assert 'proxy_set_header Cookie "";' in passed


def test_single_sign_on_answers_where_nginx_asks() -> None:
    stack = yaml.safe_load((DEPLOY / "single-sign-on.yml").read_text())
    login = stack["services"]["login"]["environment"]
    assert "http://login:4180" in CONFIG
    assert login["OAUTH2_PROXY_HTTP_ADDRESS"] == "0.0.0.0:4180"
    assert all(path == "/" or path.startswith("/login/") for path in locations())
    assert login["OAUTH2_PROXY_PROXY_PREFIX"] == "/login"


def test_pgadmin_knows_the_taxi_database_but_no_password() -> None:
    registered = json.loads((DEPLOY / "pgadmin" / "servers.json").read_text())
    (server,) = registered["Servers"].values()
    assert (server["Host"], server["MaintenanceDB"]) == ("taxi-db", "ny_taxi")
    assert not any("pass" in key.lower() for key in server)

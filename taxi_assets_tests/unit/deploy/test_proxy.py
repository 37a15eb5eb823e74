"""nginx's configuration: a login before everything, and no other site may use it."""

from __future__ import annotations

import json
import re
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CONFIG = re.sub(r"#[^\n]*", "", (DEPLOY / "nginx" / "nginx.conf").read_text())


def servers() -> list[str]:
    """Each server's block, without its braces."""
    return [part.split("\n    }")[0] for part in CONFIG.split("server {")[1:]]


def test_everything_that_can_be_reached_asks_for_the_login() -> None:
    ui, health = servers()
    assert re.search(r"listen 8080;\s+auth_basic \"\w+\";\s+auth_basic_user_file /tmp/users;", ui)
    assert CONFIG.count("auth_basic ") == 1  # nowhere is it taken back
    assert re.search(r"listen 127\.0\.0\.1:8081;", health)
    assert "proxy_pass" not in health


def test_guesses_at_the_login_are_limited() -> None:
    ui, _ = servers()
    assert "limit_req zone=questions" in ui
    assert "limit_req_status 429;" in CONFIG


def test_the_uis_websocket_passes_and_the_login_stays_here() -> None:
    ui, _ = servers()
    assert "proxy_set_header Upgrade $http_upgrade;" in ui
    assert "proxy_set_header Connection $connection_header;" in ui
    assert 'proxy_set_header Authorization "";' in ui


def test_the_password_is_read_from_the_secret_and_kept_as_a_hash() -> None:
    script = (DEPLOY / "nginx" / "start.sh").read_text()
    assert "openssl passwd -6 -stdin </run/secrets/ui_password" in script
    assert "umask 077" in script


def test_pgadmin_knows_the_taxi_database_but_no_password() -> None:
    registered = json.loads((DEPLOY / "pgadmin" / "servers.json").read_text())
    (server,) = registered["Servers"].values()
    assert (server["Host"], server["MaintenanceDB"]) == ("taxi-db", "ny_taxi")
    assert not any("pass" in key.lower() for key in server)

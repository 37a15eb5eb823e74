"""Fixtures for all tests: a clean environment, a mirror of the hosts, the real files."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa
from hypothesis import settings

from taxi_assets_tests.postgres_server import own_database, postgres_server
from taxi_assets_tests.published import Mirror

REAL_DATA = "NYC_TLC_MIRROR"
# Where several processes run tests, this is their terminal's width: what they print would wrap.
os.environ.pop("COLUMNS", None)

# How long one example takes says nothing where other processes use the cores.
settings.register_profile("in_company", settings.default, deadline=None)
settings.load_profile("in_company")

_OURS = ("TAXI_", "GCP_", "SECRET_GCP_", "STORAGE_EMULATOR_", "BIGQUERY_EMULATOR_", "GEMINI_")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: some tests wait for services."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where all tests run, begin at once what three processes would wait for later."""
    config = session.config
    if config.args_source is config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput"):
        command = [sys.executable, "-m", "taxi_assets_tests.stand_ins"]
        making = subprocess.Popen(command, cwd=config.rootpath)

        def wait() -> None:
            making.wait()

        config.add_cleanup(wait)


@pytest.fixture(scope="session", autouse=True)
def _sqlite_in_a_hurry() -> Iterator[None]:
    """Dagster's SQLite files need not wait for the disk: no test of this process cuts the power."""
    sa.event.listen(sa.Engine, "connect", _do_not_wait_for_the_disk)
    yield
    sa.event.remove(sa.Engine, "connect", _do_not_wait_for_the_disk)


def _do_not_wait_for_the_disk(connection: object, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def settings_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give an environment without settings but for the data folder, which it returns.

    The working directory has no ``.env``. Whatever a test sets is undone after it.
    """
    folder = tmp_path / "data"
    working = tmp_path / "working"
    working.mkdir()
    monkeypatch.chdir(working)
    with mock.patch.dict(os.environ):
        for name in [name for name in os.environ if name.upper().startswith(_OURS)]:
            del os.environ[name]
        os.environ["TAXI_DATA_DIR"] = str(folder)
        os.environ["DAGSTER_HOME"] = str(folder / "dagster")
        yield folder
        # Undone later, it would bring back what stood in the environment within the test.
        monkeypatch.undo()


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """An empty mirror of the hosts."""
    return Mirror(tmp_path / "mirror")


@pytest.fixture(scope="session")
def superuser_dsn() -> Iterator[str]:
    """The URL of a server's database ``postgres``, for its superuser.

    ``POSTGRES_TEST_DSN`` names another server than the packaged one, of another version.
    """
    with ExitStack() as stack:
        yield os.environ.get("POSTGRES_TEST_DSN") or stack.enter_context(postgres_server())


@pytest.fixture
def postgres_dsn(superuser_dsn: str) -> Iterator[str]:
    """The URL of an empty database, for its superuser."""
    with own_database(superuser_dsn) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def shared_dsn(superuser_dsn: str) -> Iterator[str]:
    """The same, of one for all tests of a file."""
    with own_database(superuser_dsn) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files, in the hosts' layout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get(REAL_DATA) or beside)
    if not (folder / "nyc-tlc-data").is_dir():
        pytest.skip(f"no real files in {folder}; {REAL_DATA} says where they are")
    return folder

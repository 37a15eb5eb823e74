"""docs/components.md: its files and its commands, as they stand there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from taxi_assets.automation.instance import SESSION_TAGS, open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import Settings, read_settings, variable
from taxi_assets.starter.definitions import GETTING_STARTED_JOB
from taxi_assets_tests.api_server import Answer, ApiServer, shop
from taxi_assets_tests.command_line import DataFolder, taxi_assets

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXT = (DOCS / "components.md").read_text("utf-8")
PRODUCTS: list[dict[str, object]] = [
    {"id": 1, "brand": "Belle", "price": 10.0},
    {"id": 2, "brand": "Belle", "price": 5.556},
    {"id": 3, "brand": "Lumen", "price": 129},
    {"id": 4, "price": 2.0},
]


@pytest.fixture
def documented(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of pipelines that the page tells to make; the shop is on this machine."""

    def page(query: Mapping[str, str]) -> Answer:
        limit = int(query["limit"]) or len(PRODUCTS)  # dummyjson.com: 0 is for all
        return shop(PRODUCTS)({**query, "limit": str(limit)})

    api.routes["/products"] = page
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "50")
    monkeypatch.setenv("TAXI_PRODUCTS_URL", f"{api.url}/products")
    files = re.findall(r"`(pipelines/\w+\.yaml)`[^`]*?:\n\n```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert len(files) == TEXT.count("```yaml") == 4
    for name, content in files:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content.replace("https://dummyjson.com", api.url))


def test_its_commands_list_its_pipelines_and_load_the_months(
    documented: None, settings_env: Path
) -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    answers = []
    for line in block.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "taxi-assets"
        answers.append(taxi_assets(*arguments))
        assert answers[-1].exit_code == 0, answers[-1].text
    assert "green trips of 2020-01 to 2020-03 to duckdb (30 6 * * *)" in answers[0].text
    assert "to duckdb: products and price_by_brand (0 6 * * *)" in answers[0].text
    assert "a query over each month of green_tripdata to duckdb: trips_by_zone" in answers[0].text
    trips = "SELECT count(DISTINCT month), CAST(sum(trips) AS INT) FROM trips_by_zone"
    assert DataFolder(settings_env).query(trips) == [(3, 150)]
    count = "SELECT count(*), count(DISTINCT filename) FROM green_tripdata"
    assert DataFolder(settings_env).query(count) == [(150, 3)]


def test_its_table_of_products_equals_that_of_getting_started(
    documented: None, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taxi_assets("pipelines", "products").exit_code == 0
    settings = read_settings()
    getting_started = build_definitions(settings).resolve_job_def(GETTING_STARTED_JOB)
    with open_instance(settings) as instance:
        assert getting_started.execute_in_process(instance=instance, tags=SESSION_TAGS).success
    data = DataFolder(settings_env)
    averages = data.query("FROM price_by_brand")
    assert averages == [("Lumen", 129.0), ("Belle", 7.78), ("N/A", 2.0)]
    assert averages == data.query("FROM average_price_by_brand")


def test_its_links_and_settings_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert [link for link in links if not (DOCS / link).exists()] == []
    assert set(re.findall(r"TAXI_[A-Z_]+", TEXT)) <= {variable(n) for n in Settings.model_fields}

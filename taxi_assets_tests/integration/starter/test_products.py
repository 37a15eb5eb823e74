"""Getting started: from the shop's API to the table of average prices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets_tests.api_server import Answer, ApiServer, as_json, shop
from taxi_assets_tests.integration.starter.conftest import PRODUCTS, Run

Averages = Callable[[], list[tuple[str, float | None]]]

TABLE = "starter/average_price_by_brand"


def test_the_highest_average_comes_first_rounded_to_cents(
    api: ApiServer, run: Callable[..., Run], averages: Averages
) -> None:
    assert run("getting_started").success
    assert averages() == [("Lumen", 129.0), ("Belle", 7.78), ("N/A", 2.0)]


def test_all_pages_count(api: ApiServer, run: Callable[..., Run], averages: Averages) -> None:
    api.routes["/products"] = shop(
        [{"id": number, "brand": "One", "price": number} for number in range(250)]
    )
    done = run("getting_started")
    assert done.metadata["starter/raw_products"]["dagster/row_count"].value == 250
    assert averages() == [("One", 124.5)]
    assert len(api.asked) == 3


def test_the_table_and_a_chart_of_it_are_metadata(api: ApiServer, run: Callable[..., Run]) -> None:
    metadata = run("getting_started").metadata[TABLE]
    preview = metadata["preview"]
    assert isinstance(preview, dg.TableMetadataValue)
    assert preview.records[0].data == {"brand": "Lumen", "avg_price": "129.0"}
    chart = str(metadata["chart"].value).splitlines()
    assert chart[1] == f"Lumen {'█' * 40} 129.00"
    assert chart[2] == "Belle ██ 7.78"


def test_the_chosen_columns_are_kept_and_what_is_missing_is_named_so(
    api: ApiServer, run: Callable[..., Run]
) -> None:
    kept = {"columns_to_keep": ["title", "brand", "price", "colour"]}
    done = run("getting_started", starter__products=kept)
    preview = done.metadata["starter/products"]["preview"]
    assert isinstance(preview, dg.TableMetadataValue)
    assert preview.records[3].data == {
        "title": "Apple",
        "brand": "N/A",
        "price": "2.0",
        "colour": "N/A",
    }


def test_a_missing_price_does_not_count(
    api: ApiServer, run: Callable[..., Run], averages: Averages
) -> None:
    api.routes["/products"] = shop([*PRODUCTS, {"id": 5, "brand": "Lumen"}, {"id": 6, "brand": ""}])
    assert run("getting_started").success
    assert averages()[0] == ("Lumen", 129.0)
    assert averages()[-1] == ("", None)


def test_without_brand_and_price_there_is_no_average(
    api: ApiServer, run: Callable[..., Run]
) -> None:
    done = run("getting_started", starter__products={"columns_to_keep": ["title"]})
    assert "the products have no brand and no price" in done.failure
    assert list(done.metadata) == ["starter/raw_products", "starter/products"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(b"<html>sorry</html>"), "no JSON object with products and total"),
        (as_json([]), "no JSON object with products and total"),
        (as_json({"products": {}, "total": 1}), "products is no list"),
        (as_json({"products": [], "total": "3"}), "total is no number"),
        (as_json({"products": [{"brand": "x"}], "total": 1}), "products without an id"),
        (as_json({"products": [], "total": 0}), "0 products and no more, of 0"),
        (as_json({"products": [{"id": 1}], "total": 2}), "1 products and no more, of 2"),
        (as_json({}, 404), "HTTP 404"),
        (as_json({}, 500), "HTTP 500"),
        (as_json({}, 500), "TAXI_PRODUCTS_URL"),
        (as_json({}, 401), "check the address in TAXI_PRODUCTS_URL"),
    ],
)
def test_a_wrong_answer_fails_before_anything_is_written(
    api: ApiServer,
    run: Callable[..., Run],
    averages: Averages,
    settings_env: Path,
    answer: Answer,
    told: str,
) -> None:
    assert run("getting_started").success
    before = averages()
    api.routes["/products"] = lambda _: answer
    done = run("getting_started")
    assert not done.success
    assert told in done.failure
    assert "What to do:" in done.failure
    assert done.metadata == {}
    assert averages() == before

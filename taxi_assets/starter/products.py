"""Getting started: from an API to a table, as three assets.

Extract the products of a shop, keep some columns with pandas, average the price with SQL.
"""

from typing import Any

import dagster as dg
from pydantic import Field

from taxi_assets.errors import InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.statements import Statements
from taxi_assets.starter.product_pages import fetch_products
from taxi_assets.starter.table_metadata import bar_chart, preview
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse

Records = list[dict[str, Any]]

_MISSING = "N/A"


class Columns(dg.Config):
    """The columns of the products to keep."""

    columns_to_keep: list[str] = Field(default=["brand", "price"], min_length=1)


def product_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The three assets, from first to last."""

    @dg.asset(key_prefix="starter", group_name="starter", kinds={"json"})
    def raw_products() -> dg.MaterializeResult[Records]:
        """All products, as the shop's API gives them."""
        with dagster_failures():
            found = fetch_products(settings)
        return dg.MaterializeResult(value=found, metadata={"dagster/row_count": len(found)})

    return [raw_products, products, average_price_by_brand]


@dg.asset(key_prefix="starter", group_name="starter", kinds={"pandas"})
def products(config: Columns, raw_products: Records) -> dg.MaterializeResult[Records]:
    """The chosen columns of every product; a missing value is "N/A"."""
    import pandas as pd

    frame = pd.DataFrame(raw_products).reindex(columns=config.columns_to_keep)
    kept = frame.astype(object).where(frame.notna(), _MISSING)
    records = [{str(name): value for name, value in row.items()} for row in kept.to_dict("records")]
    return dg.MaterializeResult(value=records, metadata=preview(records))


@dg.asset(key_prefix="starter", group_name="starter", kinds={"duckdb", "table"}, pool="duckdb")
def average_price_by_brand(
    products: Records, duckdb: DuckDBWarehouse
) -> dg.MaterializeResult[None]:
    """The average price of each brand, the highest first."""
    import pandas as pd

    frame = pd.DataFrame(products)
    with dagster_failures():
        if missing := {"brand", "price"} - set(frame.columns):
            raise InvalidFileError(
                f"the products have no {' and no '.join(sorted(missing))}",
                "materialize starter/products with brand and price among columns_to_keep",
            )
        with duckdb.get_connection() as connection:
            connection.register("products", frame.astype(str))
            connection.execute(Statements(__package__, DUCKDB)("average_price").text)
            brands = connection.execute("FROM average_price_by_brand").fetchall()
    averages = [{"brand": brand, "avg_price": price} for brand, price in brands]
    return dg.MaterializeResult(
        metadata={**preview(averages), "chart": bar_chart(averages, "brand", "avg_price")}
    )

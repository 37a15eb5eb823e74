"""Fetches all products from a shop's API, page by page."""

import json
from typing import Any

from taxi_assets.errors import InvalidFileError
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.content import fetch_content
from taxi_assets.source.public_url import public_url

PAGE_PRODUCTS = 100


def fetch_products(settings: Settings) -> list[dict[str, Any]]:
    """Fetch all products. By default the API gives only 30, so the API's total is compared.

    Raises:
        InvalidFileError: an answer does not have the expected form, or products are missing.
        TaxiAssetsError: there is no answer.
    """
    transport = Catalog(settings).transport(settings.products_url, "TAXI_PRODUCTS_URL")
    products: dict[int, dict[str, Any]] = {}
    total = 1
    while len(products) < total:
        url = f"{settings.products_url}?limit={PAGE_PRODUCTS}&skip={len(products)}"
        page, total = _page(fetch_content(transport, url), settings.products_url)
        before = len(products)
        products |= {product["id"]: product for product in page}
        if len(products) == before:
            raise _invalid(settings.products_url, f"{before} products and no more, of {total}")
    return list(products.values())


def _page(content: bytes, url: str) -> tuple[list[dict[str, Any]], int]:
    try:
        answer = json.loads(content)
        page, total = answer["products"], answer["total"]
    except (ValueError, KeyError, TypeError):
        raise _invalid(url, "no JSON object with products and total") from None
    if not (isinstance(page, list) and type(total) is int):
        raise _invalid(url, "products is no list, or total is no number")
    if not all(isinstance(product, dict) and type(product.get("id")) is int for product in page):
        raise _invalid(url, "products without an id")
    return page, total


def _invalid(url: str, what: str) -> InvalidFileError:
    return InvalidFileError(
        f"{public_url(url)} answers with {what}; nothing was written",
        "check TAXI_PRODUCTS_URL; it must answer as https://dummyjson.com/products does",
    )

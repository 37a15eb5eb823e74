"""The component ``HttpTable``: it turns the answer of a web address into a table."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import dagster as dg
import pyarrow as pa
from pydantic import AfterValidator, Field, model_validator

from taxi_assets.components.columns import ColumnForm
from taxi_assets.components.paging import Pages
from taxi_assets.components.records import Form, Format, Page, read_page, table_of, table_of_parquet
from taxi_assets.components.request_secrets import (
    HeaderName,
    RequestValues,
    SecretValue,
    Text,
    named_secrets,
)
from taxi_assets.components.sandboxed_query import check_query, run_query
from taxi_assets.components.table_name import ColumnName, TableName
from taxi_assets.components.table_pipeline import Keeping, TablePipeline
from taxi_assets.components.unpacking import unpacked
from taxi_assets.components.web_address import Received, Web, WebAddress
from taxi_assets.errors import InvalidFileError
from taxi_assets.settings import Settings
from taxi_assets.source.public_url import public_url
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.pipeline_tables import NewRows, Write

_LARGEST_BYTES = 50_000_000
_LARGEST_UNPACKED_BYTES = 200_000_000


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except LookupError:
        raise ValueError("it must be an encoding, such as utf-8 or latin-1") from None
    return value


class Query(dg.Model):
    """A second table, made from the first one.

    Attributes:
        table: its name.
        sql: one SELECT in DuckDB's SQL, for every warehouse.
    """

    table: TableName
    sql: str


class HttpTable(Keeping, TablePipeline):
    """A table with the answer of a web address.

    Attributes:
        url: an address.
        headers: headers of the request; a value may be a secret.
        parameters: further parameters of the address; a value may be a secret.
        format: format of the answer; gzip and zip files are unpacked.
        zip_member: the file in a zip file, if it has several.
        records: in JSON, the path of the list of records; without it, the answer is the list.
        delimiter: what separates the fields of a CSV file.
        encoding: of the characters of a text.
        decimal: the decimal mark of numbers that are written as text.
        pages: how the answer goes on; without it, it has one page.
        columns: the columns to keep, with the kind of their values and where they stand.
        query: a second table, made from the first one.
    """

    url: WebAddress
    headers: dict[HeaderName, Text | SecretValue] = Field(default={})
    parameters: dict[Text, Text | SecretValue] = Field(default={})
    format: Format
    zip_member: str | None = None
    records: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    decimal: Annotated[str, Field(pattern="^[.,]$")] = "."
    pages: Pages | None = None
    columns: Annotated[dict[ColumnName, ColumnForm], Field(min_length=1)]
    query: Query | None = None

    @model_validator(mode="after")
    def _fits(self) -> "HttpTable":
        if self.format != "json" and self.records is not None:
            raise ValueError("records is for JSON: leave it out")
        if self.format != "csv" and self.delimiter != ",":
            raise ValueError("delimiter is for CSV: leave it out")
        if self.format == "parquet" and self.pages is not None:
            raise ValueError("pages are not for Parquet: leave them out")
        if self.pages is not None and self.pages.next is not None and self.format != "json":
            raise ValueError("pages.next is for JSON: other formats have links in their header")
        if unknown := set(self.key or ()).difference(self.columns):
            raise ValueError(f"key: there is no column {min(unknown)}")
        if self.query is not None:
            self._check_query(self.query)
        return self

    def _check_query(self, query: Query) -> None:
        if self.write != "replace":
            raise ValueError("query is for write: replace; use a SqlTable over the whole table")
        if query.table == self.table:
            raise ValueError("query.table must be another table than table")
        try:
            kinds = {name: column.kind for name, column in self.columns.items()}
            check_query(query.sql, self.table, kinds)
        except ValueError as error:
            raise ValueError(f"query.sql: {error}") from None

    def require(self, settings: Settings) -> None:
        """Check that the settings have the warehouse and the secrets.

        Raises:
            ValueError: something is missing; it says what.
        """
        super().require(settings)
        self.request(settings).require()

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets that it needs."""
        return named_secrets(self.headers, self.parameters)

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """The table, and the query's table if there is one."""
        names = [self.table] + ([self.query.table] if self.query else [])
        return tuple((self.warehouse, name) for name in names)

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        names = " and ".join(name for _, name in self.tables)
        return f"{public_url(self.url)} to {self.warehouse}: {names}"

    @property
    def kinds(self) -> set[str]:
        """Kinds of the asset: that of the answer, too."""
        return {"table", self.format}

    @property
    def how(self) -> Write:
        """What becomes of the rows that are there."""
        return Write(self.write, key=tuple(self.key or ()), tests=super().how.tests)

    def request(self, settings: Settings) -> RequestValues:
        """What the requests carry."""
        return RequestValues(self.url, self.headers, self.parameters, settings)

    def fetch(self, settings: Settings) -> dict[str, pa.Table]:
        """Fetch the rows of each table. Nothing is written.

        Raises:
            TaxiAssetsError: there is no answer, or it does not fit the attributes.
        """
        place, request = public_url(self.url), self.request(settings)
        web = Web(settings, request.carry, _LARGEST_BYTES)
        with request.hidden():
            if self.format == "parquet":
                content = self._unpacked(web.ask(self.url))
                rows = table_of_parquet(content, place, self.columns)
            else:
                rows = table_of(self._pages(web), place, self._form)
        if self.query is None:
            return {self.table: rows}
        result = run_query(self.query.sql, self.table, rows, place)
        return {self.table: rows, self.query.table: result}

    def new_rows(
        self, settings: Settings, _resources: Mapping[str, Warehouse], _month: Month | None
    ) -> Mapping[str, NewRows]:
        """The rows of each table, fetched now."""
        return self.fetch(settings)

    @property
    def _form(self) -> Form:
        return Form(
            self.format, self.columns, self.records, self.delimiter, self.encoding, self.decimal
        )

    def _pages(self, web: Web) -> Iterable[Page]:
        left = _LARGEST_UNPACKED_BYTES

        def read(received: Received) -> Page:
            nonlocal left
            content = self._unpacked(received)
            left -= len(content)
            if left < 0:
                raise InvalidFileError(
                    f"the pages of {public_url(self.url)} are larger than "
                    f"{_LARGEST_UNPACKED_BYTES / 1e6:,.0f} MB together",
                    "ask for less of it; nothing was written",
                )
            return read_page(content, public_url(self.url), self._form)

        if self.pages is None:
            return [read(web.ask(self.url))]
        return self.pages.follow(self.url, web.ask, read)

    def _unpacked(self, received: Received) -> bytes:
        return unpacked(
            received.content, public_url(self.url), self.zip_member, _LARGEST_UNPACKED_BYTES
        )

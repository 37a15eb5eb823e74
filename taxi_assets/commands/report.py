"""The command that writes the report."""

from __future__ import annotations

from pathlib import Path

import click

from taxi_assets.commands.output import console, printed_errors
from taxi_assets.errors import StorageError
from taxi_assets.settings import read_settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def report(file: Path) -> None:
    """Write coverage, counts, trips and the state of the checks as one HTML page.

    It needs no network to be looked at. Months that were loaded since the last report are
    summarized first.
    """
    from taxi_assets.commands.report_session import make_report

    with printed_errors():
        page = make_report(read_settings())
        draft = file.with_name(f".{file.name}.partial")
        try:
            draft.write_text(page, encoding="utf-8")
            draft.replace(file)
        except OSError as error:
            raise StorageError(
                f"cannot write {file}: {error.strerror}",
                "name a file in a folder that you may write",
            ) from None
    console.print(f"{file}: {len(page.encode()) / 1e6:.1f} MB", highlight=False, soft_wrap=True)

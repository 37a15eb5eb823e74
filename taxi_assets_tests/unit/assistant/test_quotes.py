"""Quotes as models write them: what says the same is accepted, what was made up is not."""

from __future__ import annotations

import pytest

from taxi_assets.assistant.chat.quotes import stands_in

PASSAGE = """\
Dagster's daemon looks for new backfills **every 30 seconds**, and starts a process for each month.
`dagster.yaml` limits what runs at once: four runs, of which two in each warehouse (pools). The
figures are told in [benchmarks.md](benchmarks.md#backfills), and "pools" in the UI.

| check | fails | finds |
|---|---|---|
| `rows_match_file` | the run | rows deleted, added, or put under another file's name |

- A view on a partition keeps it from being replaced; views on the merged table do not.
- Fares go down to -280 dollars, and 4.9 % of the rows have no distance. It costs 6.25 $ a TiB.

Set `TAXI_POSTGRES_DSN='postgresql://loader:…@db.example.org/taxi'`, then load.
"""


@pytest.mark.parametrize(
    "quote",
    [
        "looks for new backfills every 30 seconds",  # markup dropped
        "dagster.yaml limits what runs at once: four runs",  # code marks dropped
        "Starts a process for each month.",  # upper case, full stop
        "“four runs, of which two in each warehouse (pools)”",
        "four runs, of which two in each warehouse (pools). The figures are told",  # over a line
        "The figures are told in benchmarks.md, and “pools” in the UI",  # a link's text
        "[benchmarks.md](benchmarks.md#backfills), and 'pools' in the UI",  # or all of it
        "rows_match_file the run rows deleted, added",  # a table's row
        "Dagster’s daemon looks for new backfills … starts a process for each month",
        "A view on a partition... views on the merged table do not",
        "**A view on a partition** keeps it from being replaced",  # markup added
        "- Fares go down to −280 dollars, and 4.9% of the rows",
        "Set `TAXI_POSTGRES_DSN='postgresql://loader:…@db.example.org/taxi'`",  # its own ellipsis
    ],
)
def test_what_says_the_same_is_accepted(quote: str) -> None:
    assert stands_in(quote, PASSAGE)


@pytest.mark.parametrize(
    "quote",
    [
        "looks for new backfills every 60 seconds",  # another number
        "Fares go down to 280 dollars",  # another sign
        "4.8 % of the rows have no distance",
        "A view on a partition does not keep it from being replaced",  # the opposite
        "views on the merged table do nothing",  # another word at the end
        "the daemon restarts every failed backfill",  # made up
        "starts a process for each month. looks for new backfills",  # another order
        "each month … Dagster's daemon looks",  # other order around an ellipsis
        "A view … keeps … views on",  # parts that prove nothing
        "four runs … two in each … the figures are … pools in the UI",  # too many parts
        "the run",  # too short
        "…",
        "",
    ],
)
def test_what_was_made_up_is_not(quote: str) -> None:
    assert not stands_in(quote, PASSAGE)

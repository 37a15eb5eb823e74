"""Makes what the tests of BigQuery need and what is kept: a minute of work, once."""

from __future__ import annotations

from taxi_assets_tests.googlesql import evaluate
from taxi_assets_tests.local_bigquery import NoPythonError, local_bigquery_environment


def make() -> None:
    """Make the environment of the stand-in, if a Python fits, and compile Google's analyzer."""
    try:
        local_bigquery_environment()
    except NoPythonError as error:
        print(error)  # noqa: T201 - its tests are skipped, with this reason
    evaluate("'made'")


if __name__ == "__main__":
    make()

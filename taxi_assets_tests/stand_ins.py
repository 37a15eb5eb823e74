"""Makes what the tests of BigQuery need and what is kept: a minute of work, once."""

from __future__ import annotations

from contextlib import suppress

from taxi_assets_tests.googlesql import evaluate
from taxi_assets_tests.local_bigquery import NoPythonError, local_bigquery_environment


def make() -> None:
    """Make the environment of the stand-in, if a Python fits, and compile Google's analyzer."""
    with suppress(NoPythonError):  # the tests are skipped, and say why
        local_bigquery_environment()
    evaluate("'made'")


if __name__ == "__main__":
    make()

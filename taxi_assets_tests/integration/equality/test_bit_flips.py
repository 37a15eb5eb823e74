"""One bit of the lake's copy is flipped, its size and time kept: no wrong row is ever loaded."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from random import Random

import pytest

from taxi_assets.automation.month_outcomes import State
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import lake_name
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.published import Mirror

ROWS = 60
IN_CI, IN_LONG = 8, 500
MONTHS = [("2020-04", publish_csv), ("2023-05", publish_parquet)]


def flip_a_bit(path: Path, random: Random) -> None:
    """Flip one bit of a file; its size and its time stay."""
    status, data = path.stat(), bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def load_with_flips(project: Project, mirror: Mirror, month: str, number: int, seed: int) -> None:
    """Load a month again and again, each time from a copy with a flipped bit."""
    publish = dict(MONTHS)[month]
    publish(mirror, project.file("green", month), ROWS)
    assert project.load("green", month).state is State.LOADED
    expected = project.contents("green_tripdata")
    lake = FolderLake(project.settings.lake_folder)
    path = lake.path(lake_name(project.file("green", month)))
    sound, random = path.read_bytes(), Random(seed)
    for _ in range(number):
        flip_a_bit(path, random)
        outcome = project.load_again("green", month)
        assert (outcome.state, outcome.message) == (State.LOADED, ""), seed
        assert project.contents("green_tripdata") == expected, seed
        assert path.read_bytes() == sound, seed


@pytest.mark.parametrize("month", [month for month, _ in MONTHS])
def test_a_copy_with_a_flipped_bit_is_fetched_again(
    project: Project, mirror: Mirror, month: str
) -> None:
    load_with_flips(project, mirror, month, IN_CI, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("month", [month for month, _ in MONTHS])
def test_a_thousand_copies_with_a_flipped_bit_are_fetched_again(
    project: Project, mirror: Mirror, month: str
) -> None:
    load_with_flips(project, mirror, month, IN_LONG, secrets.randbits(32))

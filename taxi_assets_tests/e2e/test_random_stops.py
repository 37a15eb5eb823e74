"""Backfills in which daemon and code are stopped or killed at random moments: no month is lost.

``make test-long`` plays two rounds, and ``SOAK_ROUNDS`` as many as it says; ``SOAK_SEED`` repeats
those of a failure.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import dagster as dg
import pytest

from taxi_assets.trips.month import Month
from taxi_assets_tests.backfill_lab import BackfillLab, backfill_lab
from taxi_assets_tests.command_line import taxi_assets

pytestmark = pytest.mark.long

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "2"))
SEED = int(os.environ.get("SOAK_SEED", random.randrange(10**6)))
MONTHS = 4
LONGEST_SECONDS = 12.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackfillLab]:
    with backfill_lab(tmp_path_factory.mktemp("services") / "data") as running:
        running.source.release()
        yield running


@pytest.mark.parametrize("number", range(ROUNDS))
def test_no_month_is_lost_whatever_is_stopped_and_when(lab: BackfillLab, number: int) -> None:
    dice = random.Random(SEED + number)
    first = Month.parse("2019-01").plus(dice.randrange(31 - MONTHS))
    months = [str(first.plus(step)) for step in range(MONTHS)]
    for month in months:
        lab.publish(month, rows=20 + number)  # another file than in any round before
    backfill = lab.backfill(months[0], months[-1])

    played = []
    for _ in range(dice.randint(1, 2)):
        pause = dice.uniform(0, LONGEST_SECONDS)
        services = dice.choice((("daemon",), ("code",), ("daemon", "code")))
        is_kill = dice.random() < 0.5
        played.append(f"{pause:.1f} s, {'kill' if is_kill else 'stop'} {services}")
        time.sleep(pause)  # the moment is what is tried here, no condition
        for service in services:
            if is_kill:
                lab.services.kill(service)
            else:
                lab.services.ask_to_stop(service)
        for service in services:
            if not is_kill:
                lab.services.wait_for_end(service)
            lab.services.start(service)

    told = f"seed {SEED}, round {number}: {played}"
    lab.wait_for(lambda: lab.over(backfill), f"the backfill's end; {told}")
    assert lab.state(backfill) == "complete", f"{told}: {taxi_assets('backfills').text}"
    assert {lab.states(backfill, month)[0] for month in months} == {dg.DagsterRunStatus.SUCCESS}
    lab.assert_loaded(months)

"""Looks at months at the source: a few at a time, and for a few seconds, whatever it does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from taxi_assets.errors import (
    InvalidMonthError,
    SourceBusyError,
    SourceRefusedError,
    SourceUnavailableError,
)
from taxi_assets.source.catalog import LOOK_SECONDS, Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.watch.sightings import Sightings

LOOKS_A_TICK = 12
"""Looks of a tick: 576 a day, one each half hour; TLC has published 200 months of yellow taxis."""

BUDGET_SECONDS = 15.0
"""Time for the looks of a tick, and for what it waits for before them. Dagster ends a tick after
60 s, and keeps nothing."""

AT_ONCE = 4
"""Files that the source is asked for at once."""

_TELLING = 3
"""So many months without an answer, and none with one, are the host's trouble; or both, of two."""

Answer = Version | Absent | SourceUnavailableError | SourceRefusedError


def look_around(
    catalog: Catalog,
    dataset: Dataset,
    sightings: Sightings,
    months: Sequence[Month],
    now: datetime,
    budget_seconds: float = BUDGET_SECONDS,
) -> list[Month]:
    """Look at the next few of the months, in a round. Returns those that were asked for."""
    chosen = next_months(sightings, months, now)
    in_round = [month for month in chosen if not sightings.of(month).failures]
    asked = look(catalog, dataset, sightings, chosen, now, budget_seconds)
    if not sightings.failures:
        sightings.last = next((str(m) for m in reversed(in_round) if m in asked), sightings.last)
    return asked


def next_months(sightings: Sightings, months: Sequence[Month], now: datetime) -> list[Month]:
    """The months to look at next: a few that gave no answer, then the others in a circle."""
    ordered = sorted(months)
    awake = [month for month in ordered if not sightings.of(month).rests(now)]
    failed = [month for month in awake if sightings.of(month).failures][:AT_ONCE]
    others = [month for month in awake if not sightings.of(month).failures]
    following = [month for month in others if str(month) > sightings.last]
    circle = following + others[: len(others) - len(following)]
    return (failed + circle)[:LOOKS_A_TICK]


def look(
    catalog: Catalog,
    dataset: Dataset,
    sightings: Sightings,
    months: Sequence[Month],
    now: datetime,
    budget_seconds: float = BUDGET_SECONDS,
) -> list[Month]:
    """Ask the source for these months, and note what it says. Returns those that were asked for.

    A month that gets no answer keeps no other one from being looked at. Where several get none and
    no month gets one, the host is in trouble, and is left alone for a growing time.

    Args:
        catalog: where months are published.
        dataset: whose months.
        sightings: what is known; it is changed.
        months: which ones, in this order.
        now: the time of the look, UTC.
        budget_seconds: the time for all of them; what does not fit in is left for another time.
    """
    if sightings.rests(now):
        return []
    files = list(_files(catalog, dataset, months))
    telling = min(_TELLING, max(2, len(files)))
    end = time.monotonic() + budget_seconds
    asked: list[Month] = []
    failed: dict[Month, str] = {}
    answered = False
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        seconds = min(end - time.monotonic(), BUDGET_SECONDS / 2)
        if start and seconds < LOOK_SECONDS:
            break  # a host that is only slow would get no time to answer
        answers = ask(catalog, some, seconds)
        for file in some:
            asked.append(file.month)
            answer = answers.get(file)
            if answer is None:
                failed[file.month] = f"{file}: no answer within {seconds:.0f} s"
            elif isinstance(answer, Version | Absent):
                answered = True
                url = public_url(catalog.url(file))
                seen = sightings.of(file.month).at(url).answered(answer, url, now)
                sightings.months[str(file.month)] = seen
            else:
                failed[file.month] = answer.what
        busy = any(isinstance(answer, SourceBusyError) for answer in answers.values())
        if busy or (len(failed) >= telling and not answered):
            sightings.host_failed(list(failed.values())[-1], now)
            return asked
    for month, reason in failed.items():
        sightings.months[str(month)] = sightings.of(month).failed(reason, now)
    if answered:
        sightings.host_answered()
    return asked


def _files(catalog: Catalog, dataset: Dataset, months: Sequence[Month]) -> Iterator[TripFile]:
    for month in months:
        try:
            yield catalog.file(dataset, month)
        except InvalidMonthError:
            continue  # not in the publication that the settings choose


def ask(catalog: Catalog, files: Sequence[TripFile], seconds: float) -> dict[TripFile, Answer]:
    """What the source says of files within that time, each asked for by a thread of its own.

    A host that sends a byte now and then has no end, so its thread is not waited for.
    """
    answers: queue.SimpleQueue[tuple[TripFile, Version | Absent | Exception]] = queue.SimpleQueue()

    def look_at(file: TripFile) -> None:
        try:
            answers.put((file, catalog.look(file)))
        except Exception as error:  # raised by whoever waits for it
            answers.put((file, error))

    end = time.monotonic() + seconds
    for file in files:
        threading.Thread(target=look_at, args=[file], daemon=True).start()
    found: dict[TripFile, Answer] = {}
    while len(found) < len(files):
        try:
            file, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        if not isinstance(answer, Answer):
            raise answer
        found[file] = answer
    return found

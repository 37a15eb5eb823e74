"""What stands in the way of months, as a set that grows and shrinks: the alerts tell of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.watch.months import MonthLine, Standing
from taxi_assets.watch.sightings import Sightings

_SILENT = timedelta(hours=6)
_BLIND = timedelta(hours=6)
_TOGETHER = timedelta(days=3)
_MANY = 3


_ABSENT = ("withdrawn", "overdue")
_HIDING = ("ledger", "unreachable", "vanished")
OF_SOURCE = (*_HIDING, "silent")
"""Kinds of troubles that concern all months; the first ones hide others."""


class Trouble(BaseModel):
    """Something that somebody should know of.

    Attributes:
        key: tells it from all others; the same trouble has the same key at every look.
        kind: troubles of one kind are told together where there are many.
        title: what it is, in a line.
        since: when it began, UTC.
        reason: why, what is served meanwhile, and what to do.
        dataset: the taxi whose months or source the watch found in trouble; empty for others.
        subject: the month, if it is one's.
        is_event: whether it has no end, and is told once.
        is_sure: whether it was looked at since the source changed last; otherwise it does not begin
            yet, and one that is known does not end.
        about: what goes into the alert's JSON as it is.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: str
    title: str
    since: datetime
    reason: str
    dataset: str = ""
    subject: str = ""
    is_event: bool = False
    is_sure: bool = True
    about: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is: taxi and month, assets, job, run or backfill, as far as they are known."""
        month = f"{self.dataset} {self.subject}".strip() if self.subject else ""
        whole = f"all months of {self.dataset}" if self.dataset and not self.subject else ""
        assets = self.about.get("assets")
        named = map(str, assets) if isinstance(assets, list) else ()
        ids = [
            f"{name.removesuffix('_id')} {self.about[name]}"
            for name in ("job", "run_id", "backfill_id")
            if name in self.about
        ]
        return ", ".join(filter(None, (month, whole, *named, *ids)))


class Report(BaseModel):
    """What a look found of a dataset.

    Attributes:
        at: when.
        troubles: those that there are.
        fine: the months of which nothing is wanted that is not held.
        watched: all months that were compared.
        is_blind: whether nothing could be compared.
    """

    at: datetime
    troubles: Sequence[Trouble] = ()
    fine: Sequence[str] = ()
    watched: Sequence[str] = ()
    is_blind: bool = False

    @property
    def hides_months(self) -> bool:
        """Whether what it does not say of single months may still be the case."""
        return self.is_blind or any(trouble.kind in _HIDING for trouble in self.troubles)

    @property
    def of_source(self) -> list[Trouble]:
        """The troubles of the source as a whole."""
        return [trouble for trouble in self.troubles if trouble.kind in OF_SOURCE]


def month_key(taxi: str, month: Month | str) -> str:
    """The key of a month's trouble, whoever finds it."""
    return f"month/{taxi}/{month}"


def troubles_of(
    catalog: Catalog,
    dataset: Dataset,
    lines: Sequence[MonthLine],
    sightings: Sightings,
    now: datetime,
) -> list[Trouble]:
    """The troubles of a dataset's months and of their source."""
    found = list(_of_source(dataset, lines, sightings, now))
    whole, newest = {trouble.kind for trouble in found}, _newest(lines)
    for line in lines:
        found += filter(None, (_stuck(catalog, line, now), _missing(catalog, line, newest)))
    # What has vanished together is told once; of a month that is not there, nothing is known then.
    hidden = _ABSENT if "vanished" in whole else ()
    return [_judged(each, sightings) for each in found if each.kind not in hidden]


def _of_source(
    dataset: Dataset,
    lines: Sequence[MonthLine],
    sightings: Sightings,
    now: datetime,
) -> Iterator[Trouble]:
    taxi, served = dataset.taxi, "What is loaded stays as it is."
    if sightings.blind_since is not None and now - sightings.blind_since >= _BLIND:
        yield _trouble(
            f"ledger/{taxi}",
            "ledger",
            f"{taxi}: nothing can be compared with the source",
            sightings.blind_since,
            f"{sightings.blindness}\n  {served}",
        )
    if sightings.failing_since is not None and now - sightings.failing_since >= _SILENT:
        yield _trouble(
            f"source/{taxi}/unreachable",
            "unreachable",
            f"{taxi}: the source does not answer",
            sightings.failing_since,
            f"{sightings.failure}\n  {served} It is asked again, twice a day at last. "
            "What to do: `taxi-assets doctor`; check the network and the proxy.",
        )
        return
    gone = sorted(
        (line for line in lines if line.standing is Standing.WITHDRAWN and line.since),
        key=lambda line: line.since or now,
    )
    together = [
        line for line in gone if gone and (gone[-1].since or now) - (line.since or now) < _TOGETHER
    ]
    if len(together) >= _MANY:
        months = ", ".join(str(line.month) for line in sorted(together, key=lambda x: x.month))
        yield _trouble(
            f"source/{taxi}/vanished",
            "vanished",
            f"{taxi}: loaded months have vanished from the source together",
            together[0].since or now,
            f"{months}: it may have moved, renamed its files, or block this host. {served} "
            "What to do: look for the files in a browser; set TAXI_PARQUET_BASE_URL or "
            "TAXI_CSV_BASE_URL to where they are now.",
        )
        return
    if (silent := _silent_since(lines)) is not None:
        line, newest = silent
        yield _trouble(
            f"source/{taxi}/silent",
            "silent",
            f"{taxi}: nothing new at the source for too long",
            line.since or now,
            f"{line.month} is overdue and nothing after {newest or 'it'} is published: TLC may be "
            f"late, or the files have moved, are renamed, or are refused to this host. {served} "
            "What to do: look for the file in a browser, and at TAXI_PARQUET_BASE_URL.",
        )


def _judged(trouble: Trouble, sightings: Sightings) -> Trouble:
    """Where months come back one after the other, the last of them are not missing."""
    if trouble.kind not in _ABSENT or sightings.changed is None:
        return trouble
    seen_at = sightings.of(Month.parse(trouble.subject)).seen_at
    is_sure = seen_at is None or seen_at >= sightings.changed
    return trouble.model_copy(update={"is_sure": is_sure})


def _silent_since(lines: Sequence[MonthLine]) -> tuple[MonthLine, Month | None] | None:
    """The first month that is overdue with nothing published after it, and the newest one known."""
    newest = _newest(lines)
    late = [
        line
        for line in lines
        if line.standing is Standing.OVERDUE and (newest is None or line.month > newest)
    ]
    return (late[0], newest) if late else None


def _newest(lines: Sequence[MonthLine]) -> Month | None:
    """The newest month that is held, or that the source has."""
    return max((line.month for line in lines if line.held or line.lacking), default=None)


def _stuck(catalog: Catalog, line: MonthLine, now: datetime) -> Trouble | None:
    """The trouble of a month that is tried in vain, or not at all."""
    taxi, month, since = line.taxi, line.month, line.since or now
    rows = "Its old rows stay until then." if line.held else "It has no rows yet."
    if line.standing is Standing.FAILING:
        return _trouble(
            month_key(taxi, month),
            "failing",
            f"{taxi} {month} failed" if line.lacking else f"{taxi} {month} cannot be looked at",
            since,
            f"{line.reason}\n  {rows} It is tried again by itself, once a day at last.",
            month,
        )
    days = catalog.settings.max_lag_days
    if line.is_late(days, now):
        return _trouble(
            month_key(taxi, month),
            "late",
            f"{taxi} {month} is late",
            since,
            f"{line.standing} for more than {days:g} days, and "
            f"{'its run does not end' if line.on_its_way else 'nothing loads it'}. {rows} "
            f"What to do: see the ticks of newest_{taxi} and republished_{taxi}, and the queue of "
            "runs.",
            month,
        )
    return None


def _missing(catalog: Catalog, line: MonthLine, newest: Month | None) -> Trouble | None:
    """The trouble of a month that nobody loads by itself, or that the source lacks."""
    taxi, month, since = line.taxi, line.month, line.since
    if since is None:
        return None
    if line.is_gap and not catalog.settings.load_gaps:
        return _trouble(
            f"gap/{taxi}/{month}",
            "gap",
            f"{taxi} {month} is published and missing between loaded months",
            since,
            f"The schedules load the newest {catalog.settings.schedule_months} months alone. What "
            f"to do: `taxi-assets backfill {taxi} {month}`, or set TAXI_LOAD_GAPS.",
            month,
        )
    if line.standing is Standing.OVERDUE and newest is not None and month < newest:
        return _trouble(
            f"overdue/{taxi}/{month}",
            "overdue",
            f"{taxi} {month} is overdue, though later months are there",
            since,
            "The source does not have it. It is looked for each day. What to do: see whether it is "
            "published elsewhere.",
            month,
        )
    if line.standing is Standing.WITHDRAWN:
        return _trouble(
            f"withdrawn/{taxi}/{month}",
            "withdrawn",
            f"{taxi} {month} is no longer at the source",
            since,
            "Its rows are kept. Nothing to do.",
            month,
        )
    return None


def _trouble(
    key: str, kind: str, title: str, since: datetime, reason: str, month: Month | None = None
) -> Trouble:
    taxi, subject = key.split("/")[1], str(month or "")
    about: dict[str, JsonValue] = {"taxi": taxi, **({"month": subject} if month else {})}
    return Trouble(
        key=key,
        kind=kind,
        title=title,
        since=since,
        reason=reason,
        dataset=taxi,
        subject=subject,
        about=about,
    )

"""Which alerts begin and end with what the watch reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.gathering import Deployed, gather
from taxi_assets.automation.outbox import Outbox
from taxi_assets.automation.posting import body_of
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.watch.troubles import Report, Trouble

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FAILING = Trouble(
    key="month/green/2025-01",
    kind="failing",
    title="green 2025-01 cannot be looked at",
    since=NOW,
    reason="HTTP 500",
    dataset="green",
    subject="2025-01",
)
GAP = Trouble(
    key="gap/green/2025-02",
    kind="gap",
    title="a gap",
    since=NOW,
    reason="",
    dataset="green",
    subject="2025-02",
)


def lasting(outbox: Outbox, report: Report, watched: Sequence[Dataset] = (GREEN,)) -> list[str]:
    """The keys of the alerts that last after a report, by the settings' datasets."""
    with dg.DagsterInstance.ephemeral() as instance:
        text = report.model_dump_json()
        instance.daemon_cursor_storage.set_cursor_values({"taxi_assets/watch/green": text})
        gather(instance, outbox, report.at, Deployed(watched))
    return [alert.trouble.key for alert in outbox.lasting]


def after(hours: float, *troubles: Trouble, **what: object) -> Report:
    return Report(at=NOW + timedelta(hours=hours), troubles=troubles, **what)  # type: ignore[arg-type]


def test_a_months_trouble_lasts_until_it_is_fine_or_watched_no_more() -> None:
    for end in ({"watched": ["2025-01"], "fine": ["2025-01"]}, {"watched": ["2025-02"]}):
        outbox = Outbox()
        assert lasting(outbox, after(0, FAILING, watched=["2025-01"])) == [FAILING.key]
        assert lasting(outbox, after(1, watched=["2025-01"])) == [FAILING.key]
        assert lasting(outbox, after(2, is_blind=True)) == [FAILING.key]
        assert lasting(outbox, after(3, **end)) == []


def test_nothing_ends_while_the_source_as_a_whole_hides_it() -> None:
    outbox = Outbox()
    away = GAP.model_copy(update={"key": "source/green/unreachable", "kind": "unreachable"})
    assert lasting(outbox, after(0, GAP)) == [GAP.key]
    assert set(lasting(outbox, after(1, away))) == {GAP.key, away.key}
    assert lasting(outbox, after(2)) == []


def test_what_was_not_looked_at_since_the_source_changed_neither_begins_nor_ends() -> None:
    outbox = Outbox()
    unsure = GAP.model_copy(update={"is_sure": False})
    assert lasting(outbox, after(0, unsure)) == []
    assert lasting(outbox, after(1, GAP)) == [GAP.key]
    assert lasting(outbox, after(2, unsure)) == [GAP.key]
    # Nor does what was told of the month before end because it seems to be missing.
    absent = {"key": "overdue/green/2025-02", "kind": "overdue", "is_sure": False}
    assert lasting(outbox, after(3, GAP.model_copy(update=absent))) == [GAP.key]
    assert lasting(outbox, after(4)) == []


def test_a_taxi_that_was_taken_out_leaves_no_alert_behind() -> None:
    outbox = Outbox()
    found = after(0, FAILING, GAP, watched=["2025-01"])
    assert len(lasting(outbox, found)) == 2
    outbox.was_taken(outbox.untold()[0], NOW)

    assert lasting(outbox, found, [YELLOW]) == []
    body = body_of(*outbox.untold())
    assert str(body["text"]).count("green is no longer among TAXI_TAXIS") == 2


def test_the_end_is_told_under_the_title_of_the_beginning() -> None:
    outbox = Outbox()
    failed = FAILING.model_copy(update={"title": "green 2025-01 failed"})
    outbox.open(FAILING, NOW)
    outbox.open(GAP, NOW)
    outbox.was_taken(outbox.untold()[0], NOW)
    outbox.open(failed, NOW)
    assert [alert.trouble.title for alert in outbox.lasting] == [GAP.title, failed.title]
    for key in (FAILING.key, GAP.key):
        outbox.end(key, NOW)

    body = body_of(*outbox.untold())

    assert str(body["text"]).splitlines()[1:] == [f"over: {FAILING.title}", f"over: {GAP.title}"]

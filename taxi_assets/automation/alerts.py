"""Alerts: what went wrong, posted to a webhook. Without one, there are none."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import requests
from pydantic import JsonValue, SecretStr
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from taxi_assets.automation.backfill_list import is_over, line_of, progress
from taxi_assets.automation.freshness import FRESHNESS_JOB
from taxi_assets.automation.month_runs import recorded_outcome

_TIMEOUT_SECONDS = 5
_ATTEMPTS = 3
_ACCEPTED = range(200, 300)
_BACKFILLS = 20
_IDS = ("run_id", "backfill_id")


class AlertNotDeliveredError(Exception):
    """The webhook did not take an alert. Its address is a secret and is not said."""


def alert_sensors(webhook: SecretStr) -> list[dg.SensorDefinition]:
    """What watches runs, freshness checks and backfills.

    A sensor that cannot post fails its tick: the UI shows it, and so does ``taxi-assets doctor``.
    """

    @dg.run_failure_sensor(
        name="alert_run_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts each run that failed to the webhook.",
    )
    def failed(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        outcome = recorded_outcome(context.instance, _name(run), run)
        reasons = [
            outcome.message,
            *(f"{check.asset}: {check.name}: {check.reason}" for check in outcome.failed_checks),
        ]
        reason = "\n".join(filter(None, reasons))
        post_alert(webhook, f"{outcome.name} failed", reason, _about(run))

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="alert_table_late",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts freshness checks that turned red to the webhook.",
    )
    def late(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if run.job_name != FRESHNESS_JOB:
            return
        found = recorded_outcome(context.instance, FRESHNESS_JOB, run).failed_checks
        if found:
            reasons = [f"{check.asset}: {check.reason}" for check in found]
            post_alert(webhook, "tables lag behind the source", "\n".join(reasons), _about(run))

    @dg.sensor(
        name="alert_backfill_over",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Posts each backfill that ended without all of its months to the webhook.",
    )
    def backfills(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        told = Told.parse(context.cursor)
        lines = {
            backfill.backfill_id: line_of(context.instance, backfill)
            for backfill in context.instance.get_backfills(limit=_BACKFILLS)
            if is_over(backfill) and (backfill.backfill_end_timestamp or 0) >= told.since
        }
        incomplete = {its for its, line in lines.items() if line.words != "complete"}
        for backfill_id in sorted(incomplete - told.ids):
            line = lines[backfill_id]
            title = f"backfill {line.title}: {line.words}"
            post_alert(webhook, title, progress(line), {"backfill_id": backfill_id})
        return dg.SensorResult(cursor=Told(told.since, frozenset(incomplete)).text())

    return [failed, late, backfills]


@dataclass(frozen=True)
class Told:
    """Which backfills have been told of, as the sensor's cursor keeps it.

    Attributes:
        since: when the sensor began to look, in Unix seconds; what ended before is history.
        ids: the backfills.
    """

    since: float
    ids: frozenset[str]

    @classmethod
    def parse(cls, cursor: str | None) -> Told:
        """Read it; at the first tick nothing has been told."""
        if cursor is None:
            return cls(time.time(), frozenset())
        read = json.loads(cursor)
        return cls(float(read["since"]), frozenset(read["ids"]))

    def text(self) -> str:
        """What stands in the cursor."""
        return json.dumps({"since": self.since, "ids": sorted(self.ids)})


def post_alert(webhook: SecretStr, title: str, reason: str, about: Mapping[str, JsonValue]) -> None:
    """Post an alert; ``text`` is what Slack, Mattermost and their like show.

    Args:
        webhook: where to.
        title: what happened, in a line.
        reason: why, with the remedy where it is known.
        about: the run or backfill; the values go into the JSON as they are.

    Raises:
        AlertNotDeliveredError: it was refused, or not taken at several attempts.
    """
    ids = [f"{name.removesuffix('_id')} {about[name]}" for name in _IDS if name in about]
    body = {"text": "\n".join([title, reason, *ids]), "title": title, "reason": reason, **about}
    retrying = Retrying(
        retry=retry_if_exception_type(AlertNotDeliveredError),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=0.5),
        reraise=True,
    )
    retrying(_post, webhook, body)


def _about(run: dg.DagsterRun) -> dict[str, JsonValue]:
    return {
        "job": run.job_name,
        "run_id": run.run_id,
        "tags": {name: value for name, value in run.tags.items() if "/" not in name},
    }


def _post(webhook: SecretStr, body: dict[str, JsonValue]) -> None:
    try:
        answer = requests.post(webhook.get_secret_value(), json=body, timeout=_TIMEOUT_SECONDS)
    except requests.RequestException as error:
        # Its text quotes the address.
        raise AlertNotDeliveredError(f"the webhook: {type(error).__name__}") from None
    if answer.status_code not in _ACCEPTED:
        raise AlertNotDeliveredError(f"the webhook answers HTTP {answer.status_code}")


def _name(run: dg.DagsterRun) -> str:
    taxi, month = run.tags.get("taxi"), run.tags.get("dagster/partition")
    return f"{taxi} {month}" if taxi and month else run.job_name

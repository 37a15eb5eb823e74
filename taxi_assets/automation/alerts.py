"""Alerts: what went wrong, posted to a webhook. Without one, there are none."""

from __future__ import annotations

import dagster as dg
import requests
from pydantic import JsonValue, SecretStr
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from taxi_assets.automation.freshness import FRESHNESS_JOB
from taxi_assets.automation.month_runs import recorded_outcome

_TIMEOUT_SECONDS = 5
_ATTEMPTS = 3
_ACCEPTED = range(200, 300)


class AlertNotDeliveredError(Exception):
    """The webhook did not take an alert. Its address is a secret and is not said."""


def alert_sensors(webhook: SecretStr) -> list[dg.SensorDefinition]:
    """What watches runs: those that fail, and freshness checks that turn red."""

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
        post_alert(webhook, run, f"{outcome.name} failed", "\n".join(filter(None, reasons)))

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
            post_alert(webhook, run, "tables lag behind the source", "\n".join(reasons))

    return [failed, late]


def post_alert(webhook: SecretStr, run: dg.DagsterRun, title: str, reason: str) -> None:
    """Post an alert; ``text`` is what Slack, Mattermost and their like show.

    Raises:
        AlertNotDeliveredError: it was refused, or not taken at several attempts.
    """
    body: dict[str, JsonValue] = {
        "text": f"{title}\n{reason}\nrun {run.run_id}",
        "title": title,
        "reason": reason,
        "job": run.job_name,
        "run_id": run.run_id,
        "tags": {name: value for name, value in run.tags.items() if "/" not in name},
    }
    retrying = Retrying(
        retry=retry_if_exception_type(AlertNotDeliveredError),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=0.5),
        reraise=True,
    )
    retrying(_post, webhook, body)


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

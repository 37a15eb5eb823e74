"""What alerts look like, and how they are posted to a webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import requests
from pydantic import JsonValue, SecretStr

from taxi_assets.automation.outbox import Alert
from taxi_assets.source.refusals import refused_connection

_TIMEOUT_SECONDS = 5
_ACCEPTED = range(200, 300)
_IDS = ("run_id", "backfill_id")
_ALONE = 5
_SHOWN = 20
_LONG = timedelta(hours=1)


class AlertNotDeliveredError(Exception):
    """The webhook did not take an alert. Its address is a secret and is not said."""


def post(webhook: SecretStr, body: Mapping[str, JsonValue]) -> None:
    """Post a body once.

    Raises:
        AlertNotDeliveredError: it was refused, or not taken in time.
    """
    try:
        answer = requests.post(webhook.get_secret_value(), json=body, timeout=_TIMEOUT_SECONDS)
    except OSError as error:  # as all of ``requests``, and a missing file of certificates
        # Its text quotes the address.
        refusal = refused_connection(error, "TAXI_ALERT_WEBHOOK")
        reason = f"{refusal.what}; {refusal.remedy}" if refusal else type(error).__name__
        raise AlertNotDeliveredError(f"the webhook: {reason}") from None
    if answer.status_code not in _ACCEPTED:
        raise AlertNotDeliveredError(f"the webhook answers HTTP {answer.status_code}")


def body_of(new: Sequence[Alert], over: Sequence[Alert]) -> dict[str, JsonValue]:
    """What is posted; ``text`` is what Slack, Mattermost and their like show.

    One alert stands alone: title, reason, and the run or backfill. Several stand together: those of
    one kind in a line, if they are many.
    """
    each = [*map(_line, new), *map(_over, over)]
    if len(each) == 1:
        (only,) = each
        alert = (*new, *over)[0]
        about = alert.trouble.about
        ids = [f"{name.removesuffix('_id')} {about[name]}" for name in _IDS if name in about]
        text = "\n".join([only["title"], only["reason"], *ids])
        return {"text": text, **only, **about}
    counts = [f"{len(new)} new"] * bool(new) + [f"{len(over)} over"] * bool(over)
    title = f"taxi_assets: {', '.join(counts)}"
    lines = [*_together(new, _line, "{title}\n  {reason}"), *_together(over, _over, "{title}")]
    return {
        "text": "\n".join([title, *lines]),
        "title": title,
        "alerts": [dict[str, JsonValue](line) for line in each],
    }


def _line(alert: Alert) -> dict[str, str]:
    trouble = alert.trouble
    title, reason = trouble.title, trouble.reason
    if alert.ended is not None:
        title = f"{title}, and is over"
        reason = f"from {_time(trouble.since)} to {_time(alert.ended)}: {reason}"
    elif alert.opened - trouble.since > _LONG:
        reason = f"since {_time(trouble.since)}: {reason}"
    return {"title": title, "reason": reason, "state": "over" if alert.ended else "open"}


def _over(alert: Alert) -> dict[str, str]:
    assert alert.ended is not None
    trouble = alert.trouble
    reason = f"from {_time(trouble.since)} to {_time(alert.ended)}"
    title = alert.told_as or trouble.title
    if alert.end:
        title, reason = f"{title} ({alert.end})", f"{reason}: {alert.end}"
    return {"title": f"over: {title}", "reason": reason, "state": "over"}


def _together(
    alerts: Sequence[Alert], line: Callable[[Alert], dict[str, str]], form: str
) -> list[str]:
    """A line for each, or for all of a kind where they are many."""
    kinds: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        kinds.setdefault((alert.trouble.kind, alert.trouble.dataset), []).append(alert)
    lines = []
    for some in kinds.values():
        first, *others = some
        if len(some) <= _ALONE:
            found = [form.format(**line(alert)) for alert in some]
        else:
            subjects = [other.trouble.subject or other.trouble.title for other in others]
            more = f" and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else ""
            listed = ", ".join(sorted(subjects)[:_SHOWN])
            found = [form.format(**line(first)), f"  likewise: {listed}{more}"]
        lines += found
    return lines


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"

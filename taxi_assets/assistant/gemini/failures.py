"""What Gemini's errors mean: which pass by themselves, and which setting mends the others.

The forms of a quota's error are those of https://google.aip.dev/193 (QuotaFailure, RetryInfo).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from taxi_assets.errors import AssistantError, ModelBusyError, TaxiAssetsError

NEXT_ATTEMPT_SECONDS = 60
"""Until a run's step asks again, where Gemini does not say how long to wait."""

_LONGEST_TEXT = 300
_REJECTED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True)
class Refusal:
    """What Gemini answered in place of a reply.

    Attributes:
        code: the HTTP status.
        text: what it says.
        retry_seconds: how long it asks to wait; None where it does not say.
        quotas: ids of the quotas that are used up.
    """

    code: int
    text: str
    retry_seconds: float | None
    quotas: tuple[str, ...]

    @property
    def is_daily(self) -> bool:
        """Whether a day's quota is used up, so that waiting a little does not help."""
        return any("PerDay" in quota for quota in self.quotas)


def refusal_of(code: int, body: object, secret: str) -> Refusal:
    """Read the body of an error, whatever it holds; the key is taken out of its text."""
    error = body.get("error", body) if isinstance(body, Mapping) else {}
    error = error if isinstance(error, Mapping) else {}
    listed = error.get("details")
    details = [d for d in listed if isinstance(d, Mapping)] if isinstance(listed, list) else []
    return Refusal(
        code=code,
        text=shown(str(error.get("message") or ""), secret),
        retry_seconds=next((s for d in details if (s := _seconds(d)) is not None), None),
        quotas=tuple(quota for d in details for quota in _quotas(d)),
    )


def shown(text: str, secret: str) -> str:
    """A text of the server as it may be shown: short, printable, on one line, without the key."""
    clean = text.replace(secret, "***") if secret else text
    clean = re.sub(r"AIza[\w-]{10,}", "***", clean)
    clean = "".join(c if c.isprintable() else " " for c in clean)
    return " ".join(clean.split())[:_LONGEST_TEXT]


def failure(
    refusal: Refusal, model: str, setting: str, models: list[str], remedy: str
) -> TaxiAssetsError:
    """The error that tells of a refusal.

    Args:
        refusal: what Gemini answered.
        model: the model that was asked.
        setting: the variable that names the model.
        models: those there are, where the asked one is not.
        remedy: what to do where the account is refused.
    """
    said = f"Gemini answers HTTP {refusal.code} for {model}: {refusal.text or 'no reason'}"
    if refusal.code == HTTPStatus.NOT_FOUND:
        known = ", ".join(models) or "see https://ai.google.dev/gemini-api/docs/models"
        return AssistantError(said, f"set {setting} to one of the models that can do it: {known}")
    if refusal.code == HTTPStatus.TOO_MANY_REQUESTS and refusal.is_daily:
        return AssistantError(
            f"{said} ({', '.join(refusal.quotas)})",
            f"today's quota is used up: set {setting} to another model, use another "
            "GEMINI_API_KEY, or go on tomorrow",
        )
    if refusal.code == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = max(round(refusal.retry_seconds or 0), NEXT_ATTEMPT_SECONDS)
        return ModelBusyError(said, f"ask again in {seconds} s", wait_seconds=seconds)
    if (
        refusal.code == HTTPStatus.REQUEST_TIMEOUT
        or refusal.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        return ModelBusyError(said, "ask again later", wait_seconds=NEXT_ATTEMPT_SECONDS)
    if "location is not supported" in refusal.text.lower():
        remedy = (
            "Google does not offer this API where this machine is: ask through Vertex AI "
            "(TAXI_GEMINI_VERTEX_LOCATION, docs/assistant.md), or go without a key"
        )
    elif refusal.code not in _REJECTED and "api key" not in refusal.text.lower():
        remedy = f"check {setting} and the other settings that begin with TAXI_GEMINI_"
    return AssistantError(said, remedy)


def _seconds(detail: Mapping[str, Any]) -> float | None:
    if not str(detail.get("@type", "")).endswith("RetryInfo"):
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
    return float(found[1]) if found else None


def _quotas(detail: Mapping[str, Any]) -> list[str]:
    violations = detail.get("violations")
    if not str(detail.get("@type", "")).endswith("QuotaFailure") or not isinstance(
        violations, list
    ):
        return []
    return [str(v["quotaId"]) for v in violations if isinstance(v, Mapping) and "quotaId" in v]

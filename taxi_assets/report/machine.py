"""The report for machines: figures, sentences and records as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from taxi_assets.report.content import Content
from taxi_assets.report.days import odd_days, trips_by_day
from taxi_assets.report.period import Span, TaxiReport
from taxi_assets.report.story import tell
from taxi_assets.source.public_url import public_url


def as_json(content: Content) -> str:
    """The same content as the page, with numbers as numbers.

    Money is in US dollars, distances in miles, durations in seconds, shares in percent.
    """
    found = {
        "made_at": content.made_at.isoformat(),
        "warehouse": content.warehouse,
        "taxis": [
            _taxi(report)
            | {"sentences": [asdict(sentence) for sentence in tell(report, content.zones)]}
            for report in content.taxis
        ],
        "zones": {number: asdict(zone) for number, zone in content.zones.items()},
        "coverage": [line.as_json() for line in content.coverage],
        "homework": [asdict(answer) for answer in content.answers],
        "checks": [asdict(state) for state in content.checks],
        "ledgers": {
            name: [
                asdict(entry)
                | {
                    "loaded_at": entry.loaded_at.isoformat(),
                    "source_url": public_url(entry.source_url),
                }
                for entry in entries
            ]
            for name, entries in content.ledgers.items()
        },
    }
    return json.dumps(found, indent=1, allow_nan=False)


def _taxi(report: TaxiReport) -> dict[str, object]:
    return {
        "taxi": report.dataset.taxi,
        **_span(report.span),
        "compared_with": [_span(then) for then in report.comparisons],
        "counts": {part: dict(values) for part, values in report.counts.items()},
        "charges_by_zone": dict(report.mapped.charged.charges),
        "odd_charges": report.mapped.charged.odd,
        "pickups_a_year_before": dict(report.mapped.pickups_before),
        "days": {str(day): trips for day, trips in trips_by_day(report).items()},
        "unusual_days": [asdict(odd) | {"day": str(odd.day)} for odd in odd_days(report)],
        "months": {
            str(month): _for_json(asdict(each.summary))
            | {
                "figures": dict(each.figures),
                "pickups_outside": each.outside,
                "rejected": each.rejected,
                "doubts": list(each.doubts),
                "synthetic": each.synthetic,
            }
            for month, each in report.all_months.items()
        },
    }


def _for_json(values: Mapping[str, object]) -> dict[str, object]:
    """The values: times as texts, and null for a sum with a NaN in it, which JSON cannot hold."""
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else None
        if isinstance(value, float) and not math.isfinite(value)
        else value
        for name, value in values.items()
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "name": span.name,
        "asked": [str(month) for month in span.months],
        "missing": [str(month) for month in span.missing],
        "not_proved": {str(month): list(why) for month, why in span.doubtful.items()},
        "trips": span.trips,
        "charges": span.total("charges"),
    }

"""What happened, in sentences: each says figures that are there, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taxi_assets.report import numbers
from taxi_assets.report.charts.cells import WEEKDAYS
from taxi_assets.report.days import odd_days, usual_hours
from taxi_assets.report.period import Span, TaxiReport
from taxi_assets.report.places import payment_name, ranked, zone_name
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import UNKNOWN_ZONE
from taxi_assets.warehouse.summaries import Zone
from taxi_assets.warehouse.trip_figures import CHARGE_LIMIT, MILE_LIMIT, SECOND_LIMIT

_RANKED_MONTHS = 12
_ENDS = 3
_TEN = 10
_SHOWN_DAYS = 3
_SHOWN_MONTHS = 6


@dataclass(frozen=True)
class Sentence:
    """A sentence, and what it is about.

    Attributes:
        about: ``trips``, ``change``, ``money``, ``tips``, ``places``, ``hours``, ``length``,
            ``unusual`` or ``trust``.
        text: the sentence.
    """

    about: str
    text: str


def tell(report: TaxiReport, zones: Mapping[str, Zone]) -> list[Sentence]:
    """The sentences about a taxi, the most important first."""
    if not report.span.loaded:
        return [Sentence("trips", f"No month of {report.span.name} is loaded.")]
    return [
        Sentence(about, text)
        for about, texts in (
            ("trips", _trips(report)),
            ("change", _changes(report)),
            ("money", _money(report)),
            ("tips", _tips(report)),
            ("places", _places(report, zones)),
            ("hours", _hours(report)),
            ("length", _length(report)),
            ("unusual", _unusual(report)),
            ("trust", _trust(report)),
        )
        for text in texts
    ]


def _trips(report: TaxiReport) -> Iterator[str]:
    span = report.span
    made = any(each.synthetic for each in span.loaded.values())
    a_day = span.trips / span.days
    yield (
        f"{numbers.count(span.trips, 'trip')} in {span.name}, "
        f"{f'{a_day:,.0f}' if a_day >= 1 else f'{a_day:.2g}'} a day."
        + (" They are synthetic, and say nothing about New York." if made else "")
    )
    if span.missing:
        yield f"Not loaded, and in no figure here: {_named(span.missing)}."
    if rejected := {month: each.rejected for month, each in span.loaded.items() if each.rejected}:
        rows = numbers.count(sum(rejected.values()), "row")
        yield f"Rejected by loads, and in no figure here: {rows} of {_named(sorted(rejected))}."
    if rank := _rank(report):
        yield rank


def _rank(report: TaxiReport) -> str:
    """Where a single month stands among all, if that is at an end."""
    span = report.span
    if len(span.months) > 1 or len(report.all_months) < _RANKED_MONTHS:
        return ""
    own = span.trips
    others = [m.summary.trips for month, m in report.all_months.items() if month not in span.loaded]
    as_far = {"few": sum(o <= own for o in others), "many": sum(o >= own for o in others)}
    for word, number in as_far.items():
        if number < _ENDS:
            of = f"of the {len(others):,} earlier months that are loaded"
            return f"{f'Only {number}' if number else 'None'} {of} had as {word} trips."
    return ""


def _changes(report: TaxiReport) -> Iterator[str]:
    span = report.span
    for then in [] if span.missing else report.comparisons:
        if then.missing:
            yield f"The change on {then.name} is not known; not loaded: {_named(then.missing)}."
        elif then.trips:
            change = numbers.change(span.trips, then.trips, "fewer")
            text = f"{change} trips than in {then.name} ({then.trips:,})"
            if span.days != then.days:
                a_day = numbers.change(span.trips / span.days, then.trips / then.days, "fewer")
                text += f"; {a_day} a day"
            yield f"{text}."


def _money(report: TaxiReport) -> Iterator[str]:
    span, dataset = report.span, report.dataset
    charges = span.total("charges")
    if charges is None:
        return
    what = "Passengers were charged" if dataset.total else "Fares came to"
    text = f"{what} {numbers.dollars(charges)}"
    if median := _middle(span, "median_charge"):
        text += f", {median.format(numbers.dollars)} for the median trip"
    compared = []
    for then in [] if span.missing else report.comparisons:
        before = None if then.missing else then.total("charges")
        if before is not None and before > 0 and charges > 0:
            compared.append(f"{numbers.change(charges, before)} than in {then.name}")
    yield text + "".join(f"; {each}" for each in compared) + "."
    payments = report.counts.get("payment", {})
    if total := sum(payments.values()):
        named = [
            f"{numbers.share(trips, total)} {payment_name(code)}"
            for code, trips in ranked(payments)[:3]
        ]
        yield f"How trips were paid: {', '.join(named)}."


def _tips(report: TaxiReport) -> Iterator[str]:
    span = report.span
    shares, medians = _middle(span, "tipped_percent"), _middle(span, "median_tip_percent")
    if shares is None or medians is None:
        return
    of = "trips paid by card" if report.dataset.payment else "trips"
    text = (
        f"{shares.format('{:.1f} %'.format)} of the {of} have a tip, "
        f"{medians.format('{:,.1f} %'.format)} of the "
        "fare in the median"
    )
    yield text + ("; cash tips are not in the files." if report.dataset.payment else ".")


def _places(report: TaxiReport, zones: Mapping[str, Zone]) -> Iterator[str]:
    for part, what in (("zone", "pickup"), ("dropoff", "dropoff")):
        found = report.counts.get(part, {})
        total, known = sum(found.values()), _known_zones(found)
        if known:
            named = [
                f"{zone_name(number, zones)} ({numbers.share(trips, total)})"
                for number, trips in ranked(known)[:3]
            ]
            zone = "zone of {what} is" if len(named) == 1 else "zones of {what} are"
            text = f"The busiest {zone.format(what=what)} {numbers.listed(named)}"
            unknown = total - sum(known.values())
            yield (
                f"{text}; of {numbers.share(unknown, total)} no zone is known."
                if unknown
                else f"{text}."
            )
    pairs = ranked(report.counts.get("pair", {}))
    known_pairs = [(pair, n) for pair, n in pairs if all(map(_is_known, pair.split("-")))]
    if known_pairs:
        pair, trips = known_pairs[0]
        start, _, end = pair.partition("-")
        within = f"within {zone_name(start, zones)}"
        way = f"from {zone_name(start, zones)} to {zone_name(end, zones)}"
        text = within if start == end else way
        # In a month in which it is not among those that are kept, it was made, too.
        least = "at least " if len(report.span.loaded) > 1 else ""
        yield f"The most frequent trip is {text}: {least}{numbers.count(trips, 'time')}."


def _is_known(number: str) -> bool:
    return number not in ("", str(UNKNOWN_ZONE))


def _known_zones(found: Mapping[str, int]) -> dict[str, int]:
    return {number: trips for number, trips in found.items() if _is_known(number)}


def _hours(report: TaxiReport) -> Iterator[str]:
    found = usual_hours(report)
    most, least = max(found.values(), default=0.0), min(found.values(), default=0.0)
    if most > least:
        yield (
            f"The busiest hour of the week is {_at(most, found)}, with {most:,.1f} trips on "
            f"average; the quietest is {_at(least, found)}, with {least:,.1f}."
        )


def _at(trips: float, hours: Mapping[tuple[int, int], float]) -> str:
    """The first hour of the week with so many trips, and how many others have as many."""
    (weekday, hour), *others = [at for at, each in hours.items() if each == trips]
    more = f" ({len(others):,} more have as many)" if others else ""
    return f"{WEEKDAYS[weekday - 1]} from {hour}:00{more}"


def _length(report: TaxiReport) -> Iterator[str]:
    span = report.span
    seconds = [m.summary.median_seconds for m in span.loaded.values()]
    known = numbers.Middle.of([s / 60 for s in seconds if s is not None])
    if known is None:
        return
    text = f"The median trip takes {known.format('{:,.1f}'.format)} minutes"
    if miles := _middle(span, "median_miles"):
        text += f" over {miles.format('{:,.2f}'.format)} miles"
    long = numbers.Middle.of([s / 60 for s in span.values("ninetieth_seconds")])
    if long and span.trips >= _TEN:
        text += f"; nine in ten take {long.format('{:,.1f}'.format)} minutes at most"
    yield f"{text}."


def _unusual(report: TaxiReport) -> Iterator[str]:
    days = odd_days(report)
    for odd in days[:_SHOWN_DAYS]:
        name = f"{WEEKDAYS[odd.day.weekday()]}, {odd.day}"
        change = numbers.change(odd.trips, odd.usual, "fewer")
        usual = f"{odd.usual:,.1f}".removesuffix(".0")
        yield (
            f"Unusual: {name}, had {change} trips than the median {WEEKDAYS[odd.day.weekday()]} of "
            f"its month ({odd.trips:,} against {usual})."
        )
    if len(days) > _SHOWN_DAYS:
        yield f"Further days that differ by a quarter or more: {len(days) - _SHOWN_DAYS:,}."
    odd_rows = list(_odd_rows(report))
    if odd_rows:
        yield f"Odd rows, as they were published: {'; '.join(odd_rows)}."


_ODD_ROWS = {
    "charges_beyond": f"charges beyond ±${CHARGE_LIMIT:,}, which the sum leaves out",
    "charges_below_zero": "negative charges",
    "miles_beyond": f"trips of more than {MILE_LIMIT} miles",
    "seconds_beyond": f"trips of more than {SECOND_LIMIT // 3600} hours",
    "backward_trips": "dropoffs before their pickup",
}


def _odd_rows(report: TaxiReport) -> Iterator[str]:
    """Counts of odd rows with their share, and that of the months just before."""
    span, before = report.span, report.before
    for figure, what in _ODD_ROWS.items():
        if number := span.total(figure):
            text = f"{what}: {number:,.0f} ({numbers.share(number, span.trips)}"
            usual = None if before.missing else before.total(figure)
            if usual is not None:
                text += f"; {numbers.share(usual, before.trips)} in {before.name}"
            yield f"{text})"
    if outside := sum(each.outside for each in span.loaded.values()):
        share = numbers.share(outside, span.trips)
        yield f"pickups outside of their file's month: {outside:,} ({share})"


def _trust(report: TaxiReport) -> Iterator[str]:
    shown = [report.span, *report.comparisons]
    doubts: dict[tuple[str, ...], set[Month]] = defaultdict(set)
    for span in shown:
        for month, why in span.doubtful.items():
            doubts[why].add(month)
    for why, months in sorted(doubts.items(), key=lambda each: min(each[1])):
        yield f"Not proved, {_named(sorted(months))}: {'; '.join(why)}."
    if not doubts:
        rejected = any(each.rejected for span in shown for each in span.loaded.values())
        less = ", less those that were rejected" if rejected else ""
        yield f"The months told of are proved: their rows are those of their files{less}."


def _middle(span: Span, figure: str) -> numbers.Middle | None:
    return numbers.Middle.of(span.values(figure))


def _named(months: Sequence[Month]) -> str:
    more = len(months) - _SHOWN_MONTHS
    if more > 0:
        return f"{', '.join(map(str, months[:_SHOWN_MONTHS]))} and {more:,} more"
    return numbers.listed([str(month) for month in months])

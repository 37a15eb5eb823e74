"""A stand-in for TLC's taxi zone lookup: its layout and its ids, with names that say so."""

from taxi_assets.trips.zones import ZONE_COUNT

_BOROUGHS = 5
_HEADER = '"LocationID","Borough","Zone","service_zone"'
# TLC's own lines for a place that is unknown, and for one outside of the city.
_ELSEWHERE = ('264,"Unknown","NV","N/A"', '265,"Unknown","NA","N/A"')


def zone_lookup() -> bytes:
    """The CSV of the zones, laid out like ``taxi_zone_lookup.csv``: quoted texts, CRLF."""
    zones = (
        f'{zone},"Synthetic borough {zone % _BOROUGHS + 1}","Synthetic zone {zone}",'
        '"Synthetic service zone"'
        for zone in range(1, ZONE_COUNT + 1 - len(_ELSEWHERE))
    )
    return "".join(f"{line}\r\n" for line in (_HEADER, *zones, *_ELSEWHERE)).encode()

"""From the plane of TLC's shapes to longitude and latitude: EPSG:2263 to EPSG:4269.

EPSG:2263 is a conic projection of Lambert with two standard parallels, in US survey feet. The
formulas are those of Snyder, Map Projections: A Working Manual (1987), pages 107 to 109:
https://pubs.usgs.gov/pp/1395/report.pdf
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_METRES_A_FOOT = 1200 / 3937
# The ellipsoid GRS 1980, which NAD 83 uses.
_RADIUS_METRES = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_ECCENTRICITY = math.sqrt(_FLATTENING * (2 - _FLATTENING))
_PARALLELS = (math.radians(40 + 40 / 60), math.radians(41 + 2 / 60))
_ORIGIN_LATITUDE = math.radians(40 + 10 / 60)
_ORIGIN_LONGITUDE = math.radians(-74)
_FALSE_EASTING_METRES = 300_000.0
# Each step leaves about a hundredth of the error; five are exact to the last bit.
_STEPS = 5


def _parallel_radius(latitude: float) -> float:
    return math.cos(latitude) / math.sqrt(1 - (_ECCENTRICITY * math.sin(latitude)) ** 2)


def _isometric(latitude: float) -> float:
    sine = _ECCENTRICITY * math.sin(latitude)
    bent = math.pow((1 - sine) / (1 + sine), _ECCENTRICITY / 2)
    return math.tan(math.pi / 4 - latitude / 2) / bent


_CONE = math.log(_parallel_radius(_PARALLELS[0]) / _parallel_radius(_PARALLELS[1])) / math.log(
    _isometric(_PARALLELS[0]) / _isometric(_PARALLELS[1])
)
_SCALE_METRES = (
    _RADIUS_METRES * _parallel_radius(_PARALLELS[0]) / (_CONE * _isometric(_PARALLELS[0]) ** _CONE)
)
_ORIGIN_RADIUS_METRES = _SCALE_METRES * _isometric(_ORIGIN_LATITUDE) ** _CONE


def degrees(feet: Doubles) -> Doubles:
    """Longitude and latitude of points, in degrees.

    NAD 83 differs from WGS 84, which GeoJSON means, by less than two metres here.

    Args:
        feet: an array with a row for each point: easting and northing in US survey feet.

    Returns:
        An array of the same shape.
    """
    east = feet[:, 0] * _METRES_A_FOOT - _FALSE_EASTING_METRES
    north = _ORIGIN_RADIUS_METRES - feet[:, 1] * _METRES_A_FOOT
    isometric = (np.hypot(east, north) / _SCALE_METRES) ** (1 / _CONE)
    latitude = np.pi / 2 - 2 * np.arctan(isometric)
    for _ in range(_STEPS):
        sine = _ECCENTRICITY * np.sin(latitude)
        bent = ((1 - sine) / (1 + sine)) ** (_ECCENTRICITY / 2)
        latitude = np.pi / 2 - 2 * np.arctan(isometric * bent)
    longitude = np.arctan2(east, north) / _CONE + _ORIGIN_LONGITUDE
    points: Doubles = np.degrees(np.column_stack((longitude, latitude)))
    return points

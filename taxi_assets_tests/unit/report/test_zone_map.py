"""Maps: what stands on them, what is said not to, and that tones differ without colour."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from taxi_assets.report.charts.outlines import Outlines, outlines
from taxi_assets.report.charts.zone_map import (
    NO_ZONE,
    ZoneMap,
    map_style,
    outlines_of_page,
    zone_change_map,
    zone_map,
)
from taxi_assets.warehouse.zone_figures import ZoneShape
from taxi_assets_tests.drawn_zones import drawn_twin, drawn_zones

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Outlines:
    return drawn_twin(tmp_path_factory.mktemp("shapes"))


def tones(drawn: ZoneMap) -> dict[str, str]:
    """The CSS class of each shape, by its number."""
    uses = ET.fromstring(drawn.inline).iter(f"{SVG}use")
    return {use.attrib["href"].removeprefix("#zone-"): use.attrib["class"] for use in uses}


def hints(drawn: ZoneMap) -> dict[str, str]:
    """What is said of each shape when it is pointed at, by its number."""
    uses = ET.fromstring(drawn.inline).iter(f"{SVG}use")
    return {
        use.attrib["href"].removeprefix("#zone-"): str(use.findtext(f"{SVG}title")) for use in uses
    }


def texts(drawn: ZoneMap) -> list[str]:
    return [str(text.text) for text in ET.fromstring(drawn.inline).iter(f"{SVG}text")]


def test_the_real_outlines_are_few_bytes_and_every_zone_has_one(real_data: Path) -> None:
    drawn = drawn_zones(real_data / "misc" / "taxi_zones.zip")
    page = outlines_of_page(drawn)
    assert len(page.encode()) <= MOST_BYTES
    assert len(drawn.shapes) == 263
    assert len({shape.number for shape in drawn.shapes}) == 263
    assert all(shape.path.startswith("M") and shape.path.endswith("z") for shape in drawn.shapes)
    assert [round(drawn.width, -2), round(drawn.height, -2)] == [800, 800]
    places = {shape.zone: shape.middle for shape in drawn.shapes}
    newark, kennedy, laguardia = places[1], places[132], places[138]
    assert newark[0] < laguardia[0] < kennedy[0], "from west to east"
    assert laguardia[1] < newark[1] < kennedy[1], "from north to south"


def test_straight_lines_keep_their_ends_and_holes_stay_holes(twin: Outlines) -> None:
    square, with_hole, in_two = twin.shapes[:3]
    assert len(square.path.split("l")[1].replace("-", " -").split()) == 6, "three steps and a z"
    assert with_hole.path.count("M") == 2
    assert in_two.path.count("M") == 2


def test_six_classes_hold_about_as_many_zones_each(twin: Outlines) -> None:
    figures = {zone: float(zone**2) for zone in range(1, 264)}
    drawn = zone_map(twin, figures, title="green 2020-04: trips", unit="trips")
    found = Counter(tones(drawn).values())
    assert set(found) == {f"m{number}" for number in range(1, 7)}
    assert max(found.values()) - min(found.values()) <= 5
    labels = texts(drawn)
    assert "1 to 1,849" in labels
    assert labels[-1].endswith(" to 69,169")


def test_a_huge_figure_and_one_that_is_no_number_spoil_no_scale(twin: Outlines) -> None:
    plain = {zone: float(zone) for zone in range(1, 264)}
    odd = plain | {263: 1e12, 4: float("nan"), 5: float("inf")}
    before, after = (zone_map(twin, each, title="t", unit="trips") for each in (plain, odd))
    changed = {n for n, tone in tones(after).items() if tone != tones(before)[n]}
    assert {"4", "5"} <= changed
    assert tones(after)["4"] == "m0"
    assert len(changed) < 10, "those at the borders of a class"


@pytest.mark.parametrize("figures", [{}, {74: 3.0}, {74: 3.0, 75: 3.0}, {74: -5.0, 75: 2.0}])
def test_few_zones_have_few_classes(twin: Outlines, figures: dict[int, float]) -> None:
    drawn = zone_map(twin, figures, title="t", unit="dollars")
    shown = {number: tone for number, tone in tones(drawn).items() if tone != "m0"}
    assert set(shown) == {str(zone) for zone in figures}
    classes = len(set(figures.values()))
    assert len(texts(drawn)) == 3 + 1 + 1 + classes, "airports, unit, none, classes"


def test_shapes_of_one_zone_have_its_figure_as_published(twin: Outlines) -> None:
    drawn = zone_map(twin, {56: 10.0, 103: 20.0, 57: 30.0}, title="t", unit="trips")
    said = hints(drawn)
    assert said["56"] == said["57"] == "Synthetic zone 56 (56): 10 trips"
    assert {said[number] for number in ("103", "104", "105")} == {
        "Synthetic zone 103 (103): 20 trips"
    }
    assert said["7"] == "Synthetic zone 7 (7): none"
    assert "zone 57 (no shape) 50.0%" in drawn.note


def test_what_is_not_on_the_map_is_told_with_its_share(twin: Outlines) -> None:
    figures = {74: 890.0, NO_ZONE: 50.0, 264: 40.0, 265: 15.0, 104: 4.9, 105: 0.1}
    drawn = zone_map(twin, figures, title="t", unit="trips")
    assert drawn.note.endswith(
        "Not on the map, 11.0% of all: without a zone 5.0%, zone 264 (unknown) 4.0%, "
        "zone 265 (outside the city) 1.5%, zones 104, 105 (no shape) 0.5%."
    )
    assert "less than 0.1%" in zone_map(twin, {74: 1e6, 264: 1.0}, title="t", unit="trips").note
    assert "Everything is on the map." in zone_map(twin, {74: 1.0}, title="t", unit="trips").note


def test_airports_are_marked(twin: Outlines) -> None:
    assert texts(zone_map(twin, {74: 1.0}, title="t", unit="trips"))[:3] == ["EWR", "JFK", "LGA"]


def test_it_says_what_it_shows_to_those_who_do_not_see_it(twin: Outlines) -> None:
    drawn = zone_map(twin, {74: 1.0}, title="<b>fast</b> & 'slow'", unit="trips")
    svg = ET.fromstring(drawn.inline)
    title, described = svg.attrib["aria-labelledby"].split()
    named = {each.attrib.get("id"): each.text for each in svg.iter()}
    assert svg.attrib["role"] == "img"
    assert drawn.text == "The highest: Synthetic zone 74 (74): 1 trip."
    assert named[title] == "<b>fast</b> & 'slow'"
    assert named[described] == f"{drawn.text} {drawn.note} The numbers follow as a table."


def test_changes_are_rises_and_hatched_falls_and_few_trips_are_not_compared(twin: Outlines) -> None:
    before = {1: 100.0, 2: 100.0, 3: 100.0, 4: 29.0, 5: 1000.0, 6: 0.0}
    now = {1: 150.0, 2: 50.0, 3: 100.0, 4: 1000.0, 5: 29.0, 6: 50.0}
    drawn = zone_change_map(twin, now, before, title="t", unit="trips")
    found, said = tones(drawn), hints(drawn)
    assert [found[number] for number in "123"] == ["g2", "f1", "g1"]
    assert {found[number] for number in "4567"} == {"m0"}
    assert said["1"] == "Synthetic zone 1 (1): +50 %, from 100 to 150 trips"
    assert said["2"] == "Synthetic zone 2 (2): −50 %, from 100 to 50 trips"
    assert said["4"] == "Synthetic zone 4 (4): not compared"
    assert "Not compared: 3 zones with fewer than 30 trips in one of the months." in drawn.note
    assert {"−50 %", "+0 %", "+50 %", "not compared"} <= set(texts(drawn))
    style = map_style()
    assert all(f".f{n} {{ fill: url(#falling-{n})" in style for n in (1, 2, 3))
    assert outlines_of_page(twin).count('<pattern id="falling-') == 3


def test_an_image_has_its_outlines_and_its_style_within(twin: Outlines) -> None:
    drawn = zone_map(twin, {74: 1.0}, title="t", unit="trips")
    picture, text = drawn.markdown.split("\n\n")
    data = re.fullmatch(r"!\[t\]\(data:image/svg\+xml;base64,(.*)\)", picture)
    assert data is not None
    svg = ET.fromstring(base64.b64decode(data[1]))
    assert text == drawn.note
    ids = {each.attrib["id"] for each in svg.iter() if "id" in each.attrib}
    assert {use.attrib["href"][1:] for use in svg.iter(f"{SVG}use")} <= ids
    assert "--map-6" in str(svg.findtext(f"{SVG}style"))


def lightness(colour: str) -> float:
    """Relative luminance of ``#rgb`` or ``#rrggbb``, as WCAG 2 defines it."""
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "classes"), [("map", 6), ("less", 3)])
def test_tones_can_be_told_apart_in_grey(scheme: str, name: str, classes: int) -> None:
    light, dark = map_style().split("prefers-color-scheme: dark")
    style = dark if scheme == "dark" else light
    colours = [re.search(rf"--{name}-{n}: #(\w+);", style) for n in range(1, classes + 1)]
    found = [lightness(match[1]) for match in colours if match]
    assert len(found) == classes
    ratios = [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairwise(found)]
    assert found == sorted(found, reverse=scheme == "light")
    assert min(ratios) >= 1.2


def test_a_shape_that_was_changed_into_no_shape_is_not_drawn() -> None:
    square = '{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}'
    hurt = ('{"type":"Po', "null", "7", '{"type":"Polygon","coordinates":[[]]}', "None")
    shapes = [ZoneShape(str(n), n, "x", text) for n, text in enumerate((square, *hurt))]
    drawn = outlines(shapes)
    assert drawn is not None
    assert [shape.number for shape in drawn.shapes] == ["0"]
    assert outlines(shapes[1:]) is None

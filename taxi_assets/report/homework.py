"""Answers to the questions of the course's homework, beside the published answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.status.coverage import Coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import MONTHS_PER_YEAR

_MIB = 1024 * 1024
_TENTH = 0.05


@dataclass(frozen=True)
class Question:
    """A question of the homework, and the answer that the course published.

    Attributes:
        text: the question.
        taxi: the taxi that it is about.
        period: a month such as ``2021-03``, or a year such as ``2020`` for all its months.
        published: the published answer, in rows or in MiB.
        unit: ``rows`` in the table from CSV releases, or ``MiB`` of the unzipped file.
    """

    text: str
    taxi: str
    period: str
    published: float
    unit: str


QUESTIONS = (
    Question("Rows of yellow taxis in 2020", "yellow", "2020", 24_648_499, "rows"),
    Question("Rows of green taxis in 2020", "green", "2020", 1_734_051, "rows"),
    Question("Rows of yellow taxis in March 2021", "yellow", "2021-03", 1_925_152, "rows"),
    Question("Uncompressed size of yellow 2020-12", "yellow", "2020-12", 128.3, "MiB"),
)
"""The questions of module 2 of the Data Engineering Zoomcamp, which uses the CSV releases."""


@dataclass(frozen=True)
class Answer:
    """An answer from the data that is loaded here.

    Attributes:
        question: the question.
        found: the answer, from the months that are here; None if there are none.
        months: number of the question's months that are here, and number of all its months.
        agrees: whether it is the published answer; None if months are missing.
    """

    question: Question
    found: float | None
    months: tuple[int, int]
    agrees: bool | None


def answers(
    lines: Sequence[Coverage], landed: Iterable[tuple[TripFile, LandedFile]], warehouse: str
) -> list[Answer]:
    """The answers from a warehouse's tables and the files in the lake, for existing datasets."""
    sizes = {
        (file.dataset.taxi, str(file.month)): found.facts.uncompressed_bytes / _MIB
        for file, found in landed
        if file.format is FileFormat.CSV
    }
    rows = {
        (line.taxi, line.month): line.warehouse_rows.get(warehouse, 0)
        for line in lines
        if line.format == FileFormat.CSV and line.warehouse_rows.get(warehouse, 0)
    }
    return [
        _answer(question, rows if question.unit == "rows" else sizes)
        for question in QUESTIONS
        if question.taxi in DATASETS
    ]


def _answer(question: Question, known: Mapping[tuple[str, str], float]) -> Answer:
    found = [
        value
        for (taxi, month), value in known.items()
        if taxi == question.taxi and month.startswith(question.period)
    ]
    wanted = MONTHS_PER_YEAR if len(question.period) == len("2020") else 1
    total = sum(found) if found else None
    whole = total is not None and len(found) == wanted
    tolerance = 0 if question.unit == "rows" else _TENTH
    agrees = abs(total - question.published) <= tolerance if whole and total is not None else None
    return Answer(question, total, (len(found), wanted), agrees)

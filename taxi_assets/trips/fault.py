"""A contradiction in the declaration of a dataset."""

from collections.abc import Iterable
from typing import NamedTuple


class Fault(NamedTuple):
    """What contradicts what, and what to do about it."""

    what: str
    remedy: str


def listed(names: Iterable[str]) -> str:
    """Names in a sentence."""
    return ", ".join(map(repr, names))

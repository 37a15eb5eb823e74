"""Draws the rooms of the code into ``docs/architecture.md``, from the contracts that CI holds.

Run it after a change of the import contracts in ``pyproject.toml``: `make rooms`. The picture is
Mermaid text, which GitHub and the site draw.
"""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
_PACKAGE = "taxi_assets."
_PLACE = re.compile(
    r"(?<=<!-- rooms: made by `make rooms` -->\n).*?(?=<!-- end of rooms -->)", re.S
)


def layers() -> list[list[str]]:
    """The rooms of each layer, the highest first. Those of one layer do not know each other."""
    (contract,) = [each for each in _contracts() if each["type"] == "layers"]
    return [
        [room.strip().removeprefix(_PACKAGE) for room in layer.split(":")]
        for layer in contract["layers"]
    ]


def picture() -> str:
    """The rooms as a Mermaid flowchart: a room may import whatever stands below it."""
    (apart,) = [each["modules"] for each in _contracts() if each["type"] == "independence"]
    room = str(Path(apart[0].replace(".", "/")).parent).replace("/", ".").removeprefix(_PACKAGE)
    inner = [f"    {name.removeprefix(_PACKAGE + room + '.')}" for name in apart]
    chain = [" & ".join(layer) for layer in layers()]
    arrows = [f"  {above} --> {below}" for above, below in pairwise(chain)]
    lines = ["```mermaid", "flowchart TB", f"  subgraph {room}", *inner, "  end", *arrows, "```"]
    return "\n".join(lines) + "\n"


def with_picture(page: str) -> str:
    """The page with the picture of now in its place."""
    return _PLACE.sub(lambda _: picture(), page)


def _contracts() -> list[dict[str, Any]]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return list(declared["tool"]["importlinter"]["contracts"])


if __name__ == "__main__":
    PAGE.write_text(with_picture(PAGE.read_text("utf-8")), "utf-8")

"""Tables that lose nothing in a narrow terminal."""

from __future__ import annotations

from rich.box import SIMPLE, Box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_TITLE_CELLS = 2
_UNLIMITED = 10_000
_PLAIN = Box(str(SIMPLE).replace("─", "-"), ascii=True)
"""For a terminal that has no lines to draw."""


def print_table(console: Console, table: Table) -> None:
    """Print a table; where the console is too narrow for it, each row as lines of its own.

    Words may wrap, numbers and names may not: neither is ever cut.
    """
    table.box = _PLAIN if console.options.ascii_only else SIMPLE
    for column in table.columns:
        column.overflow = "fold"
    unlimited = console.options.update_width(_UNLIMITED)
    if console.measure(table, options=unlimited).minimum <= console.width:
        console.print(table)
        return
    console.print(f"\n[italic]{table.title}[/]" if table.title else "")
    headings = [str(column.header) for column in table.columns]
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        texts = [Text.from_markup(str(cell)) for cell in cells]
        console.print(Text(" ").join(texts[:_TITLE_CELLS]), style="bold", highlight=False)
        named = zip(headings[_TITLE_CELLS:], texts[_TITLE_CELLS:], strict=True)
        line = Text(", ").join(Text(f"{heading} ") + text for heading, text in named)
        console.print(Padding(line, (0, 0, 0, 2), expand=False), highlight=False)
    console.print()

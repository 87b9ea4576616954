"""Plain tables: columns as wide as their widest cell, numbers to the right."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table


_FOLDED = 12


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None, whole: Sequence[str] = ()
) -> Table:
    """A table; columns of numbers are aligned to the right. Those and the ones named in `whole` are never folded."""
    from rich.table import Table

    rows = list(rows)
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", title_style="bold")
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], (int, float)) or row[index] is None for row in rows)
        made.add_column(name, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric or name in whole)
    for row in rows:
        made.add_row(*(_cell(value) for value in row))
    made.min_width = _least(made)
    return made


def _least(made: Table) -> int:
    """The width below which whole columns would lose characters; one that folds needs at most `_FOLDED`."""
    widths = [max([len(str(column.header)), *(len(str(cell)) for cell in column.cells)]) for column in made.columns]
    kept = [
        width if column.no_wrap else min(width, _FOLDED) for width, column in zip(widths, made.columns, strict=True)
    ]
    return sum(kept) + 2 * len(kept) - 2


def _cell(value: Any) -> Any:
    from rich.text import Text

    if value is None:
        return Text("")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, float):
        return Text(f"{value:,.3f}".rstrip("0").rstrip("."))
    return Text(str(value))


def show(*things: Any) -> None:
    """Print text and tables to stdout; plain, and not cut, when that is no terminal."""
    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    width = None if terminal else int(os.environ.get("COLUMNS", "120"))
    console = Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=not terminal)
    for thing in things:
        if isinstance(thing, Table) and (thing.min_width or 0) > console.width:
            thing.width = thing.min_width  # a terminal too narrow folds the lines; no figure is ever cut
        console.print(thing)

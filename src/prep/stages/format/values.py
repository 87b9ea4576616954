"""What templates see of a record: its columns that have a value, JSON cells parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.stages.format.templates import PRINTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prep.stages.format.templates import Rendered
    from prep.stages.part import Part

_NAMES = msgspec.json.Decoder(list[str]).decode
_VALUE = msgspec.json.Decoder().decode
_STRING = msgspec.json.Decoder(str).decode
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_BROKEN = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)


def values(part: Part, templates: Iterable[Rendered]) -> Iterator[dict[str, Any]]:
    """The columns that `templates` use, one dict a record; a null or missing column has no entry.

    A cell that `_json` names is parsed. Such a record has the further entry `_printed`: the source text of each path
    that the templates print as it is.
    """
    templates = list(templates)
    wanted = sorted({name for template in templates for name in template.columns})
    paths = sorted({path for template in templates for path in template.paths})
    if not wanted:
        yield from ({} for _ in range(part.frame.height))
        return
    frame = pl.DataFrame([part.column(name).alias(name) for name in wanted])
    whole = not any(frame.null_count().row(0))
    for row, told in zip(frame.iter_rows(named=True), part.column("_json").to_list(), strict=True):
        present = row if whole else {name: cell for name, cell in row.items() if cell is not None}
        names = {name for name in _NAMES(told) if name in present} if told else None
        yield _with_json(present, names, paths) if names else present


def _with_json(row: dict[str, Any], names: set[str], paths: list[str]) -> dict[str, Any]:
    printed = {}
    for path in paths:
        name, *keys = path.split(".")
        text = _source(row.get(name), keys, name in names)
        if text is not None:
            printed[path] = text
    return {name: _parsed(cell) if name in names else cell for name, cell in row.items()} | {PRINTED: printed}


def _source(cell: str | None, keys: list[str], is_json: bool) -> str | None:
    """The text of the value at `keys` in a cell: a string's characters, else its JSON bytes; None for null or none."""
    if cell is None or not is_json:
        return cell if not keys else None
    raw = cell
    try:
        for key in keys:
            raw = bytes(_OBJECT(raw)[key]).decode()
    except (KeyError, *_BROKEN):
        return None
    if raw == "null":
        return None
    return _STRING(raw) if raw.startswith('"') else raw


def _parsed(text: str) -> Any:
    """The value of a JSON text; the text itself where a step has made something else of it."""
    try:
        return _VALUE(text)
    except _BROKEN:
        return text

"""The step `redact`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from prep.stages.clean.patterns import checked
from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    import polars as pl

    from prep.stages.part import Part

KindName = Literal["email", "phone", "us_ssn", "iban", "credit_card", "ip_address"]


def _patterns(patterns: dict[str, str]) -> dict[str, str]:
    for name, pattern in patterns.items():
        if not name.isidentifier() or not name.isascii():
            raise ValueError(f"`{name}` names a placeholder: letters, digits and `_` only")
        checked([pattern])
    return patterns


def _regions(regions: list[str]) -> list[str]:
    for region in regions:
        if not re.fullmatch("[A-Z]{2}", region):
            raise ValueError(f"`{region}` is no country: two capital letters, `US` for example")
    return regions


class Redact(StepConfig):
    """Replace personal data by numbered placeholders.

    `[EMAIL_1]` stands for the same address wherever it stands in a record, `[EMAIL_2]` for the next. Every string of
    the record is searched, in every column, every turn and inside JSON, but for the label and the group; ids are not.
    Numbers with a checksum count only where it is right; docket numbers, cites and section numbers stay. After `format`
    the finished lines are searched once more, the template's own words excepted: a hit fails the run.
    """

    find: list[KindName] = Field(default_factory=list, description="kinds of data to find")
    patterns: Annotated[dict[str, str], AfterValidator(_patterns)] = Field(
        default_factory=dict, description="own kinds, `name: regular expression` (Rust syntax)"
    )
    regions: Annotated[Names, AfterValidator(_regions)] = Field(
        ["US", "GB", "DE"], description="countries whose phone numbers are found in national form, ISO 3166 codes"
    )
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"find": ["email", "phone", "iban"], "patterns": {"matter": "M-[0-9]{6}"}},
            "before": "Write to jane@example.com or call (212) 555-0123; jane@example.com knows M-123456, No. 22-1234.",
            "after": "Write to [EMAIL_1] or call [PHONE_1]; [EMAIL_1] knows [MATTER_1], No. 22-1234.",
        },
    )


@step
def redact(part: Part, config: Redact) -> Part:
    """The part with placeholders; a note tells how many values of each kind a record had, never one of them."""
    import polars as pl

    from prep.personal.find import find
    from prep.personal.replace import Numbering
    from prep.stages.part import data_columns

    columns = [name for name in data_columns(part.frame.columns) if name not in (part.label, part.group)]
    strings = _strings(part, columns, config)
    texts = pl.Series("text", [text for *_, text in strings], dtype=pl.String)
    found = find(texts, config.find, config.patterns, config.regions)
    if found.is_empty():
        return part
    hits: dict[int, dict[int, list[tuple[int, int, str, str]]]] = {}
    for at, start, end, kind, value in found.iter_rows():
        hits.setdefault(strings[at][1], {}).setdefault(at, []).append((start, end, kind, value))
    cells: dict[str, list[str | None]] = {}
    details: dict[str, list[int]] = {}
    for row, own in hits.items():
        numbering = Numbering()
        for name in columns:
            numbering.reserve(part.frame[name][row] or "")
        _replace(part, row, own, strings, numbering, cells)
        details.setdefault(numbering.counts(), []).append(row)
    part = part.with_columns(*(pl.Series(name, values, dtype=pl.String) for name, values in cells.items()))
    for detail, rows in details.items():
        mask = pl.Series("mask", range(part.frame.height)).is_in(pl.Series(rows).implode())
        part = part.note(mask, detail)
    return part


# (column, row, start, end, text): start and end are a JSON token's in its cell, or None for a cell that is the text.
_String = tuple[str, int, int | None, int | None, str]


def _strings(part: Part, columns: list[str], config: Redact) -> list[_String]:
    """Every string that may hold something, in the order of columns and places; found by one native pass a column."""
    from prep.personal.find import gate
    from prep.personal.replace import json_strings

    found: list[_String] = []
    pattern = gate(config.find, config.patterns)
    for name in columns if pattern else ():
        column = part.frame[name]
        is_json = _json_cells(part, name)
        rows = column.str.contains(pattern).fill_null(False) | (is_json & column.str.contains("\\u", literal=True))
        for row in rows.arg_true().to_list():
            if is_json[row]:
                found += [(name, row, start, end, text) for start, end, text in json_strings(column[row])]
            else:
                found.append((name, row, None, None, column[row]))
    return found


def _json_cells(part: Part, name: str) -> pl.Series:
    """Boolean, one a record: the cell holds JSON, a conversation among it."""
    import msgspec
    import polars as pl

    if name in part.turns:
        return pl.Series("json", [True] * part.frame.height, dtype=pl.Boolean)
    return part.column("_json").str.contains(msgspec.json.encode(name).decode(), literal=True).fill_null(False)


def _replace(
    part: Part,
    row: int,
    own: dict[int, list[tuple[int, int, str, str]]],
    strings: list[_String],
    numbering: Any,
    cells: dict[str, list[str | None]],
) -> None:
    """Write the changed cells of one record into `cells`."""
    from prep.personal.replace import as_json, substitute

    changed: dict[str, list[tuple[int, int, str]]] = {}
    for at, spans in own.items():
        name, _, start, end, text = strings[at]
        new = substitute(text, spans, numbering)
        if start is None or end is None:
            changed[name] = [(0, len(text), new)]
        else:
            changed.setdefault(name, []).append((start, end, as_json(new)))
    for name, pieces in changed.items():
        column = cells.setdefault(name, part.frame[name].to_list())
        text = column[row] or ""
        for start, end, new in reversed(pieces):
            text = text[:start] + new + text[end:]
        column[row] = text

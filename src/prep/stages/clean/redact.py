"""The step `redact`."""

from __future__ import annotations

import difflib
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, computed_field, model_validator

from prep.stages.clean.gate import with_values
from prep.stages.clean.patterns import checked
from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from prep.personal.find import Search
    from prep.stages.part import Part


def _patterns(patterns: dict[str, str]) -> dict[str, str]:
    for name, pattern in patterns.items():
        _named(name)
        checked([pattern])
    return patterns


def _dictionaries(lists: dict[str, list[str]]) -> dict[str, list[str]]:
    for name in lists:
        _named(name)
    return lists


def _named(name: str) -> None:
    if not name.isidentifier() or not name.isascii():
        raise ValueError(f"`{name}` names a placeholder: letters, digits and `_` only")


def _regions(regions: list[str]) -> list[str]:
    for region in regions:
        if not re.fullmatch("[A-Z]{2}", region):
            raise ValueError(f"`{region}` is no country: two capital letters, `US` for example")
    return regions


def _kinds(names: list[str]) -> list[str]:
    from prep.personal.kinds import EXTRAS, KINDS
    from prep.personal.recognizers import RECOGNIZERS

    known = [*KINDS, *RECOGNIZERS]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f", did you mean `{near[0]}`?" if near else f"; there are {', '.join(known)}"
            raise ValueError(f"there is no kind `{name}`{meant}")
        extra = EXTRAS.get(name)
        if extra is not None and find_spec("stdnum") is None:
            raise ValueError(f"`{name}` needs the package python-stdnum: pip install 'prep[{extra}]'")
    return names


class Redact(StepConfig):
    """Replace personal data and secrets by numbered placeholders.

    `[EMAIL_1]` stands for the same address wherever it stands in a record, `[EMAIL_2]` for the next. Every string of
    the record is searched, in every column, every turn and inside JSON, but for the label and the group; ids are not.
    Numbers with a checksum count only where it is right; docket numbers, cites and section numbers stay. After `format`
    the finished lines are searched once more, the template's own words excepted: a hit fails the run.

    Alone, `redact` looks for every kind that needs no extra. Names and street addresses have no shape: `dictionary`
    finds those of lists, a plug-in's recognizer others. `mode: drop` drops the record as `personal_data`;
    `mode: pseudonym` puts `[EMAIL_3f9a1c77b2d0]`, the same for the same value in all records, made with the key in an
    environment variable, of which only a fingerprint is kept.
    """

    find: Annotated[list[str], AfterValidator(_kinds)] | None = Field(
        None,
        description="kinds of data to find: email, phone, url_credentials, us_ssn, us_itin, uk_nino, iban, "
        "credit_card, ip_address, mac_address, date_of_birth, private_key, jwt, api_key, secret; with prep[ids] "
        "eu_vat, national_id; a recognizer's name. Default: all that need no extra, unless patterns or lists are given",
    )
    patterns: Annotated[dict[str, str], AfterValidator(_patterns)] = Field(
        default_factory=dict, description="own kinds, `name: regular expression` (Rust syntax)"
    )
    dictionary: Annotated[dict[str, Names], AfterValidator(_dictionaries)] = Field(
        default_factory=dict, description="own kinds by lists, `name: file` (one entry a line, whole words)"
    )
    mode: Literal["placeholder", "mask", "drop", "pseudonym"] = Field(
        "placeholder", description="what becomes of a find; mask: `*` for each letter and digit"
    )
    key_from: str = Field("PREP_PSEUDONYM_KEY", description="environment variable with the key of pseudonyms")
    regions: Annotated[Names, AfterValidator(_regions)] = Field(
        ["US", "GB", "DE"], description="countries whose phone numbers are found in national form, ISO 3166 codes"
    )
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"find": ["email", "phone", "iban"], "patterns": {"matter": "M-[0-9]{6}"}},
            "before": "Write to jane@example.com or call (212) 555-0123; jane@example.com knows M-123456, No. 22-1234.",
            "after": "Write to [EMAIL_1] or call [PHONE_1]; [EMAIL_1] knows [MATTER_1], No. 22-1234.",
        },
        {
            "settings": {"dictionary": {"person": "names.txt"}, "mode": "mask"},
            "files": {"names.txt": "Jane Roe\n"},
            "before": "For Jane Roe by Jane Roebuck.",
            "after": "For **** *** by Jane Roebuck.",
        },
        {"settings": {"mode": "drop"}, "before": "The password is hunter2!", "reason": "personal_data"},
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.find == [] and not self.patterns and not self.dictionary:
            raise ValueError("`redact` with an empty `find` looks for nothing: leave `find` out to look for all kinds")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def key_fingerprint(self) -> str | None:
        """What a task's key says of the pseudonyms' key."""
        from prep.personal.pseudonyms import fingerprint

        return fingerprint(self.key_from) if self.mode == "pseudonym" else None

    def files(self) -> list[str]:
        """The lists."""
        return [name for names in self.dictionary.values() for name in names]

    def search(self, base: Path) -> Search:
        """What to look for; the lists are read from `base`."""
        from prep.personal.dictionary import load_entries
        from prep.personal.find import Search
        from prep.personal.kinds import DEFAULT

        kinds = self.find
        if kinds is None:
            kinds = [] if self.patterns or self.dictionary else list(DEFAULT)
        lists = {name: load_entries([base / file for file in files]) for name, files in self.dictionary.items()}
        return Search(kinds, self.patterns, lists, self.regions)


@step
def redact(part: Part, config: Redact) -> Part:
    """The part with placeholders; a note tells how many values of each kind a record had, never one of them."""
    import polars as pl

    from prep.personal.find import find
    from prep.personal.pseudonyms import pseudonym_key
    from prep.personal.replace import Numbering
    from prep.stages.part import data_columns

    key = pseudonym_key(config.key_from) if config.mode == "pseudonym" else None
    search = config.search(part.base)
    columns = [name for name in data_columns(part.frame.columns) if name not in (part.label, part.group)]
    strings = _strings(part, columns, search)
    texts = pl.Series("text", [text for *_, text in strings], dtype=pl.String)
    found = find(texts, search)
    if found.is_empty():
        return part
    hits: dict[int, dict[int, list[tuple[int, int, str, str]]]] = {}
    for at, start, end, kind, value in found.iter_rows():
        hits.setdefault(strings[at][1], {}).setdefault(at, []).append((start, end, kind, value))
    cells: dict[str, dict[int, str]] = {}
    details: dict[str, list[int]] = {}
    for row, own in hits.items():
        numbering = Numbering(config.mode, key)
        for name in columns:
            numbering.reserve(part.frame[name][row] or "")
        _replace(part, row, own, strings, numbering, cells)
        details.setdefault(numbering.counts(), []).append(row)
    part = part.with_columns(*(with_values(part.frame[name], changed) for name, changed in cells.items()))
    for detail, rows in details.items():
        mask = pl.Series("mask", range(part.frame.height)).is_in(pl.Series(rows).implode())
        part = part.note(mask, detail)
        if config.mode == "drop":
            part = part.drop(mask, "personal_data", detail=detail)
    return part


# (column, row, start, end, text): start and end are a JSON token's in its cell, or None for a cell that is the text.
_String = tuple[str, int, int | None, int | None, str]


def _strings(part: Part, columns: list[str], search: Search) -> list[_String]:
    """Every string that may hold something, in the order of columns and places; found by one native pass a column."""
    from prep.personal.replace import json_strings
    from prep.personal.rescan import suspects

    found: list[_String] = []
    for name in columns:
        column = part.frame[name]
        is_json = _json_cells(part, name)
        rows = suspects(column, search, is_json=bool(is_json.any()))
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
    cells: dict[str, dict[int, str]],
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
        text = part.frame[name][row] or ""
        for start, end, new in reversed(pieces):
            text = text[:start] + new + text[end:]
        cells.setdefault(name, {})[row] = text

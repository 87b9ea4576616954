"""What stands around the messages: tools, two answers, fields for a grader; values from columns keep their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from prep.stages.format.templates import Rendered, TemplateFailed
from prep.stages.format.values import values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.stages.format.settings import Format
    from prep.stages.part import Part

encode = msgspec.json.Encoder().encode
_LIST = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ANY = msgspec.json.Decoder().decode
_NAMES = msgspec.json.Decoder(list[str]).decode
_BROKEN = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)


class Unusable(Exception):  # noqa: N818
    """A record that can be no example: the reason it is dropped for, and what is wrong."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail[:200]


class Row(NamedTuple):
    """One record: what templates see of it, and the cells of columns that are taken as they are."""

    seen: dict[str, Any]
    cells: dict[str, str | None]
    json: frozenset[str]  # the columns whose cell is JSON, not a string


def rows(part: Part, settings: Format) -> Iterator[Row]:
    """What an example is made of, a record at a time."""
    templates = [Rendered(text) for _, text in settings.templates()]
    names = list(dict.fromkeys(name for _, name in settings.columns()))
    told = part.column("_json").to_list()
    if not names:
        yield from (Row(seen, {}, frozenset()) for seen in values(part, templates))
        return
    frame = pl.DataFrame([part.column(name).alias(name) for name in names])
    for seen, cells, listed in zip(values(part, templates), frame.iter_rows(named=True), told, strict=True):
        yield Row(seen, cells, frozenset(_NAMES(listed)) if listed else frozenset())


def text(template: Rendered, row: Row, what: str) -> str:
    """A template's text; Unusable, as `template_failed`, where it cannot be made."""
    try:
        return template.text(row.seen)
    except TemplateFailed as error:
        raise Unusable("template_failed", f"{what}: {error}") from error


def listed(cell: str | None, column: str) -> msgspec.Raw | None:
    """A JSON list with its bytes; None for a blank cell and an empty list. Unusable where it is no list."""
    if cell is None or not cell.strip() or cell.strip() == "null":
        return None
    try:
        _ANY(cell)  # parsed whole: text between quotes that is no valid string is found too
        return msgspec.Raw(cell.strip().encode()) if _LIST(cell) else None
    except _BROKEN as error:
        raise Unusable("tools_invalid", f"{column} is no JSON list: {error}") from error


class Frame:
    """Puts lines together from their messages, as `format` and its method ask."""

    def __init__(self, settings: Format) -> None:
        self.settings = settings
        preference, reinforcement = settings.preference, settings.reinforcement
        self._answers = (
            [Rendered(one) for one in (preference.preferred, preference.non_preferred)] if preference else []
        )
        self._fields = {name: Rendered(one) for name, one in reinforcement.fields.items()} if reinforcement else {}
        self._columns = reinforcement.columns if reinforcement else []
        self._system = Rendered(settings.system) if settings.system is not None else None
        self._role = "developer" if reinforcement else "system"

    def system(self, row: Row) -> list[dict[str, Any]]:
        """The system message, if there is to be one."""
        return [{"role": self._role, "content": text(self._system, row, "system")}] if self._system else []

    def line(self, messages: Sequence[Any], row: Row) -> str:
        """The whole line as JSON on one line. Unusable where something in it cannot be made."""
        settings = self.settings
        asked: dict[str, Any] = {"messages": messages}
        if settings.tools is not None:
            tools = listed(row.cells[settings.tools], settings.tools)
            if tools is not None:
                asked["tools"] = tools
        if settings.parallel_tool_calls is not None and ("tools" in asked or settings.tools is None):
            asked["parallel_tool_calls"] = settings.parallel_tool_calls
        if self._answers:
            names = ("preferred", "non_preferred")
            said = [text(one, row, name) for one, name in zip(self._answers, names, strict=True)]
            better, worse = ([{"role": "assistant", "content": one}] for one in said)
            asked = {"input": asked, "preferred_output": better, "non_preferred_output": worse}
        for name, template in self._fields.items():
            asked[name] = text(template, row, f"fields.{name}")
        for name in self._columns:
            asked[name] = self._field(row, name)
        return one_line(encode(asked).decode())

    def _field(self, row: Row, name: str) -> Any:
        cell = row.cells[name]
        if cell is None or not cell.strip():
            raise Unusable("value_missing", name)
        return msgspec.Raw(cell.encode()) if name in row.json else cell


def one_line(text: str) -> str:
    """JSON text on one line: a line end in it can only stand between values, never inside a string."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def with_examples(part: Part, made: Sequence[str | Unusable | None]) -> Part:
    """The part with `_example`, and the unusable records dropped for their reasons."""
    lines = [one if isinstance(one, str) else None for one in made]
    part = part.with_columns(pl.Series("_example", lines, dtype=pl.String))
    failed = [one if isinstance(one, Unusable) else None for one in made]
    reasons = pl.Series("reason", [one and one.reason for one in failed], dtype=pl.String)
    details = pl.Series("detail", [one and one.detail for one in failed], dtype=pl.String)
    for reason in reasons.drop_nulls().unique().sort():
        part = part.drop(where=reasons == reason, reason=reason, detail=details)
    return part

"""What the columns of a table seem to mean: by their names, and where these say nothing, by their values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

_ASKED = ("question", "prompt", "input", "instruction", "query", "user", "request", "subject", "customer_message")
_ANSWERED = ("answer", "completion", "output", "response", "reply", "assistant", "solution", "agent_message")
_LABELS = ("label", "category", "class", "intent", "type", "topic", "tag", "sentiment")
_TEXTS = ("text", "body", "content", "message", "clause", "sentence", "document", "description", "title")
_TALK = ("conversation_id", "ticket_id", "thread_id", "dialog_id", "dialogue_id", "chat_id", "case_id", "session_id")
_ROLES = ("role", "author_type", "sender_type", "speaker", "sender", "author", "from")
_TIMES = ("sent_at", "created_at", "timestamp", "time", "date", "order", "position", "turn")
_IDS = ("id", "uuid", "key")
_ASSISTANTS = (
    "assistant",
    "agent",
    "bot",
    "support",
    "staff",
    "operator",
    "gpt",
    "model",
    "employee",
    "representative",
)
_SYSTEMS = ("system", "automation", "note")


@dataclass(frozen=True)
class Columns:
    """What the columns of a table seem to mean."""

    names: list[str]
    id: str | None = None
    asked: str | None = None
    answered: str | None = None
    text: str | None = None
    label: str | None = None
    talk: str | None = None
    role: str | None = None
    time: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    chat: str | None = None
    guessed: str = ""  # what was taken for what although no name says so, as a sentence


def columns_of(table: Path) -> Columns:
    """What the columns of `table` seem to mean.

    InputError where there is no such table, or nothing in it that a model could read.
    """
    if not table.is_file():
        raise InputError("there is no such table", where=str(table))
    batches = _batches(table)
    frame = next(batches)
    found = _by_names(frame) or _by_values(frame)
    if found is None:
        names = ", ".join(frame.columns[:20])
        raise InputError(
            "no column of this table holds text" if names else "the table has no columns",
            where=str(table),
            hint=(f"they are {names}; " if names else "") + "`prep init NAME` makes a pipeline file to start from",
        )
    return _confirmed(found, frame, batches)


def _batches(table: Path) -> Iterator[pl.DataFrame]:
    """The table's data in slices of about a MiB, read as a run reads it."""
    from prep.stages.ingest.discover import discover
    from prep.stages.ingest.preview import FIRST_BYTES
    from prep.stages.ingest.read import read
    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.slices import Slice
    from prep.stages.part import data_columns

    source = Source(path=table.name)
    [file] = discover([source], table.parent)
    if file.format not in ("csv", "tsv", "jsonl", "parquet"):
        raise InputError("a table is a .csv, .tsv, .jsonl or .parquet file", where=str(table))
    piece = Slice(0, table.stat().st_size, 1, "")
    for batch in read(source, [(file, piece)], batch_bytes=FIRST_BYTES, base=table.parent):
        frame = batch.frame
        yield frame.select(name for name in data_columns(frame.columns) if name)


def _by_names(frame: pl.DataFrame) -> Columns | None:
    names = frame.columns
    talk, role, text = _named(names, _TALK), _named(names, _ROLES), _named(names, _TEXTS)
    if talk and role and text:
        return Columns(names, text=text, talk=talk, role=role, time=_named(names, _TIMES))
    asked, answered = _named(names, _ASKED), _named(names, _ANSWERED)
    unique = _named(names, _IDS)
    if asked and answered and asked != answered:
        return Columns(names, unique, asked, answered)
    label = _label(frame, _named(names, _LABELS))
    text = text or asked
    if text and label and text != label:
        return Columns(names, unique, text=text, label=label)
    return None


def _by_values(frame: pl.DataFrame) -> Columns | None:
    """Finished examples; else two columns of text; else one of text and one whose values repeat; else text alone."""
    names = frame.columns
    unique = _named(names, _IDS)
    if "messages" in names and _share(frame["messages"], r"^\[\s*\{") == 1:
        return Columns(names, unique, chat="messages")
    texts = [name for name in names if name != unique and _share(frame[name], r"\pL.*\s.*\pL") > 0.5]
    labels = [name for name in names if name not in (unique, *texts) and _label(frame, name)]
    texts = [name for name in texts if frame[name].n_unique() > 1] or texts
    repeated = [name for name in texts if _label(frame, name)]
    if len(texts) > 1 and not repeated:
        told = f"`{texts[0]}` is taken for what is asked and `{texts[1]}` for the answer: no name says so."
        return Columns(names, unique, texts[0], texts[1], guessed=told)
    own = [name for name in texts if name not in repeated] or texts
    labels = [name for name in (*labels, *repeated) if name not in own[:1]]
    if own and labels:
        told = f"`{own[0]}` is taken for the text and `{labels[0]}` for its label: no name says so."
        return Columns(names, unique, text=own[0], label=labels[0], guessed=told)
    if own:
        told = f"`{own[0]}` is the only text: it is cleaned and written as a table; training needs an answer, too."
        return Columns(names, unique, text=own[0], guessed=told)
    return None


def _share(column: pl.Series, pattern: str) -> float:
    """The share of the values that match; 0 where there are none."""
    values = column.drop_nulls()
    values = values.filter(values != "")
    return int(values.str.contains(f"(?s){pattern}").sum()) / len(values) if len(values) else 0.0


def _confirmed(found: Columns, first: pl.DataFrame, others: Iterator[pl.DataFrame]) -> Columns:
    """With the id only where every row of the table has its own, and with every name of a role."""
    wanted = [name for name in (found.id, found.role) if name]
    if not wanted:
        return found
    import polars as pl

    whole = pl.concat([first.select(wanted), *(frame.select(wanted) for frame in others)])
    unique = _unique_id(whole, found.id)
    return replace(found, id=unique, roles=_roles(whole[found.role]) if found.role else {})


def _named(names: list[str], wanted: tuple[str, ...]) -> str | None:
    """The column that is called like one of `wanted`, the first of them first; else one that contains it as a word."""
    plain = {name: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names}
    for exact in (True, False):
        for word in wanted:
            for name, told in plain.items():
                if told == word if exact else word in told.split("_"):
                    return name
    return None


def _unique_id(frame: pl.DataFrame, name: str | None) -> str | None:
    """The id column, if every row has one and none stands twice."""
    if name is None or frame[name].null_count() or frame[name].n_unique() < frame.height:
        return None
    return name


def _label(frame: pl.DataFrame, name: str | None) -> str | None:
    """The label column, if its values repeat: a column of a thousand different values is no label."""
    return name if name is not None and 1 < frame[name].n_unique() <= max(2, frame.height // 2) else None


def _roles(column: pl.Series) -> dict[str, str]:
    values = [value for value in column.unique().sort().to_list() if value][:20]
    known = {value: _meaning(value.lower()) for value in values}
    return {value: role for value, role in known.items() if value != role}


def _meaning(value: str) -> str:
    if any(word in value for word in _ASSISTANTS):
        return "assistant"
    return "system" if any(word in value for word in _SYSTEMS) else "user"

"""A first pipeline: a folder that runs as it is, or a pipeline file fitted to the columns of a table at hand."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from prep.errors import InputError, UsageError

if TYPE_CHECKING:
    import polars as pl

RESOURCES = Path(__file__).parents[1] / "resources" / "starter"
FILES = ("pipeline.yaml", "Makefile", ".gitignore")
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


def start(folder: Path, table: Path | None) -> list[str]:
    """Write a pipeline file, a Makefile and a .gitignore into `folder`; without a `table`, a small one too.

    Returns the names of what was written. Nothing is overwritten: UsageError names what is in the way. InputError where
    the table cannot be read or its columns do not tell what is asked and answered.
    """
    own = FILES if table is not None else (*FILES, "data/qa.csv")
    taken = [name for name in own if os.path.lexists(folder / name)]
    if taken:
        raise UsageError(
            f"{', '.join(taken)} {'is' if len(taken) == 1 else 'are'} there already",
            where=str(folder),
            hint="name a new folder: prep init NAME",
        )
    if table is None:
        text = _pipeline("data/qa.csv", Columns(["id", "topic", "question", "answer"], "id", "question", "answer"))
    else:
        text = _pipeline(Path(os.path.relpath(table, folder)).as_posix(), columns_of(table))
    folder.mkdir(parents=True, exist_ok=True)
    if table is None:
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "qa.csv").write_bytes((RESOURCES / "qa.csv").read_bytes())
    (folder / "pipeline.yaml").write_text(text, encoding="utf-8")
    (folder / "Makefile").write_bytes((RESOURCES / "Makefile").read_bytes())
    (folder / ".gitignore").write_bytes((RESOURCES / "gitignore").read_bytes())
    return list(own)


def columns_of(table: Path) -> Columns:
    """What the columns of `table` seem to mean, by their names and, for roles and labels, by their values."""
    from prep.stages.tables import load_table

    if not table.is_file():
        raise InputError("there is no such table", where=str(table))
    frame = load_table(table)
    names = [name for name in frame.columns if name and not name.startswith("_")]
    talk, role, text = _named(names, _TALK), _named(names, _ROLES), _named(names, _TEXTS)
    if talk and role and text:
        return Columns(names, text=text, talk=talk, role=role, time=_named(names, _TIMES), roles=_roles(frame[role]))
    asked, answered = _named(names, _ASKED), _named(names, _ANSWERED)
    unique = _unique_id(frame, _named(names, _IDS))
    if asked and answered and asked != answered:
        return Columns(names, unique, asked, answered)
    label = _label(frame, _named(names, _LABELS))
    text = text or asked
    if text and label and text != label:
        return Columns(names, unique, text=text, label=label)
    raise InputError(
        "the columns do not tell what is asked and what is answered",
        where=str(table),
        hint=f"they are {', '.join(names[:20])}; rename them question and answer, or text and label, "
        "or write the pipeline file by hand: `prep init NAME` makes one to start from",
    )


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
    return name if name is not None and frame[name].n_unique() <= max(2, frame.height // 2) else None


def _roles(column: pl.Series) -> dict[str, str]:
    values = [value for value in column.unique().sort().to_list() if value][:20]
    known = {value: _meaning(value.lower()) for value in values}
    return {value: role for value, role in known.items() if value != role}


def _meaning(value: str) -> str:
    if any(word in value for word in _ASSISTANTS):
        return "assistant"
    return "system" if any(word in value for word in _SYSTEMS) else "user"


def _pipeline(path: str, columns: Columns) -> str:
    """The text of a pipeline file for these columns."""
    columns, renamed = _speakable(columns) if not columns.talk else (columns, {})
    lines = ["# Run it: prep run pipeline.yaml     Paths are relative to this file.", ""]
    if columns.label:
        lines += [f"label: {_quoted(columns.label)}", ""]
    if columns.talk:
        lines += [f"group: {_quoted(columns.talk)}", ""]
    lines += ["target: {provider: azure, model: gpt-4.1-mini}    # `prep models` lists what there is", ""]
    lines += ["ingest:", f"  - path: {_quoted(path)}"]
    if columns.talk:
        order = f", order: {_quoted(columns.time)}" if columns.time else ""
        roles = ", ".join(f"{_quoted(value)}: {role}" for value, role in columns.roles.items())
        role, text = _quoted(columns.role or ""), _quoted(columns.text or "")
        lines += [f"    conversation: {{by: {_quoted(columns.talk)}{order}, role: {role}, text: {text},"]
        lines += [f"                   roles: {{{roles}}}}}    # who is who: assistant, user or system"]
    else:
        texts = [name for name in (columns.asked, columns.answered, columns.text) if name]
        lines += [f"    id: {_quoted(columns.id)}"] if columns.id else []
        lines += [f"    text: [{', '.join(map(_quoted, texts))}]"]
        pairs = ", ".join(f"{_quoted(old)}: {new}" for old, new in renamed.items())
        lines += [f"    columns: {{{pairs}}}"] if renamed else []
    lines += ["", "clean:", "  - normalize_text", "  - redact: {find: [email, phone]}", ""]
    lines += ["dedupe: {exact: true, near: {threshold: 0.9}}", "", "format:"]
    if columns.talk:
        lines += ["  conversation: turns", "  system: You are a helpful support agent."]
    elif columns.label:
        lines += ["  system: Answer with one label.", f'  user: "{{{{ {columns.text} }}}}"']
        lines += [f'  assistant: "{{{{ {columns.label} }}}}"']
    else:
        lines += ["  system: Answer the question briefly and kindly."]
        lines += [f'  user: "{{{{ {columns.asked} }}}}"', f'  assistant: "{{{{ {columns.answered} }}}}"']
    lines += ["", "split:", "  into: {train: 0.8, validation: 0.2}"]
    lines += ["  stratify: true"] if columns.label else []
    lines += ["", "output:", "  directory: build/dataset"]
    return "\n".join(lines) + "\n"


def _speakable(columns: Columns) -> tuple[Columns, dict[str, str]]:
    """The columns under names that a template can speak, and which were renamed for it, old: new."""
    renamed: dict[str, str] = {}
    for role in ("asked", "answered", "text", "label"):
        name = getattr(columns, role)
        if name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            new = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
            taken = {*columns.names, *renamed.values()}
            renamed[name] = role if not new or new[0].isdigit() or new in taken else new

    def told(name: str | None) -> str | None:
        return renamed.get(name, name) if name is not None else None

    asked, answered = told(columns.asked), told(columns.answered)
    return replace(columns, asked=asked, answered=answered, text=told(columns.text), label=told(columns.label)), renamed


def _quoted(text: str) -> str:
    """A YAML scalar: plain where it may be."""
    plain = re.fullmatch(r"[A-Za-z_./][A-Za-z0-9_./ -]*", text) and text.lower() not in (
        "yes", "no", "on", "off", "true", "false", "null", "y", "n",
    )  # fmt: skip
    return text if plain and not text.endswith(" ") else "'" + text.replace("'", "''") + "'"

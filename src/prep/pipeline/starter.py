"""A first pipeline: a folder that runs as it is, or a pipeline file fitted to the columns of a table at hand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from prep.errors import UsageError
from prep.pipeline.columns import Columns, columns_of

RESOURCES = Path(__file__).parents[1] / "resources" / "starter"
FILES = ("pipeline.yaml", "Makefile", ".gitignore")

_TEMPLATE_WORDS = frozenset("true false none and or not in is if else elif for".split())


class Started(NamedTuple):
    """The names of the files that were written, what was guessed of the table's columns (a sentence or ""), and how
    prep is called here.
    """

    files: list[str]
    guessed: str
    command: str


def start(folder: Path, table: Path | None) -> Started:
    """Write a pipeline file, a Makefile and a .gitignore into `folder`; without a `table`, a small one too.

    Nothing is overwritten: UsageError names what is in the way. InputError where the table cannot be read or holds no
    text.
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
        path, columns = "data/qa.csv", Columns(["id", "topic", "question", "answer"], "id", "question", "answer")
    else:
        path, columns = Path(os.path.relpath(table, folder)).as_posix(), columns_of(table)
    text = _pipeline(path, columns)
    folder.mkdir(parents=True, exist_ok=True)
    if table is None:
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "qa.csv").write_bytes((RESOURCES / "qa.csv").read_bytes())
    (folder / "pipeline.yaml").write_text(text, encoding="utf-8")
    command = _command()
    makefile = (RESOURCES / "Makefile").read_text(encoding="utf-8")
    (folder / "Makefile").write_text(makefile.replace("PREP ?= prep", f"PREP ?= {command}"), encoding="utf-8")
    (folder / ".gitignore").write_bytes((RESOURCES / "gitignore").read_bytes())
    return Started(list(own), columns.guessed, command)


def _command() -> str:
    """How a shell calls this prep: by its name where that is known, else by its place in an environment."""
    if shutil.which("prep") is not None:
        return "prep"
    script = Path(sys.executable).with_name("prep")
    return shlex.quote(str(script)) if script.is_file() else f"{shlex.quote(sys.executable)} -m prep"


def _pipeline(path: str, columns: Columns) -> str:
    """The text of a pipeline file for these columns."""
    columns, renamed = _speakable(columns) if not columns.talk else (columns, {})
    lines = ["# Run it: prep run pipeline.yaml     Paths are relative to this file."]
    lines += [f"# {' '.join(columns.guessed.split())}", ""] if columns.guessed else [""]
    if columns.label:
        lines += [f"label: {_quoted(columns.label)}", ""]
    if columns.talk:
        lines += [f"group: {_quoted(columns.talk)}", ""]
    lines += ["target: {provider: azure, model: gpt-4.1-mini}    # `prep models` lists what there is", ""]
    lines += ["ingest:", f"  - path: {_quoted(path)}", *_source(columns, renamed)]
    lines += ["", "clean:", "  - normalize_text", "  - redact: {find: [email, phone]}", ""]
    lines += ["dedupe: {exact: true, near: {threshold: 0.9}}", ""]
    chat = _format(columns)
    if chat:
        lines += ["format:", *chat, "", "split:", "  into: {train: 0.8, validation: 0.2}"]
        lines += ["  stratify: true"] if columns.label else []
        lines += [""]
    lines += ["output:", "  directory: build/dataset"]
    lines += ["  records: dataset.csv"] if not chat else []
    return "\n".join(lines) + "\n"


def _source(columns: Columns, renamed: dict[str, str]) -> list[str]:
    if columns.talk:
        order = f", order: {_quoted(columns.time)}" if columns.time else ""
        roles = ", ".join(f"{_quoted(value)}: {role}" for value, role in columns.roles.items())
        who, text = _quoted(columns.role or ""), _quoted(columns.text or "")
        return [
            f"    conversation: {{by: {_quoted(columns.talk)}{order}, role: {who}, text: {text},",
            f"                   roles: {{{roles}}}}}    # who is who: assistant, user or system",
        ]
    lines = [f"    id: {_quoted(columns.id)}"] if columns.id else []
    texts = [name for name in (columns.asked, columns.answered, columns.text) if name]
    lines += [f"    text: [{', '.join(map(_quoted, texts))}]"] if texts else []
    pairs = ", ".join(f"{_quoted(old)}: {new}" for old, new in renamed.items())
    return [*lines, f"    columns: {{{pairs}}}"] if renamed else lines


def _format(columns: Columns) -> list[str]:
    if columns.talk:
        return ["  conversation: turns", "  system: You are a helpful support agent."]
    if columns.chat:
        return ["  passthrough: true"]
    if columns.label:
        return _turns("Answer with one label.", columns.text, columns.label)
    return _turns("Answer the question briefly and kindly.", columns.asked, columns.answered) if columns.asked else []


def _turns(system: str, asked: str | None, answered: str | None) -> list[str]:
    return [f"  system: {system}", f'  user: "{{{{ {asked} }}}}"', f'  assistant: "{{{{ {answered} }}}}"']


def _speakable(columns: Columns) -> tuple[Columns, dict[str, str]]:
    """The columns under names that a template can speak, and which were renamed for it, old: new."""
    renamed: dict[str, str] = {}
    for role in ("asked", "answered", "text", "label"):
        name = getattr(columns, role)
        if name is not None and (not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or name in _TEMPLATE_WORDS):
            new = re.sub(r"\W+", "_", name.lower(), flags=re.ASCII).strip("_")
            taken = {*columns.names, *renamed.values()}
            odd = not new or new[0].isdigit() or new in taken or new in _TEMPLATE_WORDS
            renamed[name] = f"{role}_column" if odd and role in taken else role if odd else new

    def told(name: str | None) -> str | None:
        return renamed.get(name, name) if name is not None else None

    asked, answered = told(columns.asked), told(columns.answered)
    return replace(columns, asked=asked, answered=answered, text=told(columns.text), label=told(columns.label)), renamed


def _quoted(text: str) -> str:
    """A YAML scalar: plain where it may be."""
    if not text.isprintable():
        return json.dumps(text)
    plain = re.fullmatch(r"[A-Za-z_./][A-Za-z0-9_./ -]*", text) and text.lower() not in (
        "yes", "no", "on", "off", "true", "false", "null", "y", "n",
    )  # fmt: skip
    return text if plain and not text.endswith(" ") else "'" + text.replace("'", "''") + "'"

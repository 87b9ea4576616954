"""What two sections must agree on, and what can be said of single values without looking at any data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from prep.chat.graders import item_paths
from prep.pipeline.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.errors import Problem
    from prep.pipeline.positions import Positions, Where


_TEMPLATE_HINT = "templates are minijinja: {{ column }}, {% if column %}...{% endif %}"


def check(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    """Problems of a whole file's data, which may be wrong in other ways as well."""
    for find in (
        _stratify,
        _newest,
        _conflicts,
        _written,
        _subsets,
        _from_path,
        _own_columns,
        _name,
        _templates,
        _method,
        _grader,
        _pruned,
    ):
        yield from (problem for problem in find(data, positions))


def get(data: Any, *path: str | int) -> Any:
    """The value at `path`, or None."""
    for piece in path:
        if isinstance(data, dict):
            data = data.get(piece)
        elif isinstance(data, list) and isinstance(piece, int) and piece < len(data):
            data = data[piece]
        else:
            return None
    return data


def _stratify(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    if get(data, "split", "stratify") is True and data.get("label") is None:
        yield positions.problem(
            ("split", "stratify"),
            "`stratify` needs a `label`",
            "name the label's column at the top: `label: column`",
            key=True,
        )


def _newest(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    near = ("dedupe", "near")
    if get(data, *near, "keep") == "newest" and get(data, *near, "newest") is None:
        yield positions.problem(
            (*near, "keep"), "`keep: newest` needs to know what is new", "name the column beside it: `newest: column`"
        )


def _conflicts(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    how = get(data, "dedupe", "conflicts")
    if how is not None and data.get("label") is None:
        yield positions.problem(
            ("dedupe", "conflicts"),
            "`conflicts` needs a `label`",
            "name the label's column at the top: `label: column`",
            key=True,
        )
    if how == "keep_newest" and get(data, "dedupe", "newest") is None:
        yield positions.problem(
            ("dedupe", "conflicts"),
            "`conflicts: keep_newest` needs to know what is new",
            "name the column beside it: `newest: column`",
        )


def _written(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    if data.get("format") is not None or positions.reported(("format",)) or ("format",) in positions.empty:
        return
    wanting = [
        name for name in ("finetune", "fewshot", "cost", "subsets") if get(data, "output", name) not in (None, False)
    ]
    for name in wanting:
        yield positions.problem(
            ("output", name),
            f"`{name}` needs a `format`",
            "say how a record becomes an example: `format: ...`",
            key=True,
        )
    if not wanting and get(data, "output", "records") is None:
        yield positions.problem(
            ("output",),
            "this pipeline writes nothing",
            "add a `format` for training files, or `output: {records: clean.jsonl}` for the cleaned records",
            key=True,
        )


def _subsets(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    if get(data, "output", "subsets") in (None, False):
        return
    where = ("output", "subsets")
    if get(data, "output", "finetune") is False:
        yield positions.problem(
            where, "`subsets` are parts of the training file", "take `finetune: false` out", key=True
        )
    into = get(data, "split", "into")
    if isinstance(into, dict) and "train" not in into:
        yield positions.problem(
            where, "`subsets` are parts of a split `train`", "call the largest side of `split.into` so", key=True
        )


def _from_path(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    sources = data.get("ingest")
    for number, source in enumerate(sources if isinstance(sources, list) else []):
        pattern = get(source, "from_path")
        where = ("ingest", number, "from_path")
        if not isinstance(pattern, str):
            continue
        try:
            groups = re.compile(pattern).groupindex
        except (re.error, RecursionError, OverflowError) as error:
            yield positions.problem(where, f"`from_path` is not a regular expression: {error}", _regex_hint(pattern))
            continue
        if not groups:
            yield positions.problem(where, "`from_path` names no column", "write a named group: '(?P<client>[^/]+)/'")
        for name in groups:
            if name.startswith("_"):
                yield positions.problem(where, *_engine(name))


def _regex_hint(pattern: str) -> str | None:
    return "a glob goes into `path`; here `.*` means anything" if pattern.startswith(("*", "?")) else None


def _own_columns(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    paths: list[Where] = [("label",), ("group",)]
    sources = data.get("ingest")
    for number, source in enumerate(sources if isinstance(sources, list) else []):
        paths += [("ingest", number, key) for key in ("id", "text")]
        renamed = get(source, "columns")
        paths += [("ingest", number, "columns", old) for old in (renamed if isinstance(renamed, dict) else ())]
        constants = get(source, "set")
        for name in constants if isinstance(constants, dict) else ():
            if name.startswith("_"):
                yield positions.problem(("ingest", number, "set", name), *_engine(name), key=True)
    for path in paths:
        name = get(data, *path)
        if isinstance(name, str) and name.startswith("_"):
            yield positions.problem(path, *_engine(name))


def _engine(name: str) -> tuple[str, str]:
    return f"the column `{name}` would be prep's own: these begin with `_`", "choose another name"


def _name(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    name = data.get("name")
    if isinstance(name, str) and (not name.strip() or name in (".", "..") or re.search(r"[/\\:]", name)):
        hint = "letters, digits, `_` and `-`; where results go says `output.directory`"
        yield positions.problem(("name",), "`name` must be a name, not a path", hint)


def _templates(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    try:
        from prep.stages.format.templates import compile_problems
    except ModuleNotFoundError:
        return
    paths: list[Where] = [("format", key) for key in ("system", "user", "assistant", "prune_prefix")]
    turns = get(data, "format", "turns")
    count = len(turns) if isinstance(turns, list) else 0
    paths += [("format", "turns", at, key) for at in range(count) for key in ("content", "name", "tool_call_id")]
    paths += [("format", "preference", key) for key in ("preferred", "non_preferred")]
    fields = get(data, "format", "reinforcement", "fields")
    paths += [("format", "reinforcement", "fields", key) for key in (fields if isinstance(fields, dict) else ())]
    for path in paths:
        template = get(data, *path)
        problem = compile_problems(template) if isinstance(template, str) else None
        if problem is not None:
            line, message = problem
            what = listed([str(path[-1])])
            yield positions.in_block(path, line, f"the template {what} is wrong: {message}", _TEMPLATE_HINT)


def _pruned(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    """A bank has the prompt in full, which is known without a record only where it prints no column."""
    if not get(data, "format", "prune_prefix") or get(data, "output", "fewshot") in (None, False):
        return
    whole = get(data, "format", "system") or get(data, "format", "turns", 0, "content")
    if isinstance(whole, str) and re.search(r"\{[{%]", whole):
        yield positions.problem(
            ("format", "prune_prefix"),
            "with `prune_prefix` the system prompt of a bank cannot print columns",
            "move them into `user`, or make the bank in a pipeline of its own",
            key=True,
        )


def _method(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    method = get(data, "target", "method") or "sft"
    for key, wanted in (("preference", "dpo"), ("reinforcement", "rft")):
        if get(data, "format", key) is not None and method != wanted:
            told = f"`{key}` makes lines for the method {wanted}; the target's is {method}"
            yield positions.problem(("format", key), told, f"say `target: {{method: {wanted}}}`", key=True)
        elif method == wanted and _lacks(data, key):
            hint = f"say `format: {{{key}: ...}}`, or `passthrough` for lines that are examples already"
            yield positions.problem(("target", "method"), f"the method {wanted} needs `format.{key}`", hint)
    if method != "sft" and get(data, "output", "fewshot") not in (None, False):
        hint = "remove it, or make the bank in a pipeline for sft"
        yield positions.problem(
            ("output", "fewshot"), f"`fewshot` needs answers: the method {method} has none", hint, key=True
        )


def _lacks(data: dict[str, Any], key: str) -> bool:
    """Whether there is a `format` without `key` that does not pass lines through."""
    found = data.get("format")
    return isinstance(found, dict) and found.get(key) is None and found.get("passthrough") in (None, False)


def _grader(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    found = get(data, "format", "reinforcement")
    grader = get(found, "grader")
    if not isinstance(grader, dict):
        return
    fields, columns = get(found, "fields"), get(found, "columns")
    known = ["messages", "tools", *(fields if isinstance(fields, dict) else ())]
    known += columns if isinstance(columns, list) else []
    for path in item_paths(json.dumps(grader, ensure_ascii=False, default=str)):
        if path and path[0] not in known:
            told = f"the grader asks for {{{{item.{'.'.join(path)}}}}}, which no field is called"
            yield positions.problem(
                ("format", "reinforcement", "grader"), told, f"the fields are {listed(known)}", key=True
            )

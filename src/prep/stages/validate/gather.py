"""Tallies of stretches put together: to whole files, and to what the rules about sets look at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.stages.validate.facts import MOST_LABELS, FieldFacts, Places, SetFacts
from prep.stages.validate.tally import MOST_FINDINGS, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Of pairs that repeat, leak or contradict so many are listed; the others are counted.
MOST_PAIRS = 1_000


def whole_file(stretches: Sequence[Tally]) -> Tally:
    """The tally of a file from those of its stretches, in their order."""
    if stretches[0].utf16 or stretches[0].document:
        return stretches[0]  # the others are no lines
    whole = Tally()
    numbers: list[Any] = []
    for one in stretches:
        room = MOST_FINDINGS - len(whole.findings)
        whole.findings += [replace(finding, line=finding.line + whole.lines) for finding in one.findings[:room]]
        numbers.append(np.frombuffer(one.numbers, dtype=np.uint64) + np.uint64(whole.lines))
        for shape, (count, first) in one.shapes.items():
            before, earliest = whole.shapes.get(shape, (0, first + whole.lines))
            whole.shapes[shape] = (before + count, earliest)
        for name in ("lines", "examples", "broken", "size", "crlf", "pictured", "refusals", "tokens"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.bom = whole.bom or one.bom
        whole.kinds |= one.kinds
        add(whole.counts, one.counts)
        add(whole.systems, one.systems)
        whole.labels = _labels(whole.labels, one.labels)
        for name, (count, characters, values) in one.fields.items():
            own = whole.fields.get(name, (0, 0, []))
            whole.fields[name] = (own[0] + count, own[1] + characters, list(dict.fromkeys(own[2] + values))[:2])
    whole.numbers = np.concatenate(numbers).tobytes() if numbers else b""
    whole.prompts = b"".join(one.prompts for one in stretches)
    whole.answers = b"".join(one.answers for one in stretches)
    return whole


def add(total: dict[Any, int], more: dict[Any, int]) -> None:
    """Add counts to counts."""
    for name, count in more.items():
        total[name] = total.get(name, 0) + count


def _labels(one: dict[str, int] | None, other: dict[str, int] | None) -> dict[str, int] | None:
    if one is None or other is None:
        return None
    add(one, other)
    return one if len(one) <= MOST_LABELS else None


def set_facts(files: Sequence[tuple[str, Tally]], method: str) -> SetFacts:
    """What the rules about sets look at, of all files together."""
    facts = SetFacts(method, [name for name, _ in files])
    for name, tally in files:
        facts.examples += tally.examples
        facts.pictured += tally.pictured
        facts.refusals += tally.refusals
        add(facts.systems, tally.systems)
        facts.labels = _labels(facts.labels, tally.labels)
        for field, (count, characters, values) in tally.fields.items():
            own = facts.fields.setdefault(field, FieldFacts())
            own.count, own.characters, own.values = (
                own.count + count,
                own.characters + characters,
                own.values | set(values),
            )
        for shape, (count, first) in tally.shapes.items():
            names = tuple(json.loads(shape))
            before, place = facts.shapes.get(names, (0, f"{name}:{first}"))
            facts.shapes[names] = (before + count, place)
    _pairs(files, facts)
    return facts


def _pairs(files: Sequence[tuple[str, Tally]], facts: SetFacts) -> None:
    """Prompts that stand more than once: in one file, in two, with one answer or several."""
    prompts = np.concatenate([np.frombuffer(tally.prompts, dtype=np.uint64) for _, tally in files])
    answers = np.concatenate([np.frombuffer(tally.answers, dtype=np.uint64) for _, tally in files])
    order = np.argsort(prompts, kind="stable")
    ranked = prompts[order]
    new = np.ones(len(ranked), dtype=np.bool_)
    new[1:] = ranked[1:] != ranked[:-1]
    if new.all():
        return
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(ranked)))
    repeated = sizes > 1
    lines = np.concatenate([np.frombuffer(tally.numbers, dtype=np.uint64) for _, tally in files])
    owners = np.repeat(np.arange(len(files)), [len(tally.prompts) // 8 for _, tally in files])

    found = sorted(
        pair
        for start, size in zip(starts[repeated].tolist(), sizes[repeated].tolist(), strict=True)
        for pair in _group(order[start : start + size].tolist(), owners, answers)
    )
    for row, earlier, rule in found:
        pairs = {"set.duplicate": facts.duplicates, "set.train_valid_leak": facts.leaks}.get(rule, facts.conflicts)
        if len(pairs) < MOST_PAIRS:
            first, later = (f"{files[owners[at]][0]}:{lines[at]}" for at in (earlier, row))
            pairs.append(Places(first, later))
        else:
            facts.more[rule] = facts.more.get(rule, 0) + 1


def _group(rows: list[int], owners: Any, answers: Any) -> Iterator[tuple[int, int, str]]:
    """(row, the earlier row it meets, rule) of rows with one prompt."""
    seen: dict[tuple[int, int], int] = {}
    first, alien = rows[0], {int(owners[rows[0]])}
    for row in rows:
        owner, answer = int(owners[row]), int(answers[row])
        same = seen.setdefault((owner, answer), row)
        if same != row:
            yield row, same, "set.duplicate"
        elif owner not in alien:
            alien.add(owner)
            yield row, first, "set.train_valid_leak"
        elif answer != int(answers[first]):
            yield row, first, "set.conflicting_answers"

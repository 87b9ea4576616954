"""Pair `prep validate` with a plain jsonschema loop on chat JSONL: `python -m benchmarks.validate`.

The corpus is seeded: of ten lines five are a question and an answer, two longer talks, two call tools, one has weights;
every line is another one. The loop reads a part of it, since it is slow; what is compared is MB a second.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.corpus import prose, vocabulary
from benchmarks.measure import Measured, measure
from benchmarks.run import machine

TEMPLATES = 2_000
SYSTEM = {"role": "system", "content": "You are a contracts analyst. Answer with one clause type."}
TOOL = {
    "type": "function",
    "function": {
        "name": "find_clause",
        "description": "Find a clause by its topic.",
        "parameters": {
            "type": "object",
            "properties": {"topic": {"type": "string"}, "page": {"type": "integer", "minimum": 1}},
            "required": ["topic"],
        },
    },
}


def line(rng: random.Random, words: list[str], weights: list[float]) -> dict[str, Any]:
    """One example; NUMBER in it stands for a number of its own."""

    def said(least: int, most: int) -> str:
        return prose(rng, words, weights, rng.randint(least, most))

    def user() -> dict[str, Any]:
        return {"role": "user", "content": f"NUMBER {said(20, 200)}"}

    def answer() -> dict[str, Any]:
        return {"role": "assistant", "content": said(1, 60)}

    kind = rng.randrange(10)
    if kind < 5:
        return {"messages": [SYSTEM, user(), answer()]}
    if kind < 7:
        turns = [turn for _ in range(rng.randint(2, 4)) for turn in (user(), answer())]
        return {"messages": [SYSTEM, *turns]}
    if kind < 9:
        arguments = json.dumps({"topic": said(1, 3), "page": rng.randint(1, 90)})
        call = {"id": "call_NUMBER", "type": "function", "function": {"name": "find_clause", "arguments": arguments}}
        result = {"role": "tool", "tool_call_id": "call_NUMBER", "content": said(20, 60)}
        calling = {"role": "assistant", "tool_calls": [call]}
        return {"messages": [SYSTEM, user(), calling, result, answer()], "tools": [TOOL]}
    return {"messages": [SYSTEM, user(), answer() | {"weight": 0}, user(), answer() | {"weight": 1}]}


def write(path: Path, megabytes: float, seed: int) -> int:
    """Write the corpus; returns how many lines it has."""
    rng = random.Random(seed)
    words, weights = vocabulary()
    made = [json.dumps(line(rng, words, weights), ensure_ascii=False).encode() + b"\n" for _ in range(TEMPLATES)]
    size = number = 0
    with path.open("wb") as handle:
        while size < megabytes * 1e6:
            size += handle.write(made[number % TEMPLATES].replace(b"NUMBER", b"%09d" % number))
            number += 1
    return number


def loop(path: Path, lines: int) -> None:
    """The plain loop: json and jsonschema, a line at a time."""
    from itertools import islice

    from jsonschema import Draft202012Validator

    from prep.chat.schemas import shipped_schema

    validator = Draft202012Validator(shipped_schema("sft"))
    bad = 0
    with path.open(encoding="utf-8") as handle:
        for text in islice(handle, lines):
            bad += any(True for _ in validator.iter_errors(json.loads(text)))
    print(json.dumps({"bad": bad}))


def _row(name: str, runs: list[Measured], megabytes: float, lines: int) -> str:
    wall = statistics.median(one.wall for one in runs)
    peak = max(one.peak for one in runs)
    return f"| {name} | {wall:.1f} | {megabytes / wall:.1f} | {lines / wall:,.0f} | {peak:.0f} |"


def main() -> None:
    """Measure in turn; print, and write where `--out` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1_000)
    parser.add_argument("--loop-megabytes", type=float, default=20, help="how much of it the plain loop reads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--out", type=Path, help="file to write the results into")
    parser.add_argument("--loop", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.loop:
        loop(Path(given.loop[0]), int(given.loop[1]))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        path = Path(name) / "chat.jsonl"
        lines = write(path, given.megabytes, given.seed)
        size = path.stat().st_size / 1e6
        few = max(1, round(lines * min(1.0, given.loop_megabytes / size)))
        share = few / lines
        own = [sys.executable, "-m", "prep", "validate", str(path), "--provider", "azure,openai", "--json"]
        own += ["--ignore", "file.too_large"]  # a gigabyte is more than an upload may have
        plain = [sys.executable, "-m", "benchmarks.validate", "--loop", str(path), str(few)]
        rounds: list[tuple[Measured, Measured]] = []
        for number in range(given.rounds):
            here = Path(__file__).parents[1]
            rounds.append((measure(own, here), measure(plain, here)))
            found = json.loads(rounds[-1][0].output)
            assert found["examples"] == lines, found["summary"]
            assert found["valid"], found["summary"]
            ours, theirs = rounds[-1]
            told = f"{size / ours.wall:.0f} MB/s, {ours.peak:.0f} MB; loop {size * share / theirs.wall:.1f} MB/s"
            print(f"round {number + 1}: {told}", flush=True)
    ratios = [(theirs.wall / share) / ours.wall for ours, theirs in rounds]
    columns = [[one for one, _ in rounds], [other for _, other in rounds]]
    rows = [
        _row("prep validate, azure and openai", columns[0], size, lines),
        _row("json.loads and jsonschema", columns[1], size * share, few),
    ]
    sizes = f"{size:,.0f} MB of chat JSONL, {lines:,} lines, all valid; the loop reads {size * share:,.0f} MB of it."
    spread = f"({min(ratios):.0f} to {max(ratios):.0f} in single rounds)"
    told = f"The loop takes {statistics.median(ratios):.0f} times as long a line {spread}."
    head = ["| program | wall s | MB/s | lines/s | peak MB |", "|---|---|---|---|---|"]
    title = "# `prep validate` beside a plain jsonschema loop"
    text = "\n".join([title, "", *machine(), "", sizes, "", *head, *rows, "", told])
    print(text)
    if given.out:
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()

"""The rules about whole files and about all of them together, asked of the lines that are about to be published.

What they compare was counted while each example was checked: no line is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.errors import GateError
from prep.stages.validate.apply import HASHES
from prep.stages.validate.files import judge
from prep.stages.validate.gather import whole_file
from prep.stages.validate.pool import Asked
from prep.stages.validate.register import load_rules
from prep.stages.validate.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.finished import Finished

LISTED = 1_000


def as_facts(tally: Tally, ids: pl.Series) -> dict[str, Any]:
    """A part's tally as JSON data, without the hashes of its examples; `ids` name its rows."""
    shapes = {shape: [count, ids[row]] for shape, (count, row) in tally.shapes.items()}
    bare = msgspec.structs.replace(tally, numbers=b"", prompts=b"", answers=b"", shapes={})
    told: dict[str, Any] = msgspec.to_builtins(bare, str_keys=True)
    return told | {"shapes": shapes}


def check_sets(context: Context, finished: Finished, ends: list[pl.LazyFrame], folder: Path) -> dict[str, Any]:
    """What `prep validate` says of the target's finished files as a set: {counts: by rule, findings: the first}.

    `ends`: the events that say where each record was written. How many examples are enough is asked of the training
    file alone. GateError with `on_error: fail` where an error is found in a run over all records.
    """
    pipeline = context.pipeline
    own = f"finetune/{pipeline.target.provider}/"
    lines = pl.concat(ends).filter(pl.col("output").str.starts_with(own)).select("record", "output", "line").collect()
    if pipeline.output.finetune is None or lines.is_empty():
        return {"counts": {}, "findings": []}
    files = _files(context, finished, lines, folder)
    ignored = [rule.id for rule in load_rules().values() if rule.level not in ("file", "set")]
    ignored += ["set.near_duplicate", *pipeline.validate_.ignore]
    asked = Asked([pipeline.target.provider], pipeline.target.method, ignored)
    report = judge(files, asked, tokens=_trained(finished))
    counts = {name.split(" ")[0]: count for name, count in sorted(report.counts.items())}
    found = []
    for one in report.findings:
        if one.rule == "file.min_examples" and not one.file.startswith("train."):
            counts[one.rule] -= 1
            continue
        found.append(
            {"rule": one.rule, "severity": one.severity, "file": one.file, "line": one.line, "message": one.message}
        )
    errors = [f"{one['rule']}: {one['message']}" for one in found if one["severity"] == "error"]
    if errors and pipeline.validate_.on_error == "fail" and context.sample is None:
        raise GateError(
            f"the finished files break a rule of {pipeline.target.provider} for {pipeline.target.method}",
            where="; ".join(errors[:5]),
            hint="`prep rules ID` explains a rule; `validate.ignore` leaves it out",
        )
    return {"counts": {name: count for name, count in counts.items() if count}, "findings": found[:LISTED]}


def _files(context: Context, finished: Finished, lines: pl.DataFrame, folder: Path) -> list[tuple[str, Tally]]:
    """The tally of each file that has lines, by its name; what no file alone is asked for stands in the first."""
    hashes = pl.concat([part.read("examples", ["_id", *HASHES]) for part in finished.transformed])
    table = lines.join(hashes, left_on="record", right_on="_id", how="left").sort("output", "line")
    bom = context.pipeline.output.finetune is not None and context.pipeline.output.finetune.bom
    found = []
    for (output,), rows in table.group_by("output", maintain_order=True):
        known = rows.drop_nulls(HASHES[0])
        numbers, prompts, answers = (known[name].cast(pl.UInt64).to_numpy() for name in ("line", *HASHES))
        tally = Tally(
            lines=rows.height, examples=rows.height, size=(folder / str(output)).stat().st_size,
            bom=bom and context.pipeline.target.provider == "azure",
            numbers=numbers.tobytes(), prompts=prompts.tobytes(), answers=answers.tobytes(),
        )  # fmt: skip
        found.append((str(output).rpartition("/")[2], tally))
    told = [fact["sets"] for fact in finished.facts["transform"] if "sets" in fact]
    whole = whole_file([msgspec.convert(fact | {"shapes": {}}, Tally, strict=False) for fact in told])
    for name in ("pictured", "refusals", "systems", "labels", "fields"):
        setattr(found[0][1], name, getattr(whole, name))
    files = dict(found)
    for shape, (count, record) in _shapes(told).items():
        output, line = lines.row(by_predicate=pl.col("record") == record)[1:]
        files[output.rpartition("/")[2]].shapes[shape] = (count, line)
    return found


def _shapes(told: list[dict[str, Any]]) -> dict[str, tuple[int, str]]:
    """How many examples have a shape, and the first record of them."""
    found: dict[str, tuple[int, str]] = {}
    for fact in told:
        for shape, (count, record) in fact["shapes"].items():
            before, first = found.get(shape, (0, record))
            found[shape] = (before + count, first)
    return found


def _trained(finished: Finished) -> int:
    shards = [part.read("shard", ["split", "_tokens"]) for part in finished.written]
    return int(pl.concat(shards).filter(pl.col("split") == "train")["_tokens"].sum())

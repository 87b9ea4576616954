"""The rules about whole files and about all of them together, asked of the lines that are about to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prep.errors import GateError
from prep.stages.validate.files import validate_files
from prep.stages.validate.register import load_rules

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.publish import Finished

LISTED = 1_000


def check_sets(context: Context, finished: Finished, folder: Path) -> dict[str, Any]:
    """What `prep validate` says of the target's finished files as a set: {counts: by rule, findings: the first}.

    How many examples are enough is asked of the training file alone. GateError with `on_error: fail` where an error is
    found in a run over all records.
    """
    pipeline = context.pipeline
    own = folder / "finetune" / pipeline.target.provider
    paths = sorted(path for path in own.glob("*.jsonl") if path.stat().st_size)
    if not paths:
        return {"counts": {}, "findings": []}
    ignored = [rule.id for rule in load_rules().values() if rule.level not in ("file", "set")]
    report = validate_files(
        paths,
        [pipeline.target.provider],
        pipeline.target.method,
        ignore=[*ignored, *pipeline.validate_.ignore],
        near=False,
        workers=context.workers,
        tokens=_trained(finished),
    )
    counts = {name.split(" ")[0]: count for name, count in sorted(report.counts.items())}
    found = []
    for one in report.findings:
        if one.rule == "file.min_examples" and not one.file.endswith("/train.jsonl"):
            counts[one.rule] -= 1
            continue
        places = [text.replace(f"{own}/", "") for text in (one.file, one.message)]
        found.append(
            {"rule": one.rule, "severity": one.severity, "file": places[0], "line": one.line, "message": places[1]}
        )
    errors = [f"{one['rule']}: {one['message']}" for one in found if one["severity"] == "error"]
    if errors and pipeline.validate_.on_error == "fail" and context.sample is None:
        raise GateError(
            f"the finished files break a rule of {pipeline.target.provider} for {pipeline.target.method}",
            where="; ".join(errors[:5]),
            hint="`prep rules ID` explains a rule; `validate.ignore` leaves it out",
        )
    return {"counts": {name: count for name, count in counts.items() if count}, "findings": found[:LISTED]}


def _trained(finished: Finished) -> int:
    shards = [part.read("shard", ["split", "_tokens"]) for part in finished.written]
    return int(pl.concat(shards).filter(pl.col("split") == "train")["_tokens"].sum())

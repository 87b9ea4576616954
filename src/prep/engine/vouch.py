"""What the manifest vouches for: hashes of inputs, versions of software and data, the split's certificate."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Any

from prep.engine.elsewhere import named_files
from prep.engine.keys import library_versions
from prep.errors import InputError
from prep.stages.ingest.source_file import NEVER_OPENED

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.plan import Plan
    from prep.engine.report import Totals


def read_files(plan: Plan) -> dict[str, Path]:
    """Every file the run depends on, by its name relative to the pipeline file: inputs, joins, plug-ins, the pipeline.

    What came from elsewhere is called by its address; with opaque ids an input is called as it is there.
    """
    context = plan.context
    opaque = context.pipeline.ids == "opaque"
    inputs = {file.listed(opaque=opaque): file.path for file in plan.files if file.refused not in NEVER_OPENED}
    return {context.loaded.path.name: context.loaded.path, **inputs} | {
        name: context.path(name) for name in _further_files(context)
    }


def _further_files(context: Context) -> list[str]:
    pipeline = context.pipeline
    names = named_files(pipeline)
    names += [pipeline.count.tokenizer] if pipeline.count.tokenizer else []
    names += [os.path.relpath(context.catalog, context.base)] if context.catalog else []
    from prep.pipeline.plugins import plugin_files

    return names + [os.path.relpath(path, context.base) for path in plugin_files(context.loaded)]


def input_hashes(plan: Plan) -> dict[str, str | None]:
    """SHA-256 of every file the run depends on, by its name relative to the pipeline file.

    None for a source's file that the system does not let be read, or that is gone by now: the ledger says what came
    of it.
    """
    sources = {file.place for file in plan.files}
    hashes = {name: _sha256(plan, path, may_fail=str(path) in sources) for name, path in read_files(plan).items()}
    plan.inputs.save()
    return hashes


def _sha256(plan: Plan, path: Path, *, may_fail: bool) -> str | None:
    try:
        return plan.inputs.sha256(path)
    except (OSError, InputError):
        if may_fail:
            return None
        raise


def manifest_facts(plan: Plan, totals: Totals, facts: dict[str, Any]) -> dict[str, Any]:
    """The part of the manifest that is neither input nor output."""
    from importlib.metadata import version

    from prep.catalog import catalog_hash
    from prep.tokens.ranks import RANK_HASHES

    context = plan.context
    return {
        "pipeline": context.pipeline.name,
        # Where the outputs lie changes none of their bytes.
        "overrides": [text for text in context.loaded.overrides if not text.startswith("output.directory=")],
        "records": totals.records,
        "dropped_by_reason": totals.dropped_by_reason,
        "splits": {name: entry["examples"] for name, entry in totals.splits.items()},
        "certificate": facts["assign"].get("certificate"),
        "fewshot": {name: value for name, value in facts["bank"].items() if name != "system"}
        if facts["bank"]
        else None,
        "orphaned": facts["assign"]["orphaned"],
        "omitted": facts["omitted"],
        "software": {"prep": version("prep"), "python": platform.python_version(), **library_versions()},
        "catalog": catalog_hash(),
        "tokenizers": RANK_HASHES,
    }

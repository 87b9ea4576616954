"""Errors and JSON, each printed in one place."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from prep.errors import PipelineError, PrepError

SCHEMA_VERSION = 1


def print_json(value: Any) -> None:
    """One JSON document to stdout."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, indent=2, ensure_ascii=not unicode)
    sys.stdout.write(text.encode("utf-8", "replace").decode() + "\n")


def print_error(error: PrepError, as_json: bool) -> None:
    """The error to stderr; with `--json` also as a document on stdout."""
    if as_json:
        print_json({"schema_version": SCHEMA_VERSION, "error": error.as_dict()})
    if isinstance(error, PipelineError):
        from prep.pipeline.render import render

        text = "\n\n".join(render(problem) for problem in error.problems)
        count = len(error.problems)
        text += f"\n\n{count} mistakes" if count > 1 else ""
    else:
        text = f"{red('error')}: {error.message}"
        text += f"\n  --> {error.where}" if error.where else ""
        text += f"\n   = {error.hint}" if error.hint else ""
    sys.stderr.write(text.encode("utf-8", "replace").decode() + "\n")


def red(text: str) -> str:
    """`text` in red where stderr is a terminal and NO_COLOR is not set."""
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        return f"\x1b[1;31m{text}\x1b[0m"
    return text

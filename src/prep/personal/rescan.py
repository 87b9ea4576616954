"""The last look: whether anything that was to be redacted stands in the finished lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.personal.find import find, gate
from prep.personal.phones import REGIONS
from prep.personal.replace import json_strings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEFT = {"row": pl.UInt32, "kind": pl.String}


def rescan(
    lines: pl.Series,
    allowed: Sequence[str],
    kinds: Sequence[str],
    patterns: Mapping[str, str] | None = None,
    regions: Sequence[str] = REGIONS,
) -> pl.DataFrame:
    """(row, kind) of what is left in JSON lines, each once; never the value.

    What stands word for word in one of the `allowed` texts, the template's own, is meant.
    """
    suspect = lines.str.contains(gate(kinds, patterns)) | lines.str.contains("\\u", literal=True)
    rows = suspect.fill_null(False).arg_true().to_list()
    told = [(row, text) for row in rows for _, _, text in json_strings(lines[row])]
    texts = pl.Series("text", [text for _, text in told], dtype=pl.String)
    found = find(texts, kinds, patterns, regions)
    left = [
        (told[at][0], kind)
        for at, kind, value in found.select("row", "kind", "value").iter_rows()
        if not any(value in text for text in allowed)
    ]
    return pl.DataFrame(left, schema=LEFT, orient="row").unique(maintain_order=True)

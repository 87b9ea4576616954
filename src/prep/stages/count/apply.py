"""Every example gets its tokens; what happens to one that is too long is the policy's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.errors import GateError
from prep.stages.count.window import cut_windows
from prep.tokens.lines import Line, read_line
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from prep.catalog import Images
    from prep.stages.count.settings import Count
    from prep.stages.part import Part

# What cannot be counted has no tokens; the rules of `validate` say what is wrong with it.
_NOTHING: Line = {}
COLUMNS = {
    "_tokens": pl.UInt32,
    "_assistant_tokens": pl.UInt32,
    "_trained_tokens": pl.UInt32,
    "_tokens_estimated": pl.Boolean,
}


def apply(
    part: Part,
    settings: Count,
    *,
    encoding: str,
    limit: int | None,
    images: Images | None = None,
    estimated: bool = False,
) -> Part:
    """The part with `COLUMNS` for every example that is not dropped.

    `encoding` is the model's, used unless the settings name a tokenizer, and `estimated` whether it only stands in for
    another; `images` its rule for images; `limit` its longest example, unless the settings have `max`. Over it: drop
    (`over_length`), fail (GateError) or keep (noted). Under `min`: `under_length`. Long dialogues are cut into windows
    first, which then are records of their own.
    """
    encoding = str(part.base / settings.tokenizer) if settings.tokenizer is not None else encoding
    part = _counted(part, encoding, images)
    most = settings.max or limit
    if settings.window is not None:
        most = min(filter(None, [most, settings.window.max_tokens]))
        long = (part.frame["_tokens"] > settings.window.max_tokens).fill_null(False) & part.alive
        whole = part.frame.height
        part = cut_windows(part, long, settings.window, encoding=encoding, images=images)
        if part.frame.height > whole:
            part = _counted(part, encoding, images)
    tokens = part.frame["_tokens"]
    part = part.drop(where=tokens < settings.min, reason="under_length", detail=tokens.cast(pl.String))
    if estimated and settings.tokenizer is None:
        part = part.with_columns(pl.lit(True).alias("_tokens_estimated"))
    return _over_length(part, settings, most) if most is not None else part


def _counted(part: Part, encoding: str, images: Images | None) -> Part:
    frame = part.frame.with_row_index("row").filter(part.alive).select("row", "_example")
    lines = [read_line(text) for text in frame["_example"].to_list()]
    found = count_examples([_NOTHING if isinstance(line, str) else line for line in lines], encoding, images)
    columns = (found.tokens, found.assistant, found.trained, found.estimated)
    counts = pl.DataFrame(dict(zip(COLUMNS, columns, strict=True)), schema=COLUMNS).insert_column(0, frame["row"])
    rows = part.frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    counts = rows.join(counts, on="row", how="left", maintain_order="left")
    return part.with_columns(*(counts[name] for name in COLUMNS))


def _over_length(part: Part, settings: Count, most: int) -> Part:
    tokens = part.frame["_tokens"]
    over = (tokens > most).fill_null(False) & part.alive
    if settings.over_length == "drop":
        return part.drop(where=over, reason="over_length", detail=tokens.cast(pl.String))
    if settings.over_length == "fail" and over.any():
        count = int(over.sum())
        names = part.frame.filter(over).select("_id", "_tokens").head(5).rows()
        raise GateError(
            f"{count} {'example has' if count == 1 else 'examples have'} more than {most:,} tokens",
            where=", ".join(f"{name} ({length})" for name, length in names),
            hint="shorten them, or set `count.over_length` to drop or keep",
        )
    return part.note(over, "over_length")

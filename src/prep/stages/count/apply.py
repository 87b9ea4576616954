"""Every example gets its tokens; what happens to one that is too long is the policy's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prep.errors import GateError
from prep.stages.count.lines import parsed
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from prep.stages.count.settings import Count
    from prep.stages.part import Part

# What cannot be counted has no tokens; the rules of `validate` say what is wrong with it.
_NOTHING: dict[str, Any] = {}


def apply(part: Part, settings: Count, *, encoding: str, limit: int | None) -> Part:
    """The part with `_tokens` and `_assistant_tokens` (UInt32) of every example that is not dropped.

    `limit`: the model's; `max` in the settings comes first. Over it: drop (`over_length`), fail (GateError) or keep
    (noted). Under `min`: `under_length`.
    """
    frame = part.frame.with_row_index("row").filter(part.alive).select("row", "_example")
    found = count_examples([parsed(text) or _NOTHING for text in frame["_example"].to_list()], encoding)
    counts = pl.DataFrame(
        {"row": frame["row"], "_tokens": found.tokens, "_assistant_tokens": found.assistant},
        schema={"row": pl.UInt32, "_tokens": pl.UInt32, "_assistant_tokens": pl.UInt32},
    )
    rows = part.frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    counts = rows.join(counts, on="row", how="left", maintain_order="left")
    part = part.with_columns(counts["_tokens"], counts["_assistant_tokens"])
    tokens = part.frame["_tokens"]
    part = part.drop(where=tokens < settings.min, reason="under_length", detail=tokens.cast(pl.String))
    most = settings.max or limit
    if most is None:
        return part
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

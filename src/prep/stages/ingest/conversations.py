"""Rows that are messages: found by key and place first, then read and put together conversation by conversation."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.ingest.forbidden import usable
from prep.stages.ingest.places import read_places
from prep.stages.ingest.read import grouped
from prep.stages.ingest.records import shown, to_frame
from prep.stages.part import IDENTITY, complete, concat, data_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.stages.ingest.places import Place
    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.settings import Conversation, Source
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

ROLES = ("system", "user", "assistant")
_ENCODE = msgspec.json.Encoder().encode
_PLACES = ["_source", "_file", "_row"]
_SORTED = ["_number", "_order", "_at"]


def index(
    source: Source, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Where every message lies: (index, quarantined). The index holds keys, places and sizes, no text.

    One row a message, conversations in the order of their first message, messages in their own order: by the column
    `order` (as numbers where every value of the source is one, else as text; without a value last), ties by place.
    `_by` is the conversation (null: none named), `_number` its rank, `_at` the message's rank in file order, `_offset`
    and `_size` its bytes in the decompressed file (0 offsets for formats without).
    """
    chat = source.conversation
    assert chat is not None
    found, broken = [], []
    for read in grouped(pieces, batch_bytes):
        group = [_keys(usable(rows, source), source) for rows in read]
        frame = _with(to_frame(group, source, base), chat.by, chat.order)
        order = pl.col(chat.order) if chat.order else pl.lit(None, dtype=pl.String)
        places = [
            place
            for rows in group
            for place in rows.places or [(0, rows.size // max(1, len(rows.rows)))] * len(rows.rows)
        ]
        found.append(
            frame.select(
                *_PLACES,
                pl.when(pl.col(chat.by).str.strip_chars() != "").then(chat.by).alias("_by"),
                pl.when(order.str.strip_chars() != "").then(order).alias("_order"),
                pl.Series("_offset", [offset for offset, _ in places], dtype=pl.UInt64),
                pl.Series("_size", [size for _, size in places], dtype=pl.UInt64),
            )
        )
        broken += [entry for rows in group for entry in rows.broken]
    rows = pl.concat(found).with_row_index("_at")
    first = rows.filter(pl.col("_by").is_not_null()).group_by("_by").agg(pl.col("_at").min().alias("_number"))
    rows = rows.join(first, on="_by", how="left", maintain_order="left")
    return rows.with_columns(_numbers(rows["_order"])).sort(_SORTED, nulls_last=True), quarantine_frame(broken)


def _keys(rows: Rows, source: Source) -> Rows:
    """`rows` with the columns alone that place a message; reading it again tells what is wrong with others."""
    chat = source.conversation
    if chat is None or source.join is not None:
        return rows
    wanted = (chat.by, chat.order)
    kept = {name: cells for name, cells in rows.columns.items() if source.columns.get(name, name) in wanted}
    return replace(rows, columns=kept, json=[None] * len(rows.rows))


def cut_conversations(rows: pl.DataFrame, part_bytes: int) -> list[pl.DataFrame]:
    """The index in pieces of about `part_bytes` of messages each; a conversation stays whole."""
    sizes = (
        rows.group_by("_number", maintain_order=True)
        .agg(pl.col("_size").sum())
        .with_columns(((pl.col("_size").cum_sum() - pl.col("_size")) // part_bytes).alias("_bin"))
    )
    rows = rows.join(sizes.select("_number", "_bin"), on="_number", how="left", nulls_equal=True, maintain_order="left")
    return [piece.drop("_bin") for piece in rows.partition_by("_bin", maintain_order=True)]


def read_conversations(
    source: Source, rows: pl.DataFrame, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> Iterator[Batch]:
    """The conversations of an index, or of a piece of one, in batches of about `batch_bytes` of text.

    A batch holds a conversation's messages as records dropped as `merged` (their place, no text) and the conversation
    itself, created out of them. A role that is not mapped drops the conversation as `role_unknown`; a message without
    a conversation is dropped as `conversation_missing`.
    """
    chat = source.conversation
    assert chat is not None
    for wanted in cut_conversations(rows, batch_bytes):
        keyed = wanted.select(*_PLACES, *_SORTED)
        found = [
            to_frame([usable(rows, source) for rows in group], source, base).join(keyed, on=_PLACES, how="inner")
            for group in read_places(pieces, _places(wanted), batch_bytes)
        ]
        messages = _with(concat(found).sort(_SORTED, nulls_last=True), chat.by, chat.role, chat.text)
        yield Batch(_assemble(chat, messages, shown(chat.by, [file for file, _ in pieces])), quarantine_frame([]))


def _with(frame: pl.DataFrame, *names: str | None) -> pl.DataFrame:
    """`frame` with those of the columns that it lacks, as nulls."""
    return frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in names if name and name not in frame.columns
    )


def _numbers(order: pl.Series) -> pl.Series:
    """The order as numbers where every value is a finite one; whole numbers exactly."""
    text = order.str.strip_chars()
    for kind in (pl.Int128, pl.Float64):
        numbers = text.cast(kind, strict=False)
        if numbers.null_count() == order.null_count() and (kind != pl.Float64 or numbers.is_finite().all()):
            return numbers
    return order


def _places(wanted: pl.DataFrame) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for name, *place in wanted.sort("_at").select("_file", "_row", "_offset", "_size").iter_rows():
        found.setdefault(name, []).append((place[0], place[1], place[2]))
    return found


def _assemble(chat: Conversation, messages: pl.DataFrame, by: pl.Expr) -> pl.DataFrame:
    """The records of some whole conversations, given all their messages in order."""
    named = messages.filter(pl.col("_number").is_not_null())
    lost = messages.filter(pl.col("_number").is_null()).select(name for name in IDENTITY if name in messages.columns)
    lost = lost.with_columns(_reason=pl.lit("conversation_missing"), _stage=pl.lit("ingest"))
    if named.is_empty():
        return complete(_with(lost, "turns"))
    carried = [name for name in data_columns(named.columns) if name not in (chat.role, chat.text, chat.order, "turns")]
    kept = [pl.col(name).filter(pl.col(name).str.strip_chars() != "").first() for name in carried if name != chat.by]
    home = [pl.col(name).sort_by("_at").first() for name in (*_PLACES, chat.by)]
    made = named.group_by("_number", maintain_order=True).agg(*home, *kept, *_json_names(named, carried)).rechunk()
    made = made.with_columns(
        pl.format("{}#{}", "_file", by).alias("_id"),
        pl.col(chat.by).alias("_key"),
        pl.lit(1, dtype=pl.UInt32).alias("_child"),
        *_turns(chat, named),
    )
    made = made.with_columns(pl.when(pl.col("_reason").is_not_null()).then(pl.lit("ingest")).alias("_stage"))
    if "_json" in made.columns:
        texts = [_ENCODE(names).decode() if names else None for names in map(sorted, made["_json"].to_list())]
        made = made.with_columns(pl.Series("_json", texts, dtype=pl.String))
    merged = named.join(made.select("_number", pl.col("_id").alias("_ref")), on="_number", maintain_order="left")
    merged = merged.select(*(name for name in IDENTITY if name in merged.columns), "_ref")
    merged = merged.with_columns(_reason=pl.lit("merged"), _stage=pl.lit("ingest"))
    made = made.select(*(name for name in made.columns if name not in ("_number", *carried)), *carried)
    return complete(concat([lost, merged, made]))


def _json_names(named: pl.DataFrame, carried: list[str]) -> list[pl.Expr]:
    """One list a conversation: the carried columns whose value comes from a row where it is JSON text."""
    if named["_json"].null_count() == named.height:
        return []
    lists = pl.col("_json").fill_null("[]").str.json_decode(pl.List(pl.String))
    flags = [
        pl.when(lists.list.contains(name).filter(pl.col(name).str.strip_chars() != "").first())
        .then(pl.lit(name))
        .otherwise(None)
        for name in carried
    ]
    return [pl.concat_list(flags).list.drop_nulls().alias("_json")] if flags else []


def _turns(chat: Conversation, named: pl.DataFrame) -> list[pl.Series]:
    """`turns`, and the fate of a conversation with a role that is not mapped; one value a conversation."""
    roles: dict[str, str] = dict(zip(ROLES, ROLES, strict=True)) | chat.roles
    turns, reasons, details = [], [], []
    said = zip(named["_number"].to_list(), named[chat.role].to_list(), named[chat.text].to_list(), strict=True)
    for _, messages in groupby(said, key=lambda message: message[0]):
        found: list[dict[str, Any]] = []
        unknown = None
        for _, speaker, text in messages:
            role = roles.get(speaker or "")
            if role is None:
                role = speaker or ""
                unknown = role if unknown is None else unknown
            found.append({"role": role, "content": text or ""})
        turns.append(_ENCODE(found).decode())
        reasons.append(None if unknown is None else "role_unknown")
        details.append(unknown)
    return [
        pl.Series(name, values, dtype=pl.String)
        for name, values in (("turns", turns), ("_reason", reasons), ("_detail", details))
    ]

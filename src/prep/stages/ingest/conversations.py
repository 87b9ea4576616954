"""Rows that are messages: found by key and place first, then read and put together conversation by conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.ingest.read import read
from prep.stages.part import IDENTITY, complete, concat, data_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.settings import Conversation, Source
    from prep.stages.ingest.slices import Slice

ROLES = ("system", "user", "assistant")
_ENCODE = msgspec.json.Encoder().encode
_PLACES = ["_source", "_file", "_row"]


def index(
    source: Source, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Where every message lies: (index, quarantined). The index holds keys, places and sizes, no text.

    One row a message, conversations in the order of their first message, messages in their own order: by the column
    `order` (as numbers where every value of the source is one, else as text), ties by place. `_number` is the
    conversation's rank; `_at` the message's rank in its file order.
    """
    chat = source.conversation
    assert chat is not None
    found, broken = [], []
    for batch in read(source, pieces, batch_bytes=batch_bytes, base=base):
        frame = batch.frame
        order = frame[chat.order] if chat.order in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
        by = frame[chat.by] if chat.by in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
        size = frame[chat.text].str.len_bytes() if chat.text in frame.columns else pl.Series([0] * frame.height)
        found.append(frame.select(_PLACES).with_columns(by.alias("_by"), order.alias("_order"), size.alias("_size")))
        broken.append(batch.quarantined)
    rows = pl.concat(found).with_row_index("_at")
    named = pl.col("_by").str.strip_chars().fill_null("") != ""
    rows = rows.with_columns(pl.when(named).then("_by").alias("_by"))
    first = rows.filter(pl.col("_by").is_not_null()).group_by("_by").agg(pl.col("_at").min().alias("_number"))
    rows = rows.join(first, on="_by", how="left", maintain_order="left")
    numbers = rows["_order"].str.strip_chars().cast(pl.Float64, strict=False)
    if numbers.null_count() == rows["_order"].null_count():
        rows = rows.with_columns(numbers.alias("_order"))
    return rows.sort(["_number", "_order", "_at"], nulls_last=True), pl.concat(broken)


def read_conversations(
    source: Source, rows: pl.DataFrame, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> Iterator[Batch]:
    """The conversations of an index, in batches of about `batch_bytes` of text.

    A batch holds a conversation's messages as records dropped as `merged` (their place, no text) and the conversation
    itself, created out of them. A role that is not mapped drops the conversation as `role_unknown`.
    """
    chat = source.conversation
    assert chat is not None
    sizes = (
        rows.group_by("_number", maintain_order=True)
        .agg(pl.col("_size").sum())
        .with_columns((pl.col("_size").fill_null(0).cum_sum() // batch_bytes).alias("_bin"))
    )
    rows = rows.join(sizes.select("_number", "_bin"), on="_number", how="left", nulls_equal=True, maintain_order="left")
    for (_,), wanted in rows.group_by("_bin", maintain_order=True):
        messages = _messages(source, wanted, pieces, batch_bytes, base)
        yield Batch(_assemble(chat, messages), quarantine_frame([]))


def _messages(
    source: Source, wanted: pl.DataFrame, pieces: Sequence[tuple[SourceFile, Slice]], batch_bytes: int, base: Path
) -> pl.DataFrame:
    """The wanted rows with all their columns, in the index's order."""
    names = set(wanted["_file"].unique())
    own = [(file, piece) for file, piece in pieces if file.name in names]
    found = [
        batch.frame.join(wanted.select(*_PLACES, "_number", "_at", "_order"), on=_PLACES, how="inner")
        for batch in read(source, own, batch_bytes=batch_bytes, base=base)
    ]
    return concat(found).sort(["_number", "_order", "_at"], nulls_last=True)


def _assemble(chat: Conversation, messages: pl.DataFrame) -> pl.DataFrame:
    roles = {role: role for role in ROLES} | chat.roles
    lost = messages.filter(pl.col("_number").is_null()).select(*IDENTITY)
    lost = lost.with_columns(_reason=pl.lit("conversation_missing"), _stage=pl.lit("ingest"))
    made: list[dict[str, Any]] = []
    merged = []
    left_out = {chat.role, chat.text, chat.order}
    carried = [name for name in data_columns(messages.columns) if name not in left_out]
    for (_,), rows in messages.filter(pl.col("_number").is_not_null()).group_by("_number", maintain_order=True):
        home = rows.sort("_at").row(0, named=True)
        name = f"{home['_file']}#{home[chat.by]}"
        merged.append(rows.select(*IDENTITY).with_columns(_reason=pl.lit("merged"), _ref=pl.lit(name)))
        made.append(
            _conversation(chat, roles, rows, carried) | {place: home[place] for place in _PLACES} | {"_id": name}
        )
    schema = {**IDENTITY, **dict.fromkeys(("_reason", "_stage", "_detail", *carried, "turns"), pl.String)}
    created = pl.DataFrame(made, schema=schema)
    dropped = [frame.with_columns(_stage=pl.lit("ingest")) for frame in merged]
    return complete(concat([lost, *dropped, created]))


def _conversation(chat: Conversation, roles: dict[str, str], rows: pl.DataFrame, carried: list[str]) -> dict[str, Any]:
    speakers = rows[chat.role].to_list()
    texts = rows[chat.text].to_list()
    turns = [
        {"role": roles.get(speaker or "", speaker or ""), "content": text or ""}
        for speaker, text in zip(speakers, texts, strict=True)
    ]
    unknown = [speaker for speaker in speakers if (speaker or "") not in roles]
    filled = rows.select(
        pl.col(name).filter(pl.col(name).str.strip_chars() != "").first().alias(name) for name in carried
    ).row(0, named=True)
    fate = {"_reason": "role_unknown", "_stage": "ingest", "_detail": str(unknown[0])} if unknown else {}
    return {**filled, **fate, "_child": 1, "_key": filled.get(chat.by), "turns": _ENCODE(turns).decode()}

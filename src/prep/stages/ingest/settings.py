"""Settings of `ingest`: where records come from and what their columns mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from prep.stages.registry import Names, Settings


class Join(Settings):
    """A small table whose columns are added where a column has the same value."""

    path: str = Field(description="CSV, JSONL or Parquet file; relative to the pipeline file")
    on: Names = Field(description="column, or columns, that both sides have", min_length=1)


class Conversation(Settings):
    """Rows that are messages: put together into one record a conversation, with a column `turns`."""

    by: str = Field(description="column that names the conversation")
    order: str | None = Field(None, description="column to sort the messages by; default: their order in the file")
    role: str = Field(description="column that says who speaks")
    text: str = Field(description="column that holds the message")
    roles: dict[str, Literal["system", "user", "assistant"]] = Field(
        default_factory=dict, description="what the values of the role column mean, for example `agent: assistant`"
    )


class Source(Settings):
    """One input: files of one kind and what their columns mean."""

    path: str = Field(description="file or glob (`*`, `**`, `{a,b}`); relative to the pipeline file")
    format: str | None = Field(None, description="reader to use when the file's ending does not tell")
    id: str | None = Field(None, description="column with a unique id; default: the place in the file")
    text: Names | None = Field(None, description="column, or columns, that hold text; default: `text`")
    columns: dict[str, str] = Field(default_factory=dict, description="columns to rename, `old: new`")
    set: dict[str, str | int | float | bool] = Field(default_factory=dict, description="constant columns to add")
    from_path: str | None = Field(None, description="regular expression; its named groups become columns")
    join: Join | None = Field(None, description="a small table to join")
    chunk: Literal["file", "page", "heading", "paragraph"] = Field("file", description="what of a document is a record")
    conversation: Conversation | None = Field(None, description="rows are messages: how to put them together")

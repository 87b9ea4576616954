"""Settings of `ingest`: where records come from and what their columns mean."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from prep.stages.registry import Names, Settings


class Join(Settings):
    """A small table whose columns are added where a column has the same value."""

    path: str = Field(description="CSV, TSV, JSONL or Parquet file; relative to the pipeline file, or an address")
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


class Mail(Settings):
    """What of an e-mail's text is kept."""

    quoted: Literal["keep", "drop"] = Field("keep", description="replies that are quoted below or between")
    signatures: Literal["keep", "drop"] = Field("keep", description="what stands below a line `-- `")


class Limits(Settings):
    """What a file may cost; what is over a limit is quarantined."""

    longest: int = Field(
        64 * 1024 * 1024, ge=1, le=1024 * 1024 * 1024, description="bytes of a line, a row, or a document"
    )
    expanded: int = Field(
        8 * 1024 * 1024 * 1024,
        ge=1,
        description="bytes that compressed data may become where it grows more than `ratio` times",
    )
    ratio: int = Field(100, ge=1, description="how many times compressed data may grow once it is over `expanded`")
    members: int = Field(100_000, ge=1, description="files in one archive")
    seconds: float = Field(
        60,
        gt=0,
        description="time for one document, or for the next rows of a table; what takes longer is `took_too_long`",
    )


class Source(Settings):
    """One input: files of one kind and what their columns mean."""

    path: str = Field(
        description="file or glob (`*`, `**`, `{a,b}`), relative to the pipeline file; or `s3://`, `az://`, `gs://`, `https://`"
    )
    query: str | None = Field(None, description="SQL whose rows are the records, asked of `connection`")
    connection: str | None = Field(
        None,
        description="with `query`, in place of `path`: `sqlite:///tickets.db`; `${NAME}` is taken from the environment",
    )
    format: str | None = Field(None, description="reader to use when the file's ending does not tell")
    members: str | None = Field(None, description="glob of the files to read in archives; default: all")
    encoding: str | None = Field(None, description="encoding of text files; default: found")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="what parts the cells of a CSV file; default: found"
    )
    list: str | None = Field(None, description="JSON: where in the object the list of records lies, `data.items`")
    sheet: str | None = Field(None, description="XLSX: the sheet to read; default: all")
    mode: Literal["main", "whole"] | None = Field(
        None, description="HTML: the main text (`main`, the default) or the `whole` page"
    )
    mail: Mail | None = Field(None, description="EML, MBOX: what of the text is kept")
    id: str | None = Field(None, description="column with a unique id; default: the place in the file")
    text: Names | None = Field(None, description="column, or columns, that hold text; default: `text`")
    columns: dict[str, str] = Field(default_factory=dict, description="columns to rename, `old: new`")
    set: dict[str, str | int | float | bool] = Field(default_factory=dict, description="constant columns to add")
    from_path: str | None = Field(None, description="regular expression; its named groups become columns")
    join: Join | None = Field(None, description="a small table to join")
    chunk: Literal["file", "page", "heading", "paragraph"] = Field("file", description="what of a document is a record")
    conversation: Conversation | None = Field(None, description="rows are messages: how to put them together")
    limits: Limits = Field(default_factory=Limits, description="what a file may cost")

    @model_validator(mode="before")
    @classmethod
    def _asked(cls, data: Any) -> Any:
        """With a query, the connection stands where else the path does."""
        if isinstance(data, dict) and data.get("query") and isinstance(data.get("connection"), str):
            return {"path": data["connection"]} | data
        return data

"""What every task of a run needs to know: the pipeline, where things are kept, and how finely the input is cut."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.cache import Cache
from prep.engine.elsewhere import fetch, local
from prep.engine.keys import file_hash
from prep.engine.sizing import PART_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from prep.catalog import Encoding
    from prep.pipeline.load import Loaded
    from prep.pipeline.model import Pipeline
    from prep.stages.part import Part


@dataclass(frozen=True)
class Context:
    """One run of one pipeline file."""

    loaded: Loaded
    cache: Cache
    part_bytes: int = PART_BYTES
    workers: int = 1
    memory: int | None = None  # the bytes that a run was given; None: what `sizing` makes of the machine
    sample: int | None = None  # records of each source to read; None: all
    force: bool = False
    catalog: Path | None = None  # the user's own figures, laid over the catalog's
    as_of: datetime.date = field(default_factory=datetime.date.today)  # what ages and days left count from
    fetched: Mapping[str, str] | None = None  # what `elsewhere` found in the process that started this one

    @property
    def pipeline(self) -> Pipeline:
        """The declaration."""
        return self.loaded.pipeline

    @property
    def base(self) -> Path:
        """The pipeline file's folder: inputs and outputs are relative to it."""
        return self.loaded.base

    @property
    def copies(self) -> Path:
        """Where copies of what lies elsewhere are kept."""
        return self.cache.root / "copies"

    @cached_property
    def elsewhere(self) -> Mapping[str, str]:
        """Where the copy of each joined table, evaluation file and the like lies, by its address."""
        return self.fetched if self.fetched is not None else fetch(self.pipeline, self.copies)

    @cached_property
    def local(self) -> Pipeline:
        """The declaration as those see it who read the files it names: with copies in the place of addresses."""
        return local(self.pipeline, self.elsewhere)

    def path(self, name: str) -> Path:
        """Where a file lies that the pipeline names."""
        return self.base / self.elsewhere.get(name, name)

    @property
    def directory(self) -> Path:
        """Where the results are published."""
        name = self.pipeline.output.directory
        assert name is not None
        folder = (self.base / name).resolve()
        return folder if self.sample is None or not folder.name else folder.with_name(folder.name + ".sample")

    @property
    def encoding(self) -> str:
        """What tokens are counted with: the target's encoding, or the path of a tokenizer.json in its place."""
        own = self.pipeline.count.tokenizer
        return str(self.base / own) if own is not None else self.counting[0].name

    @property
    def is_estimated(self) -> bool:
        """Whether the target's own tokenizer is not public, so that another's counts stand for it."""
        return self.counting[0].estimated

    @property
    def longest(self) -> int | None:
        """Most tokens of one training example of the target; None: not known."""
        return self.counting[1]

    @cached_property
    def counting(self) -> tuple[Encoding, int | None]:
        """The target's own encoding, and most tokens of one training example (None: not known)."""
        from prep.catalog import counted_with

        return counted_with(self.pipeline.target.provider, self.pipeline.target.model, self.catalog)

    @property
    def reports_conflicts(self) -> bool:
        """Whether label conflicts are reported rather than resolved."""
        dedupe = self.pipeline.dedupe
        return dedupe is not None and dedupe.conflicts == "report"

    @cached_property
    def plugins(self) -> dict[str, str]:
        """The hash of each plug-in file and of the local modules it imports, by name."""
        from prep.pipeline.plugins import plugin_files

        return {os.path.relpath(path, self.base): file_hash(path) for path in plugin_files(self.loaded)}

    def text_columns(self, source: int) -> tuple[str, ...]:
        """The columns of a source that hold text."""
        entry = self.pipeline.ingest[source]
        if entry.conversation is not None:
            return ()
        return tuple(entry.text) if entry.text is not None else (entry.columns.get("text", "text"),)

    def turn_columns(self, source: int) -> tuple[str, ...]:
        """The columns of a source that hold a conversation as a JSON array of messages."""
        names = ["turns"] if self.pipeline.ingest[source].conversation is not None else []
        if self.pipeline.format is not None:
            if self.pipeline.format.conversation is not None:
                names.append(self.pipeline.format.conversation)
            if self.pipeline.format.passthrough is True:
                names.append("messages")
        return tuple(dict.fromkeys(names))

    def part(self, frame: pl.DataFrame, source: int) -> Part:
        """Records of one source, with what the pipeline says of their columns."""
        from prep.stages.part import Part

        return Part(
            frame=frame,
            text=self.text_columns(source),
            turns=self.turn_columns(source),
            label=self.pipeline.label,
            group=self.pipeline.group,
            base=self.base,
        )

    def as_dict(self) -> dict[str, Any]:
        """The run as JSON data: the pipeline's text, not its objects."""
        return {
            "path": str(self.loaded.path),
            "text": self.loaded.text,
            "overrides": list(self.loaded.overrides),
            "cache": str(self.cache.root),
            "part_bytes": self.part_bytes,
            "sample": self.sample,
            "catalog": str(self.catalog) if self.catalog is not None else None,
            "elsewhere": self.elsewhere,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Context:
        """The run that `as_dict` described, in another process."""
        from prep.pipeline.load import load

        loaded = load(Path(data["path"]), data["overrides"], text=data["text"])
        catalog = Path(data["catalog"]) if data["catalog"] is not None else None
        return cls(
            loaded,
            Cache(Path(data["cache"])),
            data["part_bytes"],
            sample=data["sample"],
            catalog=catalog,
            fetched=data["elsewhere"],
        )

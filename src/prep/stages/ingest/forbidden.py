"""Rows with a column that cannot be called as it is: of one file among many, set aside one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.settings import Source


def is_forbidden(name: str) -> bool:
    """Whether a column cannot have this name: it is blank, the engine's own, or a pattern to polars (`*`, `^...$`)."""
    return not name or name.startswith("_") or name == "*" or (name.startswith("^") and name.endswith("$"))


def usable(rows: Rows, source: Source) -> Rows:
    """`rows` without those that have a value in a forbidden column, each an entry; all where its file stands alone.

    A source of one file says instead how to rename the column: there it is most likely all rows.
    """
    bad = [name for name in rows.columns if is_forbidden(source.columns.get(name, name))]
    if not bad or rows.file.options.alone:
        return rows
    good = [at for at in range(len(rows.rows)) if all(rows.columns[name][at] is None for name in bad)]
    kept = replace(
        rows,
        columns={name: [values[at] for at in good] for name, values in rows.columns.items() if name not in bad},
        rows=[rows.rows[at] for at in good],
        json=[rows.json[at] for at in good],
        places=[rows.places[at] for at in good] if rows.places else [],
    )
    for at in sorted(set(range(len(rows.rows))) - set(good)):
        named = next(name for name in bad if rows.columns[name][at] is not None)
        kept.quarantine(rows.rows[at], "forbidden_column", named.encode("utf-8", "backslashreplace"))
    return kept

"""The rows that a database query gives, as lines of JSON beside the cache; SQLite directly, others through polars."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from prep.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQLITE = re.compile(r"sqlite:(//)?(?P<path>.*)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PASSWORD = re.compile(r"://[^/@$]*:[^/@$]+@")
_ENCODE = msgspec.json.Encoder(uuid_format="canonical").encode
_ROWS = 1000


def database_path(connection: str, base: Path) -> Path | None:
    """The file of an SQLite database; None for a connection to another one."""
    match = _SQLITE.fullmatch(connection)
    if match is None and "://" in connection:
        return None
    # sqlite:///tickets.db is relative, sqlite:////var/tickets.db absolute, as elsewhere.
    path = match["path"] if match else connection
    return base / (path.removeprefix("/") if match and match[1] else path)


def answer(query: str, connection: str, base: Path, folder: Path) -> tuple[str, Path]:
    """(name, file with the rows as JSON lines). An unchanged SQLite file is not asked again.

    `${NAME}` in a connection is taken from the environment. InputError where the database refuses, UsageError where
    the connection has a password in it.
    """
    if _PASSWORD.search(connection):
        raise UsageError(
            "a `connection` in `ingest` holds a password",
            hint="take it from the environment: postgresql://${DB_USER}:${DB_PASSWORD}@host/name",
        )
    path = database_path(connection, base)
    # One answer is kept of each query: a folder of its own.
    folder = folder / blake2b(f"{path or connection}\0{query}".encode(), digest_size=16).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path is None:
        target = folder / "rows.jsonl"
        _write(_through_polars(query, _filled(connection)), target)
        return re.sub(r".*/", "", connection.partition("?")[0]), target
    if not path.is_file():
        raise InputError(
            f"there is no database {connection}", where=str(path), hint="its path is relative to the pipeline file"
        )
    states = [one.stat() for one in (path, path.with_name(f"{path.name}-wal")) if one.exists()]
    state = [(one.st_size, one.st_mtime_ns, one.st_ino) for one in states]
    target = folder / f"{blake2b(f'{state}'.encode(), digest_size=16).hexdigest()}.jsonl"
    if not target.exists():
        _write(_from_sqlite(query, path), target)
        for old in folder.iterdir():
            if old != target:
                old.unlink()
    return path.name, target


def _from_sqlite(query: str, path: Path) -> Iterator[dict[str, Any]]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(query)
            if found.description is None:
                raise InputError("the query gives no rows", where=str(path), hint="a query begins with SELECT")
            names = [column[0] for column in found.description]
            _refuse_twins(names, str(path))
            while rows := found.fetchmany(_ROWS):
                for row in rows:
                    yield dict(zip(names, map(_plain, row), strict=True))
    except sqlite3.Error as error:
        raise InputError(f"the database refuses the query: {error}", where=str(path)) from error


def _through_polars(query: str, connection: str) -> Iterator[dict[str, Any]]:
    import polars as pl

    try:
        frame = pl.read_database_uri(query, connection)
    except ModuleNotFoundError:
        hint = "pip install 'prep[databases]'"
        raise InputError("databases other than SQLite are read by a package that is not installed", hint=hint) from None
    except Exception as error:  # drivers have no common class, and some print the connection
        raise InputError(f"the database refuses the query ({type(error).__name__})") from None
    from prep.stages.tables import as_text, is_json

    raw = [name for name in frame.columns if is_json(frame[name].dtype)]
    texts = frame.select(as_text(frame[name]) for name in frame.columns)
    for row in texts.iter_rows(named=True):
        yield {name: msgspec.Raw(value.encode()) if name in raw and value else value for name, value in row.items()}


def _refuse_twins(names: list[str], where: str) -> None:
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise InputError(f"the query gives two columns called {twice}", where=where, hint="name one with AS")


def _plain(value: Any) -> Any:
    """Bytes that are text as text; other bytes as they go into JSON, in base64."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _filled(connection: str) -> str:
    """The connection with the values of the variables that it names."""
    missing = [name for name in _VARIABLE.findall(connection) if name not in os.environ]
    if missing:
        raise InputError(f"the environment has no {missing[0]}", hint="the connection takes it from there")
    return _VARIABLE.sub(lambda match: os.environ[match[1]], connection)


def _write(rows: Iterator[dict[str, Any]], target: Path) -> None:
    """All rows, one a line; the file is whole or not there."""
    waiting = target.with_suffix(".coming")
    with waiting.open("wb") as lines:
        for row in rows:
            lines.write(_ENCODE(row) + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    waiting.replace(target)

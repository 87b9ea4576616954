"""The rows that a database query gives, as lines of JSON beside the cache; SQLite directly, others through polars."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from hashlib import blake2b
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from prep.errors import InputError, UsageError
from prep.stages.ingest.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQLITE = re.compile(r"sqlite:(//)?(?P<path>.*)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PASSWORD = re.compile(
    r"://[^/@$]*:[^/@$]+@|(^|[?&;\s])(\w*password|passwd|pwd|\w*token|\w*secret)\s*=\s*[^$&;\s]", re.IGNORECASE
)
_OTHERS = "SQLite, PostgreSQL, MySQL, MSSQL and Oracle can be asked; of another database, export the rows to a file"
_TYPES = "its driver does not read every type: cast the column to text in the query"
_IN_URL = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_ENCODE = msgspec.json.Encoder(uuid_format="canonical").encode


def database_path(connection: str, base: Path) -> Path | None:
    """The file of an SQLite database; None for a connection to another one. InputError where a variable is not set."""
    connection = _filled(connection)
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
    folder = (
        folder / blake2b(f"{path or connection}\0{query}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path is None:
        target = folder / "rows.jsonl"
        _write(_through_polars(query, connection), target)
        return urlsplit(_filled(connection)).path.rpartition("/")[2] or "database", target
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
            database.text_factory = _text
            found = database.execute(query)
            if found.description is None:
                raise InputError("the query gives no rows", where=str(path), hint="a query begins with SELECT")
            names = [column[0] for column in found.description]
            _refuse_twins(names, str(path))
            for row in found:
                yield dict(zip(names, map(_plain, row), strict=True))
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError) as error:
        raise InputError(f"the database refuses the query: {error}", where=str(path)) from error


def _through_polars(query: str, declared: str) -> Iterator[dict[str, Any]]:
    """The rows of another database; `declared` is the connection as the pipeline file has it."""
    import polars as pl

    connection = _filled(declared)
    try:
        with quiet():
            frame = pl.read_database_uri(query, connection)
    except ModuleNotFoundError:
        raise InputError(
            "databases other than SQLite are read by a package that is not installed",
            hint="pip install 'prep[databases]'",
        ) from None
    except BaseException as error:  # drivers have no common class; some panic, and some print the connection
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        told = _told(error, declared)
        typed = re.search(r"decimal|deserializ|not implemented", told)
        hint = _TYPES if typed else _OTHERS if "not supported" in told else None
        raise InputError(f"the database refuses the query: {told}", where=declared, hint=hint) from None
    from prep.stages.tables import as_text, is_json

    raw = [name for name in frame.columns if is_json(frame[name].dtype)]
    texts = frame.select(as_text(frame[name]) for name in frame.columns).with_columns(
        # What JSON does not have stands there as it is, so that its reader sets that row aside.
        pl.when(frame[name].is_finite())
        .then(pl.col(name))
        .when(frame[name].is_not_null())
        .then(pl.lit("NaN"))
        .alias(name)
        for name, kind in frame.schema.items()
        if kind.is_float()
    )
    for row in texts.iter_rows(named=True):
        yield {name: msgspec.Raw(value.encode()) if name in raw and value else value for name, value in row.items()}


def _refuse_twins(names: list[str], where: str) -> None:
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise InputError(f"the query gives two columns called {twice}", where=where, hint="name one with AS")


def _told(error: BaseException, declared: str) -> str:
    """The first line of what a driver says, without what the connection takes from the environment."""
    text = str(error).strip().split("\n")[0][:300]
    secrets = [os.environ.get(name, "") for name in _VARIABLE.findall(declared)]
    written = {one for value in secrets for one in (value, unquote(value), quote(value, safe=""))}
    for secret in sorted(written, key=len, reverse=True):
        text = text.replace(secret, "***") if secret else text
    return text or type(error).__name__


class _Broken(bytes):
    """A text that is no UTF-8."""


def _text(value: bytes) -> str | _Broken:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _Broken(value)


def _plain(value: Any) -> Any:
    """Bytes that are text as text, other bytes as they go into JSON, in base64.

    What JSON does not have stands there as it is, so that its reader sets that row aside: a text that is no UTF-8, an
    infinite number.
    """
    if isinstance(value, _Broken):
        return msgspec.Raw(b'"' + value.replace(b"\n", b" ") + b'"')
    if isinstance(value, float) and not isfinite(value):
        return msgspec.Raw(b"Infinity" if value > 0 else b"-Infinity")
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _filled(connection: str) -> str:
    """The connection with the values of the variables that it names; in front of `@` as an address has them."""
    missing = [name for name in _VARIABLE.findall(connection) if name not in os.environ]
    if missing:
        raise InputError(f"the environment has no {missing[0]}", hint="the connection takes it from there")
    who, at, where = connection.rpartition("@")
    return (
        _VARIABLE.sub(lambda match: _quoted(os.environ[match[1]]), who)
        + at
        + _VARIABLE.sub(lambda match: os.environ[match[1]], where)
    )


def _quoted(value: str) -> str:
    return value if _IN_URL.fullmatch(value) else quote(value, safe="")


def _write(rows: Iterator[dict[str, Any]], target: Path) -> None:
    """All rows, one a line; the file is whole or not there."""
    waiting = target.with_suffix(".coming")
    with waiting.open("wb") as lines:
        for row in rows:
            lines.write(_ENCODE(row) + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    waiting.replace(target)

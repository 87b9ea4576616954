"""Database queries as sources."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from prep.errors import InputError, UsageError
from prep.stages.ingest.discover import discover
from prep.stages.ingest.query import answer
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan


@pytest.fixture
def base(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "tickets.db") as database:
        database.execute("CREATE TABLE t (id INTEGER, text TEXT, n REAL, raw BLOB)")
        rows = [(7, 'é\n"x"', 1.5, b"caf\xc3\xa9"), (8, None, None, b"\xff\x00"), (9, "z", 2.0, None)]
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    database.close()
    return tmp_path


def rows(base: Path, query: str, connection: str = "sqlite:///tickets.db") -> list[tuple[object, ...]]:
    source = Source.model_validate({"query": query, "connection": connection})
    [file] = discover([source], base, copies=base / "copies")
    pieces = [(file, piece) for piece in scan(file, 1 << 20)]
    [batch] = read(source, pieces, batch_bytes=1 << 20, base=base)
    names = [name for name in batch.frame.columns if not name.startswith("_")]
    return batch.frame.select("_id", *names, "_json").rows()


@pytest.mark.parametrize("connection", ["sqlite:///tickets.db", "tickets.db", "sqlite:tickets.db"])
def test_the_rows_of_a_query_are_records(base: Path, connection: str) -> None:
    """Texts as they are, numbers as JSON, bytes as text or base64; called by the database and the row's number."""
    assert rows(base, "SELECT * FROM t ORDER BY id", connection) == [
        ("tickets.db:1", "7", 'é\n"x"', "1.5", "café", '["id","n"]'),
        ("tickets.db:2", "8", None, None, "/wA=", '["id"]'),
        ("tickets.db:3", "9", "z", "2.0", None, '["id","n"]'),
    ]


def test_an_absolute_path_is_one(base: Path) -> None:
    """With a fourth stroke, as elsewhere."""
    assert len(rows(Path("/nowhere"), "SELECT 1 AS a", f"sqlite:///{base}/tickets.db")) == 1


def test_an_unchanged_database_is_not_asked_again(base: Path) -> None:
    """Its file says whether it changed; another query is another answer."""
    ask = lambda query: answer(query, "tickets.db", base, base / "copies")[1]  # noqa: E731
    first = ask("SELECT id FROM t")
    stamp = first.stat().st_mtime_ns
    assert ask("SELECT id FROM t").stat().st_mtime_ns == stamp
    assert ask("SELECT text FROM t") != first
    with sqlite3.connect(base / "tickets.db") as database:
        database.execute("DELETE FROM t")
    database.close()
    assert ask("SELECT id FROM t").read_bytes() == b""


@pytest.mark.parametrize(
    ("query", "connection", "message"),
    [
        ("SELECT * FROM none", "tickets.db", "no such table: none"),
        ("SELEC", "tickets.db", "syntax error"),
        ("DROP TABLE t", "tickets.db", "readonly database"),
        ("SELECT id, id FROM t", "tickets.db", "two columns called id"),
        ("SELECT 1", "none.db", "there is no database none.db"),
        ("SELECT 1", "postgresql://${PREP_NO_SUCH}@localhost/x", "the environment has no PREP_NO_SUCH"),
    ],
)
def test_what_the_database_refuses_is_an_error(base: Path, query: str, connection: str, message: str) -> None:
    """It is opened for reading only; nothing half is left behind."""
    with pytest.raises(InputError, match=message):
        answer(query, connection, base, base / "copies")
    assert [path for path in (base / "copies").glob("*") if path.suffix == ".jsonl"] == []


def test_a_password_in_a_connection_is_refused_unseen(base: Path) -> None:
    """The message does not repeat it."""
    with pytest.raises(UsageError, match="holds a password") as caught:
        answer("SELECT 1", "postgresql://ann:hunter2@localhost/x", base, base / "copies")
    assert "hunter2" not in str(caught.value.as_dict())


def test_other_databases_are_read_through_polars(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With values as a table's are; the connection's variables come from the environment."""
    from prep.stages.ingest import query

    monkeypatch.setenv("PREP_TEST_DB", str(base / "tickets.db"))
    address = query._filled("sqlite://${PREP_TEST_DB}")
    found = list(query._through_polars("SELECT id, text, n FROM t ORDER BY id", address))
    assert query._ENCODE(found) == (
        b'[{"id":7,"text":"\xc3\xa9\\n\\"x\\"","n":1.5},{"id":8,"text":null,"n":null},{"id":9,"text":"z","n":2.0}]'
    )

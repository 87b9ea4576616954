"""Database queries as sources."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from prep.errors import InputError, UsageError
from prep.stages.ingest import query
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


def rows(base: Path, asked: str, connection: str = "sqlite:///tickets.db") -> list[tuple[object, ...]]:
    source = Source.model_validate({"query": asked, "connection": connection})
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
    ask = lambda asked: answer(asked, "tickets.db", base, base / "copies")[1]  # noqa: E731
    first = ask("SELECT id FROM t")
    stamp = first.stat().st_mtime_ns
    assert ask("SELECT id FROM t").stat().st_mtime_ns == stamp
    assert ask("SELECT text FROM t") != first
    with sqlite3.connect(base / "tickets.db") as database:
        database.execute("DELETE FROM t")
    database.close()
    assert ask("SELECT id FROM t").read_bytes() == b""


@pytest.mark.parametrize(
    ("asked", "connection", "message"),
    [
        ("SELECT * FROM none", "tickets.db", "no such table: none"),
        ("SELEC", "tickets.db", "syntax error"),
        ("DROP TABLE t", "tickets.db", "readonly database"),
        ("SELECT id, id FROM t", "tickets.db", "two columns called id"),
        ("SELECT 1", "none.db", "there is no database none.db"),
        ("SELECT 1", "postgresql://${PREP_NO_SUCH}@localhost/x", "the environment has no PREP_NO_SUCH"),
    ],
)
def test_what_the_database_refuses_is_an_error(base: Path, asked: str, connection: str, message: str) -> None:
    """It is opened for reading only; nothing half is left behind."""
    with pytest.raises(InputError, match=message):
        answer(asked, connection, base, base / "copies")
    assert [path for path in (base / "copies").rglob("*") if path.suffix == ".jsonl"] == []


def test_a_password_in_a_connection_is_refused_unseen(base: Path) -> None:
    """The message does not repeat it."""
    with pytest.raises(UsageError, match="holds a password") as caught:
        answer("SELECT 1", "postgresql://ann:hunter2@localhost/x", base, base / "copies")
    assert "hunter2" not in str(caught.value.as_dict())


@pytest.mark.parametrize(
    "connection", ["postgresql:///x?user=ann&password=hunter2", "host=x password=hunter2", "mssql://h/x;pwd=hunter2"]
)
def test_a_password_elsewhere_in_a_connection_is_refused_too(base: Path, connection: str) -> None:
    """As a setting of its own."""
    with pytest.raises(UsageError, match="holds a password") as caught:
        answer("SELECT 1", connection, base, base / "copies")
    assert "hunter2" not in str(caught.value.as_dict())


def test_one_answer_is_kept_of_each_query(base: Path) -> None:
    """The old one goes when the database changed."""
    for text in ("a", "b"):
        with sqlite3.connect(base / "tickets.db") as database:
            database.execute("UPDATE t SET text = ?", [text])
        database.close()
        answer("SELECT id, text FROM t", "tickets.db", base, base / "copies")
    [kept] = (base / "copies").rglob("*.jsonl")
    assert kept.read_bytes() == b'{"id":7,"text":"b"}\n{"id":8,"text":"b"}\n{"id":9,"text":"b"}\n'


def test_values_that_json_does_not_have_set_their_row_aside(base: Path) -> None:
    """An infinite number, a text that is no UTF-8; numbers as long as they are, the other rows go through."""
    with sqlite3.connect(base / "tickets.db") as database:
        database.execute("INSERT INTO t VALUES (1, 'big', 9e999, NULL), (2, 'text', NULL, NULL)")
        database.execute("UPDATE t SET text = CAST(x'fffe0a41' AS TEXT) WHERE id = 2")
        database.execute("INSERT INTO t VALUES (9223372036854775807, '99999999999999999999999', 1e300, NULL)")
    database.close()
    source = Source.model_validate({"query": "SELECT * FROM t ORDER BY id", "connection": "tickets.db"})
    [file] = discover([source], base, copies=base / "copies")
    [batch] = read(source, [(file, piece) for piece in scan(file, 1 << 20)], batch_bytes=1 << 20, base=base)
    assert batch.quarantined.select("_row", "reason").rows() == [(1, "not_a_number"), (2, "invalid_utf8")]
    assert batch.frame["id"].to_list() == ["7", "8", "9", "9223372036854775807"]
    assert batch.frame["text"].to_list()[-1] == "99999999999999999999999"


def test_two_queries_of_one_database_are_called_by_their_place(base: Path) -> None:
    """The same in every run, also when the database changed."""
    sources = [Source.model_validate({"query": f"SELECT {n} AS a", "connection": "tickets.db"}) for n in (1, 2)]
    for _ in range(2):
        files = discover(sources, base, copies=base / "copies")
        assert [file.name for file in files] == ["1/tickets.db", "2/tickets.db"]
        assert len({file.relative for file in files}) == 2
        (base / "tickets.db").touch()


def test_a_connection_may_stand_in_the_environment_whole(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or in part, of SQLite too; a password is written there as it is."""
    monkeypatch.setenv("PREP_TEST_DB", "tickets.db")
    assert answer("SELECT 1 AS a", "sqlite:///${PREP_TEST_DB}", base, base / "copies")[0] == "tickets.db"
    monkeypatch.setenv("PREP_TEST_URL", "duckdb://ann:hunter2@example.org/x")
    with pytest.raises(InputError, match="not supported") as caught:
        answer("SELECT 1 AS a", "${PREP_TEST_URL}", base, base / "copies")
    assert "hunter2" not in str(caught.value.as_dict())
    monkeypatch.setenv("PREP_TEST_PASSWORD", "a/b@c:d#")
    filled = query._filled("postgresql://ann:${PREP_TEST_PASSWORD}@host/${PREP_TEST_DB}")
    assert filled == "postgresql://ann:a%2Fb%40c%3Ad%23@host/tickets.db"


def test_what_a_driver_says_is_told_without_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was given, and as an address has it."""
    monkeypatch.setenv("PREP_TEST_PASSWORD", "a/b@c")
    said = query._told(RuntimeError("no a/b@c, no a%2Fb%40c\nmore"), "x://${PREP_TEST_PASSWORD}@h")
    assert said == "no ***, no ***"


def test_other_databases_are_read_through_polars(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With values as a table's are; the connection's variables come from the environment."""
    monkeypatch.setenv("PREP_TEST_DB", str(base / "tickets.db"))
    found = list(query._through_polars("SELECT id, text, n FROM t ORDER BY id", "sqlite://${PREP_TEST_DB}"))
    assert query._ENCODE(found) == (
        b'[{"id":7,"text":"\xc3\xa9\\n\\"x\\"","n":1.5},{"id":8,"text":null,"n":null},{"id":9,"text":"z","n":2.0}]'
    )
    [row] = query._through_polars("SELECT 9e999 AS a", "sqlite://${PREP_TEST_DB}")
    assert query._ENCODE(row) == b'{"a":NaN}'
    for wrong in ("SELECT * FROM none", "SELECT 1 AS a, 2 AS a"):
        with pytest.raises(InputError, match="the database refuses the query") as caught:
            list(query._through_polars(wrong, "sqlite://${PREP_TEST_DB}"))
        assert str(base) not in caught.value.message

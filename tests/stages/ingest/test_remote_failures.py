"""Stores and web servers that fail: what is said of them holds nothing of what was sent."""

from __future__ import annotations

import gzip
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prep.errors import InputError
from prep.stages.ingest import remote
from prep.stages.ingest.discover import discover
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan

SECRET = "planted/secret+4711=="
BODY = b'{"t":"1"}\n' * 100
SCHEMES = {"s3": "s3://box/", "az": "az://box/", "gs": "gs://box/", "http": "http://{}/"}


class Wrong(http.server.ThreadingHTTPServer):
    """A server that fails in the way named by `way`; `asked` are the requests so far."""

    daemon_threads = True
    way: str | int = 200
    body: bytes = BODY
    asked: list[tuple[str, str]]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Wrong
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        server.asked.append((self.command, self.path))
        way, body = server.way, server.body
        headers = {"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 20:00:00 GMT"}
        status = 200
        if isinstance(way, int) and way != 200:
            status, body = way, f"<Error><Code>Bad</Code><Message>{SECRET} expired</Message></Error>".encode()
        elif way == "silent":
            time.sleep(30)
        elif way == "redirect":
            status, headers, body = 302, {"Location": f"{self.path}?sig={SECRET}"}, b""
        elif way == "gzip":
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        elif way == "changed" and self.command == "GET":
            body, headers["ETag"] = b'{"t":"2"}\n', '"2"'
        elif way == "stateless":
            headers = {}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        if way != "lengthless":
            self.send_header("Content-Length", str(len(body) + (500 if way == "truncated" else 0)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wrong]:
    """The server, to which the variables of all three stores lead, with secrets in each."""
    one = Wrong(("127.0.0.1", 0), Handler)
    one.asked = []
    threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    _lead_to(f"http://127.0.0.1:{one.server_port}", monkeypatch)
    monkeypatch.setattr(remote, "_RETRIES", {"max_retries": 0})
    yield one
    one.shutdown()
    one.server_close()


def _lead_to(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    google = {"gcs_base_url": address, "disable_oauth": True, "client_email": "a@b", "private_key_id": "1"}
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "planted-key",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": f"session-{SECRET}",
        "AZURE_STORAGE_ACCOUNT_NAME": "account",
        "AZURE_STORAGE_SAS_TOKEN": f"sv=2021&sig={SECRET}",
        "AZURE_STORAGE_ENDPOINT": address,
        "AZURE_ALLOW_HTTP": "true",
        "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(google | {"private_key": SECRET}),
    }.items():
        monkeypatch.setenv(name, value)


def _refused(path: str, folder: Path) -> str:
    """What is said of `path`, all of it; nothing half is left behind."""
    with pytest.raises(InputError) as caught:
        discover([Source(path=path)], folder, copies=folder / "copies")
    said = str(caught.value.as_dict())
    assert not [word for word in (SECRET, "planted", "sig=", "%2B4711") if word in said]
    assert [path for path in (folder / "copies").rglob("*") if path.is_file()] == []
    return caught.value.message


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("way", "message"),
    [
        (400, r"refuses the request \(400\)"),
        (401, r"asks for credentials \(401\)"),
        (403, r"refuses the credentials \(403\)"),
        (404, "nothing matches"),
        (503, r"fails \(503\)"),
        ("redirect", "from address to address without end"),
        ("truncated", "broke off before the end"),
    ],
)
def test_what_a_server_refuses_is_said_without_secrets(
    server: Wrong, tmp_path: Path, scheme: str, way: str | int, message: str
) -> None:
    """For each kind of store, whatever its answer repeats of what it was sent."""
    server.way = way
    assert message.replace("\\", "") in _refused(f"{_at(scheme, server)}a.jsonl", tmp_path)


@pytest.mark.parametrize("scheme", ["s3", "az", "gs"])
@pytest.mark.parametrize(
    ("way", "message"), [(403, "refuses the credentials"), (404, "no such bucket"), (200, "does not list files")]
)
def test_a_store_that_cannot_be_listed_says_so(
    server: Wrong, tmp_path: Path, scheme: str, way: int, message: str
) -> None:
    """Its answer is not repeated, be it an error or a page that is no list."""
    server.way, server.body = way, SECRET.encode()
    assert message in _refused(f"{_at(scheme, server)}*.jsonl", tmp_path)


def _at(scheme: str, server: Wrong) -> str:
    return SCHEMES[scheme].format(f"127.0.0.1:{server.server_port}")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_file_that_changes_between_question_and_answer_is_the_one_that_came(
    server: Wrong, tmp_path: Path, scheme: str
) -> None:
    """It is kept under its own state: the next run, told of the old one, fetches it again."""
    server.way = "changed"
    for times in (1, 2):
        [file] = discover([Source(path=f"{_at(scheme, server)}a.jsonl")], tmp_path, copies=tmp_path / "copies")
        assert file.path.read_bytes() == b'{"t":"2"}\n'
        assert len([one for one in server.asked if one[0] == "GET"]) == times


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_a_store_packs_is_unpacked_whatever_its_name(server: Wrong, tmp_path: Path, scheme: str) -> None:
    """`Content-Encoding: gzip` says so, now and when the copy lies there already."""
    server.way = "gzip"
    source = Source(path=f"{_at(scheme, server)}a.jsonl", text="t")
    for _ in range(2):
        [file] = discover([source], tmp_path, copies=tmp_path / "copies")
        assert (file.format, file.compression) == ("jsonl", "gz")
        pieces = [(file, piece) for piece in scan(file, 1 << 20)]
        [batch] = read(source, pieces, batch_bytes=1 << 20, base=tmp_path)
        assert batch.frame.height == 100
    assert len([one for one in server.asked if one[0] == "GET"]) == 1


def test_a_web_page_without_a_state_is_fetched_every_time(server: Wrong, tmp_path: Path) -> None:
    """Equal sizes say nothing."""
    server.way = "stateless"
    for body in (b'{"t":"1"}\n', b'{"t":"2"}\n'):
        server.body = body
        [file] = discover([Source(path=f"{_at('http', server)}a.jsonl")], tmp_path, copies=tmp_path / "copies")
        assert file.path.read_bytes() == body


def test_a_page_of_unknown_length_is_refused_with_a_way_out(server: Wrong, tmp_path: Path) -> None:
    """It could end anywhere."""
    server.way = "lengthless"
    assert "does not say how long" in _refused(f"{_at('http', server)}a.jsonl", tmp_path)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_silent_server_is_given_up(
    server: Wrong, tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time that a read may take, without a byte."""
    monkeypatch.setattr(remote, "_CLIENT", {"read_timeout": "300ms"})
    server.way = "silent"
    assert "does not answer in time" in _refused(f"{_at(scheme, server)}a.jsonl", tmp_path)


@pytest.mark.parametrize("scheme", ["s3", "az", "gs", "http", "https", "name"])
def test_a_server_that_is_not_there_is_told_from_one_that_refuses(
    tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed port, a name that nobody has, a server that speaks no TLS."""
    monkeypatch.setattr(remote, "_RETRIES", {"max_retries": 0})
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    _lead_to(f"http://127.0.0.1:{port}", monkeypatch)
    if scheme == "name":
        assert "no machine is called so" in _refused("https://prep.invalid/a.jsonl", tmp_path)
    else:
        address = SCHEMES.get(scheme, "https://{}/").format(f"127.0.0.1:{port}")
        assert "refuses the connection" in _refused(f"{address}a.jsonl", tmp_path)


def test_a_server_without_tls_is_said_to_be_one(server: Wrong, tmp_path: Path) -> None:
    """An address that promises it."""
    assert "does not speak TLS" in _refused(f"https://127.0.0.1:{server.server_port}/a.jsonl", tmp_path)


@pytest.mark.parametrize(
    ("path", "name", "value", "message"),
    [
        ("gs://box/a.csv", "GOOGLE_SERVICE_ACCOUNT_KEY", SECRET, "cannot be asked with these credentials"),
        ("gs://box/a.csv", "GOOGLE_SERVICE_ACCOUNT", f"/none/{SECRET}", "cannot be asked with these credentials"),
        ("az://box/a.csv", "AZURE_STORAGE_SAS_TOKEN", SECRET.rstrip("="), "cannot be asked with these credentials"),
        ("s3://box/a.csv", "AWS_ENDPOINT_URL", f"no address {SECRET}", "AWS_ENDPOINT_URL in the environment"),
        ("s3://box/a.csv", "AWS_ALLOW_HTTP", "false", "has an address without encryption"),
    ],
)
def test_variables_that_make_no_sense_are_refused_without_their_values(
    server: Wrong, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, name: str, value: str, message: str
) -> None:
    """A key that is none, a file that is not there, an address that is none."""
    monkeypatch.delenv("GOOGLE_SERVICE_ACCOUNT_KEY")
    monkeypatch.setenv(name, value)
    assert message in _refused(path, tmp_path)
    assert server.asked == []

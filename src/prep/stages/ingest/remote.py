"""Files that lie elsewhere: `s3://`, `az://`, `gs://`, `https://`, copied beside the cache before they are cut.

Who asks is known from the environment alone, by the names that each provider's own tools use.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from prep.errors import InputError, PrepError, UsageError
from prep.stages.ingest.globs import expand, fixed_part, is_glob, matches
from prep.stages.ingest.refusals import told

_ADDRESS = re.compile(
    r"(?P<scheme>s3|az|azure|abfss?|gs|https?)://(?P<place>[^/]*)/?(?P<path>.*)", re.IGNORECASE | re.DOTALL
)
_SIGNED = re.compile(r"[?&](sig|x-amz-[a-z-]+|x-goog-[a-z-]+|token|key|access_token)=", re.IGNORECASE)
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
_BLOCK = 8 * 1024 * 1024
_AT_ONCE = 8  # files that are fetched at the same time
# A request may take as long as its bytes keep coming; a store that is silent, or fails, is asked for a minute.
_CLIENT: Any = {"timeout": "7days", "read_timeout": "20s", "connect_timeout": "10s"}
_SWITCHES = ("allow_http", "allow_invalid_certificates")
_PROXY = ("proxy_url", "proxy_ca_certificate", "proxy_excludes")
_RETRIES: Any = {"max_retries": 6, "retry_timeout": timedelta(seconds=60)}


@dataclass(frozen=True)
class Copied:
    """A file that was copied: its address, its path inside the bucket, where the copy lies, how the store packs it."""

    address: str
    key: str
    path: Path
    packed: str | None = None  # "gz": the store keeps it gzipped (`Content-Encoding`), whatever its name says


def is_remote(path: str) -> bool:
    """Whether `path` is an address rather than a path."""
    return _ADDRESS.match(path) is not None


def refuse_secrets(address: str) -> None:
    """Raise UsageError where an address holds credentials; it is not printed."""
    match = _ADDRESS.match(address)
    if match is None:
        return
    who, at, _ = match["place"].rpartition("@")
    may_name_a_container = match["scheme"].lower() in ("abfs", "abfss") and ":" not in who
    if (at and not may_name_a_container) or _SIGNED.search(address):
        raise UsageError(
            "an address in the pipeline file holds credentials",
            hint="take them out of it; they are read from the environment, see docs/ingest.md",
        )


def copied(pattern: str, folder: Path) -> list[Copied]:
    """Copies of the files that match, sorted by path; one that lies there already is not fetched again.

    Braces and `*`, `**` work where the store can list; a web address is one file. InputError where nothing matches,
    the store cannot be reached, or the package for it is missing.
    """
    refuse_secrets(pattern)
    match = _ADDRESS.match(pattern)
    assert match is not None
    root = f"{match['scheme'].lower()}://{match['place']}"
    web = match["scheme"].lower() in ("http", "https")
    if web:
        _refuse_questions(pattern)
    try:
        store = _store(root, pattern)
        found = _named(store, unquote(match["path"])) if web else _listed(store, match["path"])
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            return list(pool.map(partial(_copy, store, root, folder), (meta for _, meta in sorted(found.items()))))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    except (PrepError, KeyboardInterrupt, SystemExit):
        raise
    except FileNotFoundError as error:
        doing, way = told(error) if "status code: 405" in str(error) else ("", "")
        if doing:
            raise InputError(f"cannot read {root}: it {doing}", where=pattern, hint=way) from None
        raise InputError(f"nothing matches {pattern}", where=root, hint="there is no such file") from None
    except BaseException as error:  # what a store's library raises has no common class; some of it panics
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(f"cannot keep a copy of {pattern}: {error.strerror}", where=str(folder)) from error
        doing, way = told(error)
        raise InputError(f"cannot read {root}: it {doing}", where=pattern, hint=way) from None


def _store(root: str, pattern: str) -> Any:
    try:
        from obstore.store import from_url
    except ModuleNotFoundError:
        raise InputError(
            f"{root} is read by a package that is not installed", where=pattern, hint="pip install 'prep[cloud]'"
        ) from None
    for name in _ENDPOINTS:
        if not re.fullmatch(r"(https?://[!-~]+)?", os.environ.get(name, "").strip()):
            raise InputError(
                f"{name} in the environment is no address", where=pattern, hint="for example http://localhost:9000"
            )
    return from_url(root, client_options=_CLIENT | _client(root), retry_config=_RETRIES)


def _client(root: str) -> dict[str, Any]:
    """What the variables of a store say of connections to it; a web address says itself whether it is encrypted."""
    if root.startswith("http"):
        return {"allow_http": root.startswith("http://")}
    prefix = "AWS" if root.startswith("s3") else "GOOGLE" if root.startswith("gs") else "AZURE"
    given = {name: os.environ.get(f"{prefix}_{name.upper()}", "") for name in (*_SWITCHES, *_PROXY)}
    if prefix == "GOOGLE":  # another address than Google's own stands in the key file alone
        given["allow_http"] = given["allow_http"] or "true"
    return {
        name: value.lower() in ("true", "1", "yes") if name in _SWITCHES else value
        for name, value in given.items()
        if value
    }


def _listed(store: Any, path: str) -> dict[str, Any]:
    """The objects that match, by their path."""
    import obstore

    found: dict[str, Any] = {}
    for one in expand(path):
        if not is_glob(one):
            found[one] = obstore.head(store, one)
            continue
        for page in obstore.list(store, prefix=fixed_part(one) or None):
            for meta in page:
                name = meta["path"]
                hidden = any(part.startswith(".") for part in name.split("/"))
                if matches(one, name) and not hidden and not name.endswith("/"):
                    found[name] = meta
    if not found:
        raise FileNotFoundError(path)
    return found


def _refuse_questions(pattern: str) -> None:
    """InputError for a web address that is to be searched, or asks; what it asks may be secret, so it is not shown."""
    for name in expand(unquote(pattern)):
        if any(mark in name for mark in "*?#"):
            raise InputError(
                "a web address is one file: it cannot be searched, nor asked with `?`",
                where=re.split(r"[?#]", pattern)[0],
                hint="name the files, with braces if there are several: https://example.org/{a,b}.jsonl",
            )


def _named(store: Any, path: str) -> dict[str, Any]:
    import obstore

    return {name: obstore.head(store, name) for name in expand(path)}


def _copy(store: Any, root: str, folder: Path, meta: Any) -> Copied:
    """The copy of an object, fetched where there is none of this state of it."""
    import obstore

    key = str(meta["path"])
    address = f"{root}/{key}"
    own = folder / _hash(address)
    for packed in (None, "gz"):
        lying = _place(own, meta, packed)
        if lying is not None and lying.exists():
            return Copied(address, key, lying, packed)
    got = obstore.get(store, key)
    # The file may have changed since it was listed: what comes is what counts.
    meta = got.meta
    packed = "gz" if str(got.attributes.get("Content-Encoding", "")).lower() in ("gzip", "x-gzip") else None
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, waiting = tempfile.mkstemp(dir=own, prefix=".coming.")
    try:
        size = 0
        with os.fdopen(descriptor, "wb") as copy:
            for block in got.stream(min_chunk_size=_BLOCK):
                size += copy.write(bytes(block))
            copy.flush()
            os.fsync(copy.fileno())
        if meta["size"] != size:
            raise InputError(f"{address} has {meta['size']:,} bytes and {size:,} arrived", where=root, hint="run again")
        target = _place(own, meta, packed) or own / "now" / _name(key)
        target.parent.mkdir(exist_ok=True)
        Path(waiting).replace(target)
        for old in own.iterdir():
            if old.is_dir() and old != target.parent:
                shutil.rmtree(old)
    finally:
        Path(waiting).unlink(missing_ok=True)
    return Copied(address, key, target, packed)


def _place(own: Path, meta: Any, packed: str | None) -> Path | None:
    """Where the copy of this state of an object lies; None where the store does not say which state it is."""
    changed = meta["last_modified"]
    tag = (meta["e_tag"] or "").removeprefix("W/").strip('"')  # some stores quote it here and not there
    known = tag or (changed.isoformat() if isinstance(changed, datetime) and changed.timestamp() > 0 else "")
    if not known:
        return None
    return own / _hash(f"{known}:{meta['size']}:{packed}") / _name(meta["path"])


def _name(key: str) -> str:
    """The copy's own name: messages about it show it, and a joined table's ending says what it is."""
    name = PurePosixPath(key).name
    return name if len(name.encode()) <= 200 and name.isprintable() else _hash(name)


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

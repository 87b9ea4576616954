"""Files that lie elsewhere: `s3://`, `az://`, `gs://`, `https://`, copied beside the cache before they are cut.

Who asks is known from the environment alone, by the names that each provider's own tools use.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from prep.errors import InputError, UsageError
from prep.stages.ingest.globs import expand, fixed_part, is_glob, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS = re.compile(
    r"(?P<scheme>s3|az|azure|abfss?|gs|https?)://(?P<place>[^/]*)/?(?P<path>.*)", re.IGNORECASE | re.DOTALL
)
_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL|SAS|SIGNATURE", re.IGNORECASE)
_SIGNED = re.compile(r"[?&](sig|x-amz-[a-z-]+|x-goog-[a-z-]+|token|key|access_token)=", re.IGNORECASE)
_BLOCK = 8 * 1024 * 1024


@dataclass(frozen=True)
class Copied:
    """A file that was copied: its address, its path inside the bucket, and where the copy lies."""

    address: str
    key: str
    path: Path


def is_remote(path: str) -> bool:
    """Whether `path` is an address rather than a path."""
    return _ADDRESS.match(path) is not None


def refuse_secrets(address: str) -> None:
    """Raise UsageError where an address holds credentials; it is not printed."""
    match = _ADDRESS.match(address)
    if match is not None and ("@" in match["place"] and match["scheme"].lower() not in ("abfs", "abfss")):
        secret = True
    else:
        secret = _SIGNED.search(address) is not None
    if secret:
        raise UsageError(
            "an address in `ingest` holds credentials",
            hint="take them out of the pipeline file; they are read from the environment, see docs/ingest.md",
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
    store = _store(root, pattern)
    web = match["scheme"].lower() in ("http", "https")
    try:
        found = _named(store, unquote(match["path"]), pattern) if web else _listed(store, match["path"])
        return [_copy(store, root, meta, folder) for _, meta in sorted(found.items())]
    except FileNotFoundError:
        raise InputError(f"nothing matches {pattern}", where=root, hint="there is no such file") from None
    except Exception as error:  # what a store's library raises has no common class
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"cannot read {root}: {_told(error)}",
            where=pattern,
            hint="look at the address and at the credentials in the environment",
        ) from None


def _store(root: str, pattern: str) -> Any:
    try:
        from obstore.store import from_url
    except ModuleNotFoundError:
        raise InputError(
            f"{root} is read by a package that is not installed", where=pattern, hint="pip install 'prep[cloud]'"
        ) from None
    # A web address says itself that it is not encrypted; a store's own address comes from its variables.
    return from_url(root, client_options={"allow_http": True} if root.startswith("http://") else None)


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


def _named(store: Any, path: str, pattern: str) -> dict[str, Any]:
    import obstore

    names = expand(path)
    if any("*" in name or "?" in name for name in names):
        raise InputError(
            "a web address is one file: it cannot be searched, nor asked with `?`",
            where=pattern,
            hint="name the files, with braces if there are several: https://example.org/{a,b}.jsonl",
        )
    return {name: obstore.head(store, name) for name in names}


def _copy(store: Any, root: str, meta: Any, folder: Path) -> Copied:
    """The copy of an object, fetched where there is none of this state of it."""
    import obstore

    key = str(meta["path"])
    address = f"{root}/{key}"
    changed = meta["last_modified"]
    known = meta["e_tag"] or (changed.isoformat() if isinstance(changed, datetime) else None)
    own = folder / _hash(address)
    target = own / (_hash(f"{known}:{meta['size']}") + "".join(PurePosixPath(key).suffixes[-2:]))
    if known is None or not target.exists():
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting = own / ".coming"
        with waiting.open("wb") as copy:
            for block in _blocks(obstore.get(store, key)):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        size = waiting.stat().st_size
        if known is not None and meta["size"] not in (None, size):
            raise InputError(f"{address} has {meta['size']:,} bytes and {size:,} arrived", where=root, hint="run again")
        for old in own.iterdir():
            if old not in (waiting, target):
                old.unlink()
        waiting.replace(target)
    return Copied(address, key, target)


def _blocks(got: Any) -> Iterator[bytes]:
    for block in got.stream(min_chunk_size=_BLOCK):
        yield bytes(block)


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _told(error: BaseException) -> str:
    """What an error says in its first line, without the values of variables that hold secrets."""
    text = str(error).strip().split("\n")[0]
    for name, value in os.environ.items():
        if len(value) > 3 and _SECRET.search(name):
            text = text.replace(value, "***")
    return text[:300]

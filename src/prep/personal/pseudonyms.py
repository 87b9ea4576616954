"""Pseudonyms: the same value has the same stand-in in every record and run, as long as the key is the same."""

from __future__ import annotations

import hashlib
import hmac
import os

from prep.errors import UsageError

VARIABLE = "PREP_PSEUDONYM_KEY"
_SHORTEST = 16


def pseudonym_key(variable: str) -> bytes:
    """The key that the environment holds; UsageError where there is none or it is too short to be one."""
    key = os.environ.get(variable, "").encode("utf-8", "surrogateescape")
    if len(key) < _SHORTEST:
        told = "is too short" if key else "is not set"
        hint = f"a secret of {_SHORTEST} characters at least: export {variable}=$(openssl rand -hex 32)"
        raise UsageError(f"`redact` makes pseudonyms with the key in {variable}, which {told}", hint=hint)
    return key


def fingerprint(variable: str) -> str | None:
    """Eight hex digits that tell keys apart and nothing else about them; None where there is no key."""
    key = os.environ.get(variable, "").encode("utf-8", "surrogateescape")
    return hmac.new(key, b"prep: fingerprint of a key", hashlib.sha256).hexdigest()[:8] if key else None


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """Twelve hex digits for a value of a kind (HMAC-SHA-256)."""
    told = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:12]

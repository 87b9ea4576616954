"""Sizes in bytes as people write them: `2GiB`, `500MB`, `16 MiB`."""

from __future__ import annotations

import re

from prep.errors import UsageError

_ENDINGS = {"": 1024, "ib": 1024, "b": 1000}
_UNITS = {f"{letter}{end}": base**power for power, letter in enumerate("kmgt", 1) for end, base in _ENDINGS.items()}
_UNITS |= {"": 1, "b": 1}


def parse_size(text: str, name: str) -> int:
    """Bytes; KB, MB, GB count in thousands, KiB, MiB, GiB (and K, M, G) in 1,024s. UsageError names `name`."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if found is None or found[2].lower() not in _UNITS:
        raise UsageError(f"{name}: {text!r} is no size", hint="write it like 2GiB or 500MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def told(size: float) -> str:
    """A size for people: `1.5 GiB`."""
    power = 0
    while size >= 1024 and power < 3:
        size, power = size / 1024, power + 1
    return f"{size:,.1f} {('bytes', 'KiB', 'MiB', 'GiB')[power]}" if power else f"{size:,.0f} bytes"

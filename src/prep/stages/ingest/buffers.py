"""Blocks of bytes as a stream that says where its data is damaged."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1024 * 1024


class DamagedError(Exception):
    """The data ends too early, or is no such data; what came before was delivered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Blocks(io.RawIOBase):
    """A raw stream over an iterator of byte blocks, so that an error comes after all blocks before it."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        view = memoryview(target)
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def buffered(blocks: Iterable[bytes]) -> io.BufferedReader:
    """Byte blocks as a stream."""
    return io.BufferedReader(_Blocks(iter(blocks)), BLOCK)


class _Damaged(io.RawIOBase):
    """A raw stream that is damaged wherever it is read."""

    def __init__(self, damage: DamagedError) -> None:
        self._damage = damage

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, _whence: int = 0, /) -> int:
        return offset

    def readinto(self, _: Any, /) -> int:
        raise self._damage


def damaged(damage: DamagedError) -> io.BufferedReader:
    """A stream that is damaged from its first byte on: opening it does not raise, nor does seeking; reading does."""
    return io.BufferedReader(_Damaged(damage))

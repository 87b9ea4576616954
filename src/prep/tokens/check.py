"""tiktoken's word on a sample, from a second process: loading its encoding takes longer than counting 50 megabytes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import weakref


class Second:
    """A process that counts with tiktoken alone. It ends with this one, or when it is no longer needed."""

    def __init__(self, name: str) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, ValueError, TypeError):  # no interpreter of its own, as in some embeddings
            self._works = False
            return
        self._works = True
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._process, self._owner)

    def ask(self, texts: list[str]) -> bool:
        """Send texts to be counted; false where that cannot be done, as in a fork of the process that began it."""
        if not self._works or os.getpid() != self._owner:
            return False
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(texts).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            self._stop()
        return self._works

    def answer(self) -> list[int] | None:
        """The counts of the texts asked for; None where the process has failed."""
        assert self._process.stdout is not None
        try:
            found: list[int] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            self._stop()
            return None
        return found

    def _stop(self) -> None:
        self._works = False
        self._end()


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() != owner:
        return
    assert process.stdin is not None
    assert process.stdout is not None
    process.kill()
    process.wait()
    process.stdout.close()
    with contextlib.suppress(OSError):  # texts that were never sent have nobody to go to
        process.stdin.close()


def main() -> None:
    """Answer each line of texts with a line of counts, until there are no more."""
    from prep.tokens.encodings import encoding

    for line in sys.stdin.buffer:
        texts = json.loads(line)
        counts = [len(encoding(sys.argv[1]).encode_ordinary(text)) for text in texts]
        sys.stdout.write(json.dumps(counts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

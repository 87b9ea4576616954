"""A worker process: reads the run and then its tasks as JSON lines, answers each with a line; ends with its input."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from prep.engine.context import Context
from prep.engine.tasks.dispatch import Task, carry_out, warm
from prep.errors import PrepError, system_error


def main() -> None:
    """Serve tasks from standard input until it ends."""
    # What a library or a plug-in prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A last line without its end is of a parent that was killed while it wrote.
    lines = iter(lambda: line if (line := sys.stdin.buffer.readline()).endswith(b"\n") else b"", b"")
    first = next(lines, None)
    if first is None:
        return
    context = Context.from_dict(json.loads(first))
    for line in lines:
        asked = json.loads(line)
        if "warm" in asked:
            warm(context, check=asked["warm"] == 0)
            continue
        try:
            answer: dict[str, Any] = {"done": carry_out(context, Task(**asked))}
        except PrepError as error:
            answer = {"error": error.as_dict()}
        except BaseException as error:  # a panic of a native library is no Exception
            refused = system_error(error)
            answer = {"error": refused.as_dict()} if refused is not None else {"bug": traceback.format_exc()}
        try:
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()
        except BrokenPipeError:
            os._exit(1)  # nobody waits for the answer any more


if __name__ == "__main__":
    main()

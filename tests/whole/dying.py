"""The command `prep` with a knife: `python dying.py NUMBER ARGUMENTS...` ends by SIGKILL just before the NUMBER-th
rename of a file or folder.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prep.cli import main
from prep.engine import swap

NUMBER = int(sys.argv[1])
COUNTER = Path(os.environ["PREP_TEST_COUNTER"])


def deadly(rename: Callable[..., Any]) -> Callable[..., Any]:
    def once(*arguments: Any, **options: Any) -> Any:
        with COUNTER.open("ab") as handle:
            handle.write(b".")
        if COUNTER.stat().st_size == NUMBER:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(*arguments, **options)

    return once


os.rename = deadly(os.rename)
os.replace = deadly(os.replace)
swap._exchange = deadly(swap._exchange)
del sys.argv[1]
main()

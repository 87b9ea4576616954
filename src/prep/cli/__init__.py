"""The command line: parse, call, print - nothing else."""

import os
import sys

from prep.cli.interruption import leave, listen, settle


def main() -> None:
    """The command `prep`. Imports stand inside: an interruption while they load ends in order, too."""
    code = 130
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads spin, and nothing here multiplies dense matrices
    try:
        listen()
        from prep.cli.app import carry_out

        code = carry_out(sys.argv[1:])
        settle()
    except KeyboardInterrupt:
        settle()
    leave(code)

"""The command line: parse, call, print - nothing else."""

import sys


def main() -> None:
    """The command `prep`. Imports stand inside: an interruption while they load ends in order, too."""
    try:
        from prep.cli.app import main as app

        app()
    except KeyboardInterrupt:
        sys.exit(130)

"""The command line: parse, call, print - nothing else."""

import sys


def main() -> None:
    """The command `prep`. What it needs is imported inside, so that an interruption while it loads ends in order, too."""
    try:
        from prep.cli.app import main as app

        app()
    except KeyboardInterrupt:
        sys.exit(130)

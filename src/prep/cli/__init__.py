"""The command line: parse, call, print - nothing else."""

from prep.cli.main import main

__all__ = ["main"]

"""The command line: parse, call, print - nothing else."""

from prep.cli.app import main

__all__ = ["main"]

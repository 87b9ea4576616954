"""Starting is quick, and every command explains itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from prep.cli.app import COMMANDS

HEAVY = ("polars", "numpy", "scipy", "datasketch", "tiktoken", "gigatoken", "jsonschema", "ftfy")


def imported_by(*arguments: str) -> list[str]:
    """The heavy modules that `prep ARGUMENTS` has imported when it is done."""
    code = (
        "import sys; sys.argv[0] = 'prep'\n"
        "import prep.cli.app as main\n"
        f"assert main.carry_out({list(arguments)!r}) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(eval(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["steps"], ["rules"], ["schema"]])
def test_looking_things_up_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help and look-ups answer without loading data libraries."""
    assert imported_by(*arguments) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """`prep COMMAND --help` says in a sentence what it does, and every option has its own."""
    from prep.cli.app import cli

    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.help
    assert command.help[0].isupper()
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert all(option.help for option in options)


def test_an_unknown_command_names_the_nearest() -> None:
    """A slip of the finger gets an answer, not a traceback."""
    done = subprocess.run([sys.executable, "-m", "prep", "rnu"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean `run`?" in done.stderr

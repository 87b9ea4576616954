"""The command `prep`: its commands, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from prep.cli.interruption import interrupted
from prep.errors import EXIT_BUG, EXIT_USAGE, Interrupted, PrepError, system_error

# In the order in which a newcomer meets them; one module each.
COMMANDS = (
    "init", "run", "plan", "status", "lint", "show", "why", "validate", "count", "cost", "advise", "models", "steps",
    "rules", "schema", "cache", "doctor",
)  # fmt: skip

# Cycles are looked for seldom: a run makes few of them, and lists of very many files would be gone through each time.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000
_INTERRUPTED = "interrupted; finished work is kept, the outputs are the last ones that were finished"


class Commands(click.Group):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"prep.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"No such command: {args[0]}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prep", message="prep %(version)s")
def cli() -> None:
    """Turn raw domain data into fine-tune-ready datasets, with every line accounted for."""


def carry_out(arguments: list[str]) -> int:
    """Run the command line `arguments`; returns the exit code of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show a letter shows its escape
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 100)
    as_json = "--json" in arguments
    try:
        code = cli.main(arguments, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        hint = f"see `{error.ctx.command_path} --help`" if isinstance(error, click.UsageError) and error.ctx else None
        return _fail(PrepError(error.format_message(), hint=hint), as_json)
    except PrepError as error:
        return _fail(Interrupted(_INTERRUPTED) if interrupted() else error, as_json)
    except (KeyboardInterrupt, click.Abort) as stop:
        # click makes the same of a file that ends too early as of Ctrl-C.
        if isinstance(stop.__cause__, EOFError):
            return _bug(stop.__cause__, as_json)
        return _fail(Interrupted(_INTERRUPTED), as_json)
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0
    except BaseException as error:  # a panic of a native library is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if interrupted():
            return _fail(Interrupted(_INTERRUPTED), as_json)
        refused = system_error(error)
        return _fail(refused, as_json) if refused is not None else _bug(error, as_json)


def _fail(error: PrepError, as_json: bool) -> int:
    from prep.console import print_error

    print_error(error, as_json)
    return error.exit_code


def _bug(error: BaseException, as_json: bool) -> int:
    if os.environ.get("PREP_DEBUG"):
        raise error
    told = PrepError(
        f"a mistake in prep: {type(error).__name__}: {str(error)[:500]}",
        hint="run again with PREP_DEBUG=1 to see where, and report it; the outputs are as they were",
    )
    _fail(told, as_json)
    return EXIT_BUG


assert click.UsageError.exit_code == EXIT_USAGE

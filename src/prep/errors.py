"""Every error a user can meet: what is wrong, where, and how out; and the exit code it ends with."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

EXIT_OK = 0
EXIT_GATE = 1
EXIT_USAGE = 2
EXIT_WORK_TO_DO = 3
EXIT_BUG = 101
EXIT_INTERRUPTED = 130


class PrepError(Exception):
    """An error with a place and a way out. `exit_code` is what the command ends with."""

    exit_code = EXIT_USAGE

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def as_dict(self) -> dict[str, Any]:
        """The error as plain data, for `--json` and for the way from a worker to its parent."""
        return {"kind": type(self).__name__, "message": self.message, "where": self.where, "hint": self.hint}


class UsageError(PrepError):
    """The command line asks for something that cannot be done."""


class InputError(PrepError):
    """An input is missing, unreadable as a whole, or contradicts the pipeline."""


class GateError(PrepError):
    """The work was done and its finding says no: invalid data, too much quarantined, over budget."""

    exit_code = EXIT_GATE


class Interrupted(PrepError):  # noqa: N818
    """The user, or the system, ended the run."""

    exit_code = EXIT_INTERRUPTED


@dataclass(frozen=True)
class Problem:
    """One mistake in a pipeline file, with its place.

    `line` and `column` count from 1; `source` is the text of that line; 0 and "" mean: no place in a file
    (a value given with `--set`, say).
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    hint: str | None = None
    path: str = ""


class PipelineError(PrepError):
    """A pipeline file is wrong; `problems` are all of its mistakes, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        count = len(problems)
        super().__init__(f"{count} mistake{'s' if count != 1 else ''} in the pipeline file")
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))

    def as_dict(self) -> dict[str, Any]:
        """The error as plain data, one entry a mistake."""
        return super().as_dict() | {"problems": [asdict(problem) for problem in self.problems]}


def system_error(error: BaseException) -> PrepError | None:
    """What the system refused, as an error for the user; None where `error` is something else.

    Native libraries tell it in their own exceptions' text: "... File too large (os error 27)".
    """
    if isinstance(error, OSError):
        names = [str(name) for name in (error.filename, error.filename2) if name]
        return PrepError(error.strerror or str(error), where=" -> ".join(names) or None)
    found = re.search(r"([^:]*) \(os error [0-9]+\)", str(error))
    return PrepError(found[1].strip(), hint="free some space, or look at the folder's rights") if found else None


ERRORS = {kind.__name__: kind for kind in (PrepError, UsageError, InputError, GateError)}


def from_dict(data: dict[str, Any]) -> PrepError:
    """The error that `as_dict` described."""
    if data["kind"] == "PipelineError":
        return PipelineError([Problem(**problem) for problem in data["problems"]])
    return ERRORS[data["kind"]](data["message"], where=data["where"], hint=data["hint"])

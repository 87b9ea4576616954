"""Users' own steps and readers: their files loaded by path, checked, and known to the cache with all they import."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

import xxhash

from prep.errors import Problem
from prep.stages.registry import READERS, STEPS, BuiltInSteps, Reader, Step, StepConfig, load_readers, load_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prep.pipeline.load import Loaded
    from prep.pipeline.positions import Positions


@dataclass(frozen=True)
class Plugin:
    """One loaded file: what it registered, and the files that were its code."""

    file: Path
    digest: str
    steps: dict[str, Step] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)


# What is loaded in this process, by path, and the names of the local modules that came with it.
_LOADED: dict[Path, Plugin] = {}
_LOCAL: set[str] = set()


def load_plugins(names: Any, base: Path, positions: Positions, problems: list[Problem]) -> Mapping[str, Step]:
    """Load the plug-ins `names` (relative to `base`); every step the pipeline may use, built-in and its own."""
    if not names:
        return BuiltInSteps()
    known = dict(load_steps())
    found: list[Problem] = []
    owners: dict[str, Path] = {}
    for number, name in enumerate(names if isinstance(names, list) else []):
        at = ("plugins", number)
        if not isinstance(name, str) or positions.reported(at):
            continue
        path = base / name
        if "\0" in name or not path.is_file():
            problems.append(
                positions.problem(at, f"there is no plug-in file `{name}`", "its path is relative to the pipeline file")
            )
            continue
        plugin = _load(path, found)
        if plugin is None:
            continue
        for step in plugin.steps.values():
            if step.name in owners:
                message = f"the step `{step.name}` is in {owners[step.name].name}, too"
                found.append(_at_function(step.function, message, "give one of them another name"))
            owners[step.name] = path
        known |= plugin.steps
    problems += [replace(problem, file=_shown(problem.file, base, positions)) for problem in found]
    return known


def _shown(file: str, base: Path, positions: Positions) -> str:
    """A plug-in's path as the pipeline file's own was given."""
    if Path(file).is_relative_to(base):
        return str(Path(positions.file).parent / Path(file).relative_to(base))
    return file


def plugin_files(loaded: Loaded) -> list[Path]:
    """The plug-in files of a pipeline and the local modules they import, however deep; sorted, absolute."""
    files: set[Path] = set()
    for name in loaded.pipeline.plugins:
        files |= _code_files(loaded.base / name)
    return sorted(files)


def _is_builtin(entry: Step | Reader) -> bool:
    return entry.function.__module__.startswith("prep.")


def _load(path: Path, problems: list[Problem]) -> Plugin | None:
    digest = xxhash.xxh3_128()
    for file in sorted(_code_files(path)):
        digest.update(f"{file}\0".encode("utf-8", "surrogateescape") + file.read_bytes() + b"\0")
    known = _LOADED.get(path)
    if known is None or known.digest != digest.hexdigest():
        known = _execute(path, digest.hexdigest(), problems)
    if known is not None:
        _LOADED[path] = known
        STEPS.update(known.steps)
        READERS.update(known.readers)
    return known


def _execute(path: Path, digest: str, problems: list[Problem]) -> Plugin | None:
    load_readers()
    steps, readers = dict(STEPS), dict(READERS)
    before = len(problems)
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OSError) as error:  # a NUL is a ValueError
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        problems.append(_at(path, line, f"the plug-in is not Python: {getattr(error, 'msg', error)}", column=column))
        return None
    try:
        STEPS.clear()
        READERS.clear()
        _run(code, path)
        new_steps, new_readers = dict(STEPS), dict(READERS)
    except (Exception, SystemExit) as error:
        problems.append(_raised(error, path))
        return None
    finally:
        STEPS.clear()
        STEPS.update(steps)
        READERS.clear()
        READERS.update(readers)
    for step in new_steps.values():
        config: Any = step.config
        if step.name in steps and _is_builtin(steps[step.name]):
            message = f"the step `{step.name}` is one of prep's own"
            problems.append(_at_function(step.function, message, "give the function another name"))
        elif not (isinstance(config, type) and issubclass(config, StepConfig)):
            message = f"the settings of the step `{step.name}` are not a StepConfig"
            problems.append(_at_function(step.function, message, "class MySettings(StepConfig): ..."))
    for reader in new_readers.values():
        if reader.name in readers and _is_builtin(readers[reader.name]):
            message = f"the reader `{reader.name}` is one of prep's own"
            problems.append(_at_function(reader.function, message, "give the function another name"))
    return Plugin(path, digest, new_steps, new_readers) if len(problems) == before else None


def _run(code: CodeType, path: Path) -> None:
    """Execute a plug-in as a module of its own; its folder can be imported from meanwhile."""
    name = f"prep_plugin_{xxhash.xxh3_64_hexdigest(str(path).encode('utf-8', 'surrogateescape'))}"
    spec = importlib.util.spec_from_loader(name, loader=None, origin=str(path))
    assert spec is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    for local in _LOCAL:
        sys.modules.pop(local, None)
    _LOCAL.clear()
    before = set(sys.modules)
    sys.modules[name] = module
    try:
        with _importable(path.parent):
            exec(code, module.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        _LOCAL.update(new for new in set(sys.modules) - before - {name} if _is_local(sys.modules[new], path.parent))


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # nothing is left in the user's folder, and no stale copy is read later
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def _is_local(module: ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    if file is None or module.__name__.partition(".")[0] == "prep":
        return False
    return Path(file).is_relative_to(folder) and "site-packages" not in Path(file).parts


def _code_files(path: Path) -> set[Path]:
    """A Python file and the files of its folder that it imports, as far as `import` statements tell."""
    folder, found, left = path.parent, set[Path](), [path]
    while left:
        file = left.pop()
        if file in found:
            continue
        found.add(file)
        left += [other for name in _imports(file, folder) for other in _files_of(name, folder)]
    return found


def _imports(file: Path, folder: Path) -> Iterator[str]:
    """The dotted names a file imports; relative ones spelled from the plug-in's folder."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = file.relative_to(folder).parent.parts
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join((*above, node.module or "")).strip(".")
            yield start
            yield from (f"{start}.{alias.name}".strip(".") for alias in node.names)


def _files_of(name: str, folder: Path) -> Iterator[Path]:
    """The files that `import name` would run: the module and the packages around it."""
    pieces = name.split(".") if name else []
    for length in range(1, len(pieces) + 1):
        place = folder.joinpath(*pieces[:length])
        for file in (place / "__init__.py", place.with_name(place.name + ".py")):
            if file.is_file():
                yield file
                break


def _raised(error: BaseException, path: Path) -> Problem:
    """An exception of a plug-in, at the last line of the plug-in's folder that was running."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(path.parent)
    ]
    if isinstance(error, SyntaxError) and error.filename:  # in a module it imports
        return _at(Path(error.filename), error.lineno or 1, f"the plug-in is not Python: {error.msg}")
    file, line = (Path(frames[-1].filename), frames[-1].lineno or 1) if frames else (path, 1)
    hint = getattr(error, "hint", None)
    message = f"the plug-in raised {type(error).__name__}: {error}"
    return _at(file, line, message, hint)


def _at_function(function: Any, message: str, hint: str) -> Problem:
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return _at(Path(sys.modules[function.__module__].__file__ or ""), 1, message, hint)
    return _at(Path(code.co_filename), code.co_firstlineno, message, hint)


def _at(file: Path, line: int, message: str, hint: str | None = None, *, column: int = 0) -> Problem:
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Problem(message, str(file), line, column or len(source) - len(source.lstrip()) + 1, source, hint)

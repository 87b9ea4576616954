"""Findings of `prep validate`: told in full, one a line, or as annotations of GitHub; and what was repaired."""

from __future__ import annotations

from typing import Any

from prep.console.tables import show, table

_SHOWN = {"full": 50, "concise": 1_000, "github": 1_000}


def print_findings(report: dict[str, Any], how: str = "full") -> None:
    """The findings, then rule by provider, then the verdict. `how`: full, concise or github."""
    places = _joined(report["findings"])
    for one in places[: _SHOWN[how]]:
        show(*_TOLD[how](one))
    listed = sum(len(one["providers"]) for one in places[: _SHOWN[how]])
    more = sum(row["findings"] for row in report["summary"]) - listed
    if how == "github":
        return
    if more > 0:
        show(f"... and {more:,} findings more; the table counts them, --output-format json lists 10,000")
    if report["summary"]:
        providers = report["providers"]
        show("", table(["rule", *providers], _rows(report["summary"], providers), whole=["rule"]))
    for note in report["notes"]:
        show(f"note: {note}")
    verdict = "valid" if report["valid"] else "not valid"
    counts = f"{_some(report['errors'], 'error')}, {_some(report['warnings'], 'warning')}"
    show("", f"{_some(report['examples'], 'example')}: {verdict} ({counts})")


def _some(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _joined(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a place: what several providers say alike is told once."""
    places: dict[tuple[Any, ...], dict[str, Any]] = {}
    for finding in findings:
        key = tuple(finding[name] for name in ("file", "line", "path", "rule", "severity", "message"))
        places.setdefault(key, {**finding, "providers": []})["providers"].append(finding["provider"])
    return list(places.values())


def _place(one: dict[str, Any]) -> str:
    return f"{one['file']}:{one['line']}" if one["line"] else str(one["file"])


def _full(one: dict[str, Any]) -> list[str]:
    path = f" {one['path']}" if one["path"] else ""
    told = f"{one['severity']} {one['rule']} ({', '.join(one['providers'])}): {one['message']}"
    return [f"{_place(one)}{path}", f"    {told}", f"    fix: {one['fix']}"]


def _concise(one: dict[str, Any]) -> list[str]:
    path = f" {one['path']}" if one["path"] else ""
    return [f"{_place(one)}:{path} {one['severity']} {one['rule']} ({','.join(one['providers'])}): {one['message']}"]


def _github(one: dict[str, Any]) -> list[str]:
    line = f",line={one['line']}" if one["line"] else ""
    where = f"file={_escaped(one['file'], property=True)}{line},title={one['rule']}"
    told = f"{one['path']}: {one['message']}" if one["path"] else one["message"]
    return [f"::{one['severity']} {where}::{_escaped(told + ' (fix: ' + one['fix'] + ')')}"]


def _escaped(text: str, *, property: bool = False) -> str:  # noqa: A002
    """As GitHub's workflow commands ask for."""
    marks = {"%": "%25", "\r": "%0D", "\n": "%0A"} | ({":": "%3A", ",": "%2C"} if property else {})
    return "".join(marks.get(character, character) for character in text)


_TOLD = {"full": _full, "concise": _concise, "github": _github}


def _rows(summary: list[dict[str, Any]], providers: list[str]) -> list[tuple[str, ...]]:
    """A row a rule: how many errors and warnings each provider has."""
    cells: dict[str, dict[str, str]] = {}
    for row in summary:
        cells.setdefault(row["rule"], {})[row["provider"]] = _some(row["findings"], row["severity"])
    return [(rule, *(own.get(name, "") for name in providers)) for rule, own in sorted(cells.items())]


def print_repairs(repairs: list[dict[str, Any]]) -> None:
    """What `--fix` did, file by file."""
    for one in repairs:
        if one["copy"] is None:
            show(f"{one['file']}: nothing to repair")
            continue
        show(f"{one['file']}: repaired copy in {one['copy']}, {_some(one['changed'], 'line')} changed")
        show(table(["repair", "times"], sorted(one["repairs"].items())))
    if repairs:
        show("")

"""The parts of a template that matter before it is rendered: what it prints, where, and what it calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
_TAG = re.compile(
    rf"(?P<comment>\{{#.*?#\}})"
    rf"|(?P<raw>\{{%[-+]?\s*raw\s*[-+]?%\}}.*?\{{%[-+]?\s*endraw\s*[-+]?%\}})"
    rf"|\{{\{{[-+]?(?P<printed>(?:{_STRING}|\{{(?:{_STRING}|[^{{}}])*\}}|(?![-+]?\}}\}}).)*)[-+]?\}}\}}"
    rf"|\{{%[-+]?(?P<block>(?:{_STRING}|(?![-+]?%\}}).)*)[-+]?%\}}",
    re.DOTALL,
)
_QUOTED = re.compile(_STRING, re.DOTALL)
_NAMED = re.compile(r"\|\s*(?P<filter>[A-Za-z_]\w*)|\bis\s+(?:not\s+)?(?P<test>(?!not\b)[A-Za-z_]\w*)")
_HANDLED = re.compile(r"\|\s*(?:default|d)\b|\bif\b|\bor\b")
_BARE = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*")
_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_BINDING = re.compile(r"\s*(?:for\s+(?P<for>.*?)\s+in\b|(?:set|with|macro|call)\b(?P<other>.*))", re.DOTALL)
_CONDITIONAL = ("if", "for", "macro", "call")
_BLOCKS = (*_CONDITIONAL, "with", "filter", "block", "autoescape")


def _without_strings(expression: str) -> str:
    return _QUOTED.sub("''", expression)


def calls(template: str) -> Iterator[tuple[int, str, str]]:
    """(line, "filter", "test" or "tag", name) of everything a template calls by name."""
    for tag in _TAG.finditer(template):
        body = tag["printed"] if tag["printed"] is not None else tag["block"]
        if body is None:
            continue
        line = template.count("\n", 0, tag.start()) + 1
        if tag["block"] is not None:
            words = body.split(None, 2)
            yield line, "tag", words[0] if words else ""
            if words[:1] == ["filter"] and len(words) > 1:
                yield line, "filter", re.split(r"\W", words[1])[0]
        for found in _NAMED.finditer(_without_strings(body)):
            kind = "filter" if found["filter"] else "test"
            yield line, kind, found[kind]


def printed_outside_blocks(template: str) -> Iterator[str]:
    """The expressions printed whatever the record holds, and without a way to do without a value."""
    depth = 0
    for tag in _TAG.finditer(template):
        if tag["block"] is not None:
            word = (tag["block"].split() or [""])[0]
            depth += (word in _CONDITIONAL) - (word.removeprefix("end") in _CONDITIONAL and word.startswith("end"))
        elif tag["printed"] is not None and depth == 0 and not _HANDLED.search(_without_strings(tag["printed"])):
            yield tag["printed"]


def bare_prints(template: str) -> Iterator[tuple[tuple[int, int], str]]:
    """((start, end), path) of every print that is nothing but a name or a dotted path."""
    for tag in _TAG.finditer(template):
        found = _BARE.fullmatch(tag["printed"]) if tag["printed"] is not None else None
        if found is not None:
            start = tag.start("printed")
            yield (start + found.start(1), start + found.end(1)), found[1]


def pieces(template: str) -> list[str] | None:
    """Text and names in turn (text, name, ..., text); None where the template does more than print names."""
    found, end = [], 0
    for tag in _TAG.finditer(template):
        name = _NAME.fullmatch(tag[0])
        if name is None:
            return None
        found += [template[end : tag.start()], name[1]]
        end = tag.end()
    found.append(template[end:])
    return None if any(re.search(r"\{[{%#]", text) for text in found[::2]) else found


def bound_names(template: str) -> set[str]:
    """The names that a template itself gives a value: loop variables, `set`, `with`, parameters of macros."""
    found: set[str] = set()
    for tag in _TAG.finditer(template):
        binding = _BINDING.match(tag["block"]) if tag["block"] is not None else None
        if binding is not None:
            found |= set(re.findall(r"[A-Za-z_]\w*", _without_strings(binding["for"] or binding["other"] or "")))
    return found


def spans(template: str) -> list[tuple[int, int]]:
    """Where tags stand, and all between a block's first tag and its last: what cannot be cut."""
    found: list[tuple[int, int]] = []
    depth, start = 0, 0
    for tag in _TAG.finditer(template):
        word = (tag["block"].split() or [""])[0] if tag["block"] is not None else ""
        opens, closes = word in _BLOCKS, word.removeprefix("end") in _BLOCKS and word.startswith("end")
        if opens:
            start, depth = (tag.start() if depth == 0 else start), depth + 1
        depth -= closes
        if depth == 0:
            found.append((start if closes else tag.start(), tag.end()))
    return found

"""Checking lines: a strict native decoder waves plain good lines through, the rules explain all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from prep.stages.validate.example import Example
from prep.stages.validate.raw import RawLine, parse
from prep.stages.validate.register import Finding, Rule, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    role: Literal["system", "user", "assistant"]
    content: _Text


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    messages: list[_Message]


_PLAIN = msgspec.json.Decoder(_Line).decode


class Checker:
    """The rules that apply for some providers, without those that are ignored."""

    def __init__(self, providers: Sequence[str], ignore: Iterable[str] = ()) -> None:
        ignored = set(ignore)
        self.providers = list(providers)
        rules = [rule for rule in load_rules().values() if rule.id not in ignored]
        self.line_rules = [rule for rule in rules if rule.level == "line"]
        self.example_rules = [rule for rule in rules if rule.level == "example"]
        self.file_rules = [rule for rule in rules if rule.level == "file"]

    def line(self, line: bytes) -> tuple[RawLine, list[tuple[Rule, str, str]]]:
        """The line parsed, and what it breaks: (rule, JSON path, message)."""
        raw = parse(line)
        if raw.data is None:
            return raw, [(rule, path, told) for rule in self.line_rules for path, told in rule.check(raw)]
        return raw, ([] if is_plain(line) else list(self.example(Example(raw.data))))

    def example(self, example: Example) -> Iterator[tuple[Rule, str, str]]:
        """What a parsed line breaks: (rule, JSON path, message)."""
        for rule in self.example_rules:
            for path, told in rule.check(example):
                yield rule, path, told

    def findings(self, hits: Iterable[tuple[Rule, str, str]], file: str, line: int) -> Iterator[Finding]:
        """One finding for each provider a hit concerns."""
        for rule, path, told in hits:
            for provider in self.providers:
                if provider in rule.providers:
                    severity = rule.severity_for(provider)
                    yield Finding(file, line, path, rule.id, severity, provider, told, rule.fix)


def is_plain(line: bytes | str) -> bool:
    """Whether no rule about examples can find anything: roles in order, every content a text that says something.

    Duplicate keys are not seen here; a line that may have them is parsed strictly first.
    """
    try:
        messages = _PLAIN(line).messages
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeEncodeError):
        return False
    roles = [message.role for message in messages]
    return (
        len(roles) > 2
        and roles[0] == "system"
        and roles[-1] == "assistant"
        and "user" in roles
        and not any("<|" in message.content or not message.content.strip() for message in messages)
    )

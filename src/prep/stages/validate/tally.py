"""What the lines of a stretch of a file add up to: findings, and what the rules about sets compare."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import msgspec
import xxhash

from prep.chat.roles import OUTPUTS, RFT_KEYS
from prep.stages.validate.facts import LONGEST_LABEL, MOST_LABELS
from prep.stages.validate.register import Finding, findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.stages.validate.register import Hit
    from prep.stages.validate.shape import Shape

# More findings than anybody reads are counted, not kept.
MOST_FINDINGS = 10_000
_MOST_SYSTEMS = 10_000
_REFUSALS = (
    "I'm sorry",
    "I’m sorry",
    "I am sorry",
    "Sorry, ",
    "I cannot",
    "I can't",
    "I can’t",
    "As an AI",
    "I'm unable",
    "I am unable",
)
_ENCODE = msgspec.json.Encoder(order="sorted").encode
_digest = xxhash.xxh3_64_intdigest


class Tally(msgspec.Struct):
    """Plain data, so that it travels between processes; hashes are 8 bytes a line."""

    lines: int = 0
    examples: int = 0
    broken: int = 0
    size: int = 0
    bom: bool = False
    utf16: bool = False
    document: bool = False
    crlf: int = 0
    pictured: int = 0
    refusals: int = 0
    tokens: int = 0
    kinds: set[str] = msgspec.field(default_factory=set)
    counts: dict[str, int] = msgspec.field(default_factory=dict)  # "rule severity provider": findings
    findings: list[Finding] = msgspec.field(default_factory=list)
    numbers: bytes = b""  # line numbers, prompts and answers of the lines that are examples: arrays of 8 bytes each
    prompts: bytes = b""
    answers: bytes = b""
    systems: dict[int, int] = msgspec.field(default_factory=dict)
    labels: dict[str, int] | None = msgspec.field(default_factory=dict)
    fields: dict[str, tuple[int, int, list[str]]] = msgspec.field(default_factory=dict)
    shapes: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)  # JSON list of names: (lines, first line)


class Counting:
    """Fills a tally, line by line."""

    def __init__(self, file: str, providers: Sequence[str], method: str) -> None:
        self.tally = Tally()
        self.file = file
        self.providers = providers
        self.method = method
        self._numbers, self._prompts, self._answers = array("Q"), array("Q"), array("Q")
        self._system = ("", 0)  # the last system prompt and its hash: mostly it is the same again

    def told(self, hits: Sequence[Hit], line: int) -> None:
        """Count the findings of a line, and keep them while there is room."""
        tally = self.tally
        for finding in findings(hits, self.providers, self.file, line):
            name = f"{finding.rule} {finding.severity} {finding.provider}"
            tally.counts[name] = tally.counts.get(name, 0) + 1
            if len(tally.findings) < MOST_FINDINGS:
                tally.findings.append(finding)

    def add(self, data: dict[str, Any], plain: tuple[Shape, list[str]] | None, number: int) -> None:
        """Remember what the rules about sets compare of a line that fits its schema."""
        if plain is None:
            self.example(data, number)
        else:
            self.plain(*plain, number)

    def example(self, data: dict[str, Any], number: int) -> None:
        """Remember a line of any kind."""
        if self.method == "sft":
            messages = data["messages"]
            self._supervised(messages)
            if len(data) > 1:  # with other tools it is another prompt
                more = {name: value for name, value in data.items() if name != "messages"}
                self._prompts[-1] ^= _digest(_ENCODE(more))
        elif self.method == "dpo":
            messages = data["input"]["messages"]
            self._look(messages)
            self._prompts.append(_digest(_ENCODE(data["input"])))
            self._answers.append(_digest(_ENCODE([data[name] for name in OUTPUTS])))
        else:
            messages = data["messages"]
            self._look(messages)
            self._prompts.append(_digest(_ENCODE([messages, data.get("tools")])))
            self._graded(data, number)
        self._numbers.append(number)
        first = messages[0]
        if first["role"] in ("system", "developer"):
            content = first["content"]
            self._asked_by(content if isinstance(content, str) else _ENCODE(content).decode())

    def plain(self, shape: Shape, texts: list[str], number: int) -> None:
        """Remember a supervised line of plain messages: their roles, and their texts."""
        self._numbers.append(number)
        self._prompts.append(_digest("\x1e".join([*texts[:-1], *shape[:-2]]).encode()))  # type: ignore[list-item]
        self._answer(texts[-1])
        if shape[0] == "system":
            self._asked_by(texts[0])

    def _asked_by(self, system: str) -> None:
        text, name = self._system
        if system != text:
            name = _digest(system.encode())
            self._system = (system, name)
        systems = self.tally.systems
        if name in systems or len(systems) < _MOST_SYSTEMS:
            systems[name] = systems.get(name, 0) + 1

    def _look(self, messages: list[dict[str, Any]]) -> None:
        """Count the example where one of its messages holds an image."""
        parts = [
            part for message in messages if isinstance(message.get("content"), list) for part in message["content"]
        ]
        self.tally.pictured += any(part["type"] == "image_url" for part in parts)

    def _supervised(self, messages: list[dict[str, Any]]) -> None:
        *asked, last = messages
        texts = [message.get("content") for message in messages]
        if all(len(message) == 2 and isinstance(message.get("content"), str) for message in asked):
            roles = [message["role"] for message in asked]
            self._prompts.append(_digest("\x1e".join([*texts[:-1], *roles]).encode()))  # type: ignore[list-item]
        else:
            self._look(messages)
            self._prompts.append(_digest(_ENCODE(asked)))
        if isinstance(texts[-1], str) and len(last) == 2:
            self._answer(texts[-1])
        else:
            self._answers.append(_digest(_ENCODE(last)))

    def _answer(self, answer: str) -> None:
        """Remember an answer, and whether it is a refusal or may be a label."""
        tally = self.tally
        self._answers.append(_digest(answer.encode()))
        tally.refusals += answer.startswith(_REFUSALS)
        if tally.labels is not None:
            known = answer in tally.labels
            if not known and (len(answer) > LONGEST_LABEL or len(tally.labels) >= MOST_LABELS):
                tally.labels = None
            else:
                tally.labels[answer] = tally.labels[answer] + 1 if known else 1

    def _graded(self, data: dict[str, Any], number: int) -> None:
        tally = self.tally
        fields = {name: value for name, value in data.items() if name not in RFT_KEYS}
        self._answers.append(_digest(_ENCODE(fields)))
        shape = _ENCODE(sorted(fields)).decode()
        count, first = tally.shapes.get(shape, (0, number))
        tally.shapes[shape] = (count + 1, first)
        for name, value in fields.items():
            text = value if isinstance(value, str) else _ENCODE(value).decode()
            count, characters, values = tally.fields.get(name, (0, 0, []))
            if text not in values and len(values) < 2:
                values = [*values, text]
            tally.fields[name] = (count + 1, characters + len(text), values)

    def finish(self) -> Tally:
        """The tally, its arrays as bytes."""
        self.tally.numbers = self._numbers.tobytes()
        self.tally.prompts = self._prompts.tobytes()
        self.tally.answers = self._answers.tobytes()
        return self.tally

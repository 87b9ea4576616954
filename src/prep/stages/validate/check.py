"""Checking lines: a native schema and the line's shape decide whether the rules must look, and the rules explain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prep.stages.validate.example import Example
from prep.stages.validate.raw import RawLine, parse, separator_in
from prep.stages.validate.register import Hit, rules_for
from prep.stages.validate.schema import UNSAID, fits, places
from prep.stages.validate.shape import Shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prep.stages.validate.register import Rule
    from prep.stages.validate.shape import Shape

    Plain = tuple[Shape, list[str]]

# What these rules say depends on a line's shape alone, so that it holds for all lines of that shape.
OF_SHAPE = frozenset(
    {
        "ex.no_system", "ex.no_user", "ex.no_assistant", "ex.order", "ex.several_systems", "ex.roles_alternate",
        "ex.last_not_assistant", "ex.last_not_user", "ex.last_is_assistant", "ex.all_weights_0",
        "ex.key_refused", "msg.name_ignored", "msg.parts_mixed",
        "rft.no_reference_field",
    }
)  # fmt: skip
# What these say of a place is what the schema would say of it, or of something in it.
OF_STRUCTURE = frozenset(
    {
        "ex.other_method", "ex.messages_missing", "ex.messages_not_array", "ex.messages_empty", "ex.unknown_key",
        "msg.role_missing", "msg.role_unknown", "msg.role_not_for_method", "msg.unknown_key", "msg.name_not_string",
        "msg.content_missing", "msg.content_type", "msg.weight_not_0_1", "msg.weight_not_on_assistant",
        "tool.call_invalid", "tool.call_id_missing", "tool.args_not_string", "tool.definition_invalid", "tool.too_many",
        "dpo.keys_obsolete", "dpo.key_missing", "dpo.input_not_object", "dpo.more_than_one_output",
        "dpo.output_not_assistant", "dpo.weight_in_output", "img.in_assistant",
    }
)  # fmt: skip
_MOST_SHAPES = 50_000


class Checker:
    """The rules of a method that apply for some providers, without those that are ignored."""

    def __init__(self, providers: Sequence[str], method: str = "sft", ignore: Iterable[str] = ()) -> None:
        self.providers = list(providers)
        self.method = method
        concerned = [rule for rule in rules_for(method) if not set(providers).isdisjoint(rule.providers)]
        self.rules = [rule for rule in concerned if rule.id not in set(ignore)]
        self.line_rules = self.of_level("line")
        self._structure = [rule for rule in concerned if rule.id in OF_STRUCTURE]
        self._schema = [rule for rule in self.of_level("example") if rule.id == "ex.schema"]
        self.example_rules = [rule for rule in self.of_level("example") if rule.id != "ex.schema"]
        self.fits = fits(method)
        self._shapes = Shapes(method, self.example_rules)
        self.plain = self._shapes.plain
        self._known: dict[Shape, list[Hit]] = {}

    def of_level(self, level: str) -> list[Rule]:
        """The rules that look at lines, examples, files, sets or models."""
        return [rule for rule in self.rules if rule.level == level]

    def line(self, line: bytes, *, cut: bool = False) -> tuple[RawLine, list[Hit], bool, Plain | None]:
        """The line parsed, and what `judged` says of it. `cut`: the file ends with it, and without a line end."""
        raw = parse(line, cut=cut)
        if name := separator_in(line):
            raw = replace(raw, separator=name)
        hits = self.broken(raw) if raw.data is None or name else []
        if raw.data is None:
            return raw, hits, False, None
        more, fit, plain = self.judged(raw.data)
        return raw, hits + more, fit, plain

    def judged(self, data: dict[str, Any]) -> tuple[list[Hit], bool, Plain | None]:
        """What a parsed line breaks, whether it fits its schema, and its shape and texts where it is a plain one."""
        plain = self.plain(data)
        if plain is not None:
            return self.recall(plain[0], data), True, plain
        fit = self.fits(data)
        return self.example(data, fit), fit, None

    def broken(self, raw: RawLine) -> list[Hit]:
        """What is wrong with a line of which no example could be made, or with its bytes."""
        return [hit for rule in self.line_rules for hit in rule.hits(raw)]

    def example(self, data: dict[str, Any], fits: bool | None = None) -> list[Hit]:
        """What a parsed line breaks; the rules are asked only where nobody asked them of such a line before.

        `fits`: whether it fits the schema, where that is known.
        """
        shape = self._shapes.shape(data) if (self.fits(data) if fits is None else fits) else None
        return self.explain(data) if shape is None else self.recall(shape, data)

    def recall(self, shape: Shape, data: dict[str, Any]) -> list[Hit]:
        """What lines of a shape break; `data` is explained where it is the first of them."""
        found = self._known.get(shape)
        if found is None:
            found = self.explain(data)
            if all(hit.rule.id in OF_SHAPE for hit in found):
                if len(self._known) >= _MOST_SHAPES:
                    self._known.clear()
                self._known[shape] = found
        return found

    def explain(self, data: dict[str, Any]) -> list[Hit]:
        """What a parsed line breaks, by every rule and by the schema; where both say it, the rule does."""
        example = Example(data, self.method)
        hits = [hit for rule in self.example_rules for hit in rule.hits(example)]
        if self._schema and not self.fits(data):
            hits += self.unsaid(example)
        return hits

    def unsaid(self, example: Example) -> list[Hit]:
        """What only the schema finds; it does not bring back what rules that are ignored left out."""
        said = [hit.path for rule in self._structure for hit in rule.hits(example)]
        if all(_covers(said, *place) for place in places(example.current, self.method)):
            return []  # most lines: the slow explanation would add nothing
        own = [hit for rule in self._schema for hit in rule.hits(example)]
        return [hit for hit in own if not _covers(said, hit.path, hit.told)]


def _covers(said: list[str], path: str, told: str) -> bool:
    """Whether rules have spoken of a place that the schema objects to: of it, of what holds it, or of what it lacks."""
    return any(one == path or _inside(one, path) or (told == UNSAID and _inside(path, one)) for one in said)


def _inside(outer: str, inner: str) -> bool:
    return not outer or (inner.startswith(outer) and inner[len(outer) : len(outer) + 1] in ".[")

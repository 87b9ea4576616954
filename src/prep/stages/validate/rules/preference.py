"""Rules about preference lines (DPO): an input and two answers, the better one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.chat.roles import DPO_KEYS, OBSOLETE, OUTPUTS
from prep.stages.validate.kinds import kind_of
from prep.stages.validate.raw import kind_of_line
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, OTHER, PAIR, USER, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example


@rule(
    "dpo.keys_obsolete", "error", good=PAIR, bad=PAIR.replace("preferred_output", "preferred_completion"), methods=["dpo"],
    explanation="Until May 2025 the outputs were called `preferred_completion` and `non_preferred_completion`.", fix="rename the keys to `..._output` (`--fix` does)",
)  # fmt: skip
def keys_obsolete(example: Example) -> Iterator[Spot]:
    """Names of an earlier version."""
    for name, now in OBSOLETE.items():
        if name in example.data:
            yield name, f"`{name}` is called `{now}` now"


@rule(
    "dpo.key_missing", "error", good=PAIR, bad=PAIR.replace(f', "non_preferred_output": [{OTHER}]', ""), methods=["dpo"],
    explanation="A preference has `input`, `preferred_output` and `non_preferred_output`.", fix="add what is missing",
)  # fmt: skip
def key_missing(example: Example) -> Iterator[Spot]:
    """One of the three is not there."""
    if kind_of_line(example.data) not in ("preference", "other"):
        return
    renamed = [now for name, now in OBSOLETE.items() if name in example.data]
    for name in DPO_KEYS:
        if name not in example.data and name not in renamed:
            yield "", f"no key `{name}`"


@rule(
    "dpo.input_not_object", "error", good=PAIR, methods=["dpo"],
    bad=f'{{"input": [{USER}], "preferred_output": [{ANSWER}], "non_preferred_output": [{OTHER}]}}',
    explanation="`input` is an object that holds `messages`.", fix="put the messages into an object: {\"messages\": [...]}",
)  # fmt: skip
def input_not_object(example: Example) -> Iterator[Spot]:
    """An input of another kind."""
    if "input" in example.data and not isinstance(example.data["input"], dict):
        yield "input", f"`input` is {kind_of(example.data['input'])}, not an object"


@rule(
    "dpo.more_than_one_output", "error", good=PAIR, bad=pair(better=f"{ANSWER}, {ANSWER}"), methods=["dpo"],
    explanation="Each output is one message of the assistant.", fix="keep the last answer; earlier turns belong into `input.messages`",
)  # fmt: skip
def more_than_one_output(example: Example) -> Iterator[Spot]:
    """Several messages on one side."""
    for name in OUTPUTS:
        found = example.data.get(name)
        if isinstance(found, list) and len(found) > 1:
            yield name, f"{len(found)} messages, 1 is the most"


@rule(
    "dpo.output_not_assistant", "error", good=PAIR, bad=pair(worse=USER), methods=["dpo"],
    explanation="What is preferred, or not, is a message of the assistant.", fix="write the role assistant, or move the message",
)  # fmt: skip
def output_not_assistant(example: Example) -> Iterator[Spot]:
    """An output of somebody else."""
    for path, _, role in example.known:
        if not path.startswith("input.") and role != "assistant":
            yield path, f"an output by {role}"


@rule(
    "dpo.weight_in_output", "error", good=PAIR, bad=pair(better=ANSWER.replace("}", ', "weight": 1}')), methods=["dpo"],
    explanation="Outputs have no `weight`: both are always compared.", fix="remove the key (`--fix` does)",
)  # fmt: skip
def weight_in_output(example: Example) -> Iterator[Spot]:
    """A weight on an output."""
    for path, message, role in example.known:
        if not path.startswith("input.") and role == "assistant" and "weight" in message:
            yield f"{path}.weight", "an output has no `weight`"


@rule(
    "dpo.identical_pair", "warning", good=PAIR, bad=pair(worse=ANSWER), methods=["dpo"],
    explanation="Two equal outputs say nothing about what is better.", fix="remove the line",
)  # fmt: skip
def identical_pair(example: Example) -> Iterator[Spot]:
    """Nothing to prefer."""
    better, worse = (example.data.get(name) for name in OUTPUTS)
    if better and better == worse:
        yield "", "both outputs are the same"

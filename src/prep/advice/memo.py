"""The memo: the advice as Markdown, to attach to a decision and to be done again by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.advice.tell import (
    ENOUGH_COLUMNS,
    enough_row,
    even_row,
    flattens_told,
    flip_told,
    hybrid_row,
    left_out_told,
    quality_told,
    refused_told,
    way_row,
    worth_showing,
)
from prep.advice.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OPTIONS = {
    "zero_shot": "zero-shot: the instructions alone",
    "few_shot": "few-shot: the whole bank in every prompt",
    "retrieved": "retrieved few-shot: the nearest examples of the bank in each prompt",
    "fine_tuned": "fine-tuned: a model trained on the train split, with the instructions alone",
    "hybrid": "hybrid",
}
_WAYS_TOLD = (
    "USD a month is all in: requests, hosting, and training and labels spread over the days that the way is used.",
    "Prompt tokens stand for latency: half the prompt makes an answer 1 to 5 % faster, half the answer about 50 %.",
)
_EVENS_TOLD = (
    "Requests, first month: what pays for one training, labels and hosting within 30 days. Requests a month: the",
    "volume from which all months together are cheaper. Never: a request to the tuned model saves nothing. Earned",
    "back: the day by which, at the expected volume, what was spent first has come in again.",
)
_SUMS_TOLD = (
    "F: fixed prefix, V: what varies, O: answer, in tokens; h: share of requests that find the prefix cached (0 where",
    "it is too short); p: US dollars a million tokens; T: tokens of the training file, E: epochs; Q: tokens of a",
    "request that are embedded to find examples; G: tokens of the model that grades.",
)
WAY_COLUMNS = (
    "way", "USD a month", "USD per 1,000 requests", "prompt tokens", "days of life", "labelled examples", "data stays",
    "accuracy",
)  # fmt: skip
EVEN_COLUMNS = (
    "tuned",
    "against",
    "saves, USD a request",
    "requests, first month",
    "requests a month",
    "a day",
    "earned back",
)


def memo(found: dict[str, Any]) -> str:
    """The Markdown text of a report; the curves lie beside it as advice.svg."""
    lines = [
        f"# Fine-tune or prompt: {found['pipeline']}",
        "",
        f"**{found['verdict']['sentence']}**",
        "",
        *(
            ["Of the target alone, " + found["target"]["offer"] + ": " + found["target"]["sentence"], ""]
            if found["target"]
            else []
        ),
        f"As of {found['as_of']}, from the run in `{found['directory']}`. US dollars; a month has 30 days.",
        "Made by `prep advise`; every figure below can be done again from the sums at the end.",
    ]
    for part in (_warned, _ways, _evens, _flips, _grounds, _enough, _rests, _sums, _prices):
        lines += part(found)
    return "\n".join(lines) + "\n"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """A table in Markdown."""
    made = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    return made + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]


def _warned(found: dict[str, Any]) -> list[str]:
    return ["", *(f"> Beware: {told}." for told in found["warnings"])] if found["warnings"] else []


def _ways(found: dict[str, Any]) -> Iterator[str]:
    ways = [one for one in found["ways"] if one["can_be_had"]]
    yield from ("", "## What each way costs", "")
    if ways:
        shown = worth_showing(found)
        yield from markdown(WAY_COLUMNS, [*hybrid_row(found), *(way_row(one, found) for one in shown)])
        if len(shown) < len(ways):
            more = len(ways) - len(shown)
            yield from ("", f"{more} more ways, on models that cannot be tuned and cost more, are in advice.json.")
        yield ""
        kinds = dict.fromkeys(one["option"] for one in ways)
        yield "; ".join(_OPTIONS[kind] for kind in kinds) + "."
        yield from _WAYS_TOLD
    yield from left_out_told(ways)
    gone = list(refused_told(found))
    if gone:
        yield from ("", "Not to be had:", "", *(f"* {told}" for told in gone))


def _evens(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## From when on tuning pays", "")
    if not found["break_even"]:
        yield "There is no tuned way to hold against a prompt."
        return
    yield from markdown(EVEN_COLUMNS, [even_row(one) for one in found["break_even"]])
    yield from ("", *_EVENS_TOLD)
    if found["hybrid"]:
        yield from ("", f"The hybrid path. {found['hybrid']}")
    yield from ("", "![Cost a month over requests a day](advice.svg)")


def _flips(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## What would flip the answer", "")
    if not found["flips"]:
        yield "Nothing that is an input here: there is only one kind of way to choose from."
    if found["verdict"]["kind"] == "hybrid":
        yield from (
            f"If ways were not changed later, {found['verdict']['without_change']} would be chosen; moved is that.",
            "",
        )
    yield from (f"* {flip_told(one)}" for one in found["flips"])
    yield from (f"* {told}" for told in quality_told(found))
    if found["target"] and found["target"]["flips"]:
        yield from ("", f"Of the target alone, {found['target']['offer']}:", "")
        yield from (f"* {flip_told(one)}" for one in found["target"]["flips"])


def _grounds(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## What speaks for each, beyond cost", "")
    for option in ("zero_shot", "few_shot", "retrieved", "fine_tuned"):
        own = [one for one in found["grounds"] if one["option"] == option]
        if own:
            yield f"**{_OPTIONS[option].partition(':')[0].capitalize()}**"
            yield ""
            yield from (f"* {one['about']}: {one['told']}" for one in own)
            yield ""


def _enough(found: dict[str, Any]) -> Iterator[str]:
    enough = found.get("enough")
    if enough is None:
        return
    yield from ("## How much data is enough", "")
    yield from markdown(ENOUGH_COLUMNS, [enough_row(one) for one in enough["subsets"]])
    yield from ("", flattens_told(enough))


def _rests(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## What this rests on", "", "Measured on the training file:", "")
    yield from markdown(["figure", "is"], [(name.replace("_", " "), value) for name, value in found["dataset"].items()])
    given = {name: _given(value) for name, value in found["settings"].items() if value not in (None, [], {}, [0, 0])}
    yield from ("", "Taken as given:", "")
    yield from markdown(["input", "is"], [(f"`{name}`", value) for name, value in given.items()])
    yield from ("", "Assumed:", "")
    yield from (f"* {told}" for told in found["assumptions"])


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return (
        ", ".join(map(str, value)) if isinstance(value, list) else plain(value) if isinstance(value, float) else value
    )


def _sums(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## The sums", "", *_SUMS_TOLD)
    for one in found["trace"]:
        yield from ("", f"### {one['of']}", "", "```")
        for step in one["steps"]:
            yield f"{step['name']} = {step['formula']}"
            yield f"  = {step['numbers']}"
            yield f"  = {plain(step['value'])} {step['unit']}"
        yield "```"
        if one["epochs"]:
            yield from ("", one["epochs"])


def _prices(found: dict[str, Any]) -> Iterator[str]:
    yield from ("", "## The prices", "", "US dollars a million tokens; hosting and training_hour an hour.", "")
    rows = [
        (one["of"].partition(" on ")[2], price["what"], plain(price["usd"]), price["source"], price["as_of"],
         f"{price['age_days']} days", price["confidence"], price["note"] or "")
        for one in found["trace"] for price in one["prices"]
    ]  # fmt: skip
    unique = list(dict.fromkeys(rows))
    yield from markdown(["offer", "for", "USD", "source", "as of", "age", "confidence", "made of"], unique)
    yield ""
    for key, one in found["sources"].items():
        via = f" ({one['via']})" if one["via"] else ""
        age = f"{one['as_of']}, {one['age_days']} days old"
        yield f"* `{key}`: {one['url']}{via}, {age}, {one['confidence']} confidence"

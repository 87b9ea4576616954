"""The rule for messages, tools, calls, pairs and images; what it does not cover is an estimate and says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.catalog import Images, images_of
from prep.tokens.encodings import encoding
from prep.tokens.lines import PlainLine, read_line
from prep.tokens.messages import count_examples
from prep.tokens.texts import BIT, KINDS

JARGON = [
    ("system", None, "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
    ("system", "example_user", "New synergies will help drive top-line growth."),
    ("system", "example_assistant", "Things working well together will increase revenue."),
    ("system", "example_user",
     "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."),
    ("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
    ("user", None,
     "This late pivot means we don't have time to boil the ocean for the client deliverable."),
]  # fmt: skip
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
                "unit": {
                    "type": "string",
                    "description": "The unit of temperature to return",
                    "enum": ["celsius", "fahrenheit"],
                },
            },
            "required": ["location"],
        },
    },
}


@pytest.mark.parametrize(("name", "jargon", "weather"), [("o200k_base", 124, 101), ("cl100k_base", 129, 105)])
def test_the_published_examples_have_the_published_counts(name: str, jargon: int, weather: int) -> None:
    """The cookbook's conversation and its tool example, with the 3 tokens that prime an answer."""
    messages = [{"role": role, "content": text} | ({"name": who} if who else {}) for role, who, text in JARGON]
    ask = [
        {"role": "system", "content": "You are a helpful assistant that can answer to questions about the weather."},
        {"role": "user", "content": "What's the weather like in San Francisco?"},
    ]
    found = count_examples([{"messages": messages}, {"messages": ask, "tools": [WEATHER_TOOL]}], name)
    assert (found.tokens + 3).tolist() == [jargon, weather]
    assert found.estimated.tolist() == [False, False]


MARV = [
    {"role": "system", "content": "Marv is a factual chatbot that is also sarcastic."},
    {"role": "user", "content": "What's the capital of France?"},
    {"role": "assistant", "content": "Paris, as if everyone doesn't know that already."},
]


def test_a_training_example_has_no_priming_and_its_answer_apart() -> None:
    """Marv has 40 tokens, 43 with priming; an answer of weight 0 is not trained."""
    untrained = [*MARV[:2], {**MARV[2], "weight": 0}]
    found = count_examples([{"messages": MARV}, {"messages": untrained}], "o200k_base")
    assert found.tokens.tolist() == [40, 40]
    assert found.assistant.tolist() == [10, 10]
    assert found.trained.tolist() == [10, 0]


def test_an_empty_batch_has_no_counts() -> None:
    """No examples, no texts: no error."""
    assert count_examples([], "o200k_base").tokens.tolist() == []
    assert count_examples([{"messages": []}], "o200k_base").tokens.tolist() == [0]


def size(*texts: str) -> int:
    encode = encoding("o200k_base").encode_ordinary
    return sum(len(encode(text)) for text in texts)


def why(bits: int) -> set[str]:
    return {name for name, bit in BIT.items() if bits & bit}


def one(example: dict[str, Any], rule: Images | None = None) -> tuple[int, int, int, set[str], dict[str, int]]:
    """(tokens, of the assistant, trained, why it is an estimate, tokens by kind) of one example."""
    line = read_line(json.dumps(example))
    assert not isinstance(line, str), line
    found = count_examples([line], "o200k_base", rule)
    kinds = {name: tokens for name, tokens in zip(KINDS, found.kinds[0].tolist(), strict=True) if tokens}
    assert sum(kinds.values()) == found.tokens[0]
    return int(found.tokens[0]), int(found.assistant[0]), int(found.trained[0]), why(int(found.reasons[0])), kinds


ASK = {"role": "user", "content": "Is it raining in Lyon?"}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Lyon"}'}}


def test_tool_calls_are_counted_and_are_estimates() -> None:
    """A call is 3 tokens, its name and its arguments as they are written; a result's id counts with the calls."""
    messages = [
        ASK,
        {"role": "assistant", "tool_calls": [CALL], "content": None},
        {"role": "tool", "tool_call_id": "c1", "content": "yes"},
        {"role": "assistant", "content": "It is."},
    ]
    tokens, assistant, trained, reasons, kinds = one({"messages": messages})
    called = size("weather", '{"city":"Lyon"}')
    assert tokens == 4 * 3 + size("user", "assistant", "tool", "assistant", ASK["content"], "yes", "It is.") + (
        called + 3 + size("c1")
    )
    assert (assistant, trained) == (called + size("It is."),) * 2
    assert reasons == {"tool_calls"}
    assert kinds["tool_calls"] == called + 3 + size("c1")
    older = [ASK, {"role": "assistant", "function_call": CALL["function"]}]
    assert one({"messages": older})[1] == called


def test_nested_parameters_are_estimates_and_flat_ones_are_not() -> None:
    """The published rule covers flat parameters; the older `functions` count alike."""
    flat = {
        "name": "weather",
        "description": "The weather.",
        "parameters": {"properties": {"city": {"type": "string"}}},
    }
    nested = {"name": "weather", "parameters": {"properties": {"at": {"type": "object", "properties": {}}}}}
    messages = [ASK, {"role": "assistant", "content": "Yes."}]
    by_rule = one({"messages": messages, "tools": [{"type": "function", "function": flat}]})
    assert by_rule[3] == set()
    assert by_rule[4]["tools"] == 12 + 7 + size("weather:The weather") + 3 + 3 + size("city:string:")
    assert one({"messages": messages, "functions": [flat]}) == by_rule
    assert one({"messages": messages, "tools": [{"type": "function", "function": nested}]})[3] == {"tools"}
    assert one({"messages": messages, "tools": ["odd"]})[3] == {"tools"}
    bare = one({"messages": messages, "tools": [{"type": "function", "function": {"name": "now"}}]})
    assert bare[4]["tools"] == 12 + 7 + size("now:")


def test_a_pair_counts_with_its_longer_answer() -> None:
    """Both answers are trained on; the sides are told apart; tools stand in the input."""
    answers = [[{"role": "assistant", "content": text}] for text in ("Yes.", "No, it is not raining at all.")]
    shared = {"messages": [ASK], "tools": [{"type": "function", "function": {"name": "now"}}]}
    pair = {"input": shared, "preferred_output": answers[0], "non_preferred_output": answers[1]}
    shared_tokens = 3 + size("user", ASK["content"]) + 12 + 7 + size("now:")
    sides = [shared_tokens + 3 + size("assistant", answer[0]["content"]) for answer in answers]
    tokens, assistant, trained, reasons, _ = one(pair)
    assert tokens == max(sides)
    assert assistant == size(answers[1][0]["content"])
    assert trained == size(*(answer[0]["content"] for answer in answers))
    assert not reasons
    line = read_line(json.dumps(pair))
    assert not isinstance(line, str)
    found = count_examples([line, read_line(json.dumps({"messages": MARV}))], "o200k_base")  # type: ignore[list-item]
    assert found.sides.tolist() == [sides, [40, 0]]
    assert found.methods.tolist() == [1, 0]
    older = {"input": shared, "preferred_completion": answers[0], "non_preferred_completion": answers[1]}
    assert one(older)[0] == tokens


def test_a_prompt_for_reinforcement_trains_no_answer() -> None:
    """What the grader sees beside the messages is not counted."""
    prompt = {"messages": [ASK], "reference": "yes " * 500}
    tokens, assistant, trained, _, _ = one(prompt)
    assert (tokens, assistant, trained) == (3 + size("user", ASK["content"]), 0, 0)
    line = read_line(json.dumps(prompt))
    assert not isinstance(line, str)
    assert count_examples([line], "o200k_base").methods.tolist() == [2]
    together = {"messages": MARV, "weight": 0.5}  # an answer at its end: supervised, whatever else stands beside it
    assert one(together)[1:3] == (10, 10)


def test_parts_and_keys_without_a_rule_are_marked() -> None:
    """Text and refusal parts are text; anything else is counted as JSON and marked."""
    parts = [{"type": "text", "text": "Hello there"}, {"type": "refusal", "refusal": "I cannot"}]
    tokens, _, _, reasons, _ = one({"messages": [{"role": "assistant", "content": parts}]})
    assert tokens == 3 + size("assistant", "Hello there", "I cannot")
    assert not reasons
    assert one({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]})[3] == {"other"}
    assert one({"messages": [{"role": "assistant", "audio": {"id": "a"}}]})[3] == {"other"}
    assert one({"messages": [{"role": "user", "content": 5}]})[3] == {"other"}


def test_an_image_is_not_counted_as_its_letters() -> None:
    """Its data would be thousands of tokens; the rule of the model says how many it has."""
    part = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What?"}, part]}]
    text = 3 + size("user", "What?")
    assert one({"messages": messages}, images_of("gpt-4o"))[0] == text + 85
    found = one({"messages": messages})
    assert (found[0], found[3], found[4]["images"]) == (text + 85, {"image_size"}, 85)
    part["image_url"] = {"url": "https://example.com/a.png", "detail": "high"}  # type: ignore[assignment]
    assert one({"messages": messages}, images_of("gpt-4o"))[3] == {"image_size"}


# The lengths of the messages in the cookbook's toy_chat_fine_tuning.jsonl under cl100k_base, and what its notebook
# Chat_finetuning_data_prep publishes of them. The words here are not its words.
TOY = [
    [("system", 13), ("user", 7), ("assistant", 10)],
    [("system", 13), ("user", 7), ("assistant", 9), ("user", 6), ("assistant", 7), ("user", 8), ("assistant", 6),
     ("user", 10), ("assistant", 6)],
    [("user", 6), ("assistant", 9)],
    [("system", 13), ("assistant", 4)],
    [("system", 13), ("user", 4), ("assistant", 8000)],
]  # fmt: skip


def test_the_published_totals_of_the_toy_file_are_reproduced(tmp_path: Any) -> None:
    """4,306 tokens billed an epoch, 20 epochs, 86,120 tokens; with priming 26 to 8,032 tokens, 1,648.4 on average."""
    from prep import count

    lines = [
        {"messages": [{"role": role, "content": "word" + " word" * (tokens - 1)} for role, tokens in example]}
        for example in TOY
    ]
    path = tmp_path / "toy.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    found = count(path, model="gpt-3.5-turbo-0613", provider="openai")
    assert found["encoding"] == "cl100k_base"
    assert found["billed_tokens"]["high"] == 4306
    assert (found["auto_epochs"], found["auto_epochs"] * found["billed_tokens"]["high"]) == (20, 86_120)
    shape = found["percentiles"]
    assert (shape["min"] + 3, shape["p50"] + 3, shape["max"] + 3) == (26, 45, 8032)
    assert shape["mean"] + 3 == pytest.approx(1648.4)
    assert found["assistant_tokens"] == 5 * 1610.2
    assert (found["limit"], found["over_length"], found["examples"]) == (4096, 1, 5)


roles = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function"])
plain_messages = st.fixed_dictionaries(
    {"role": roles, "content": st.text(max_size=40)}, optional={"weight": st.sampled_from([0, 1])}
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(plain_messages, max_size=5), max_size=6))
def test_the_short_way_and_the_long_way_agree(dialogues: list[list[dict[str, Any]]]) -> None:
    """Lines of plain text are counted without looking at each message; the result is the same."""
    lines = [{"messages": messages} for messages in dialogues]
    read = [read_line(json.dumps(line, ensure_ascii=False)) for line in lines]
    assert not any(isinstance(line, str) for line in read)
    short, long = count_examples(read, "o200k_base"), count_examples(lines, "o200k_base")  # type: ignore[arg-type]
    for mine, theirs in zip(short, long, strict=True):
        assert mine == theirs if isinstance(mine, int) else (mine == theirs).all()
    plain = [line for line in read if isinstance(line, PlainLine)]
    assert len(plain) == sum(bool(line) and line[-1]["role"] == "assistant" for line in dialogues)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["role", "content", "name", "type", "text", "image_url", "url", "detail", "tool_calls",
                         "function", "arguments", "parameters", "properties", "enum", "description", "weight",
                         "messages", "input", "tools", "preferred_output", "non_preferred_output", "reference", "x"]),
        inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(json_values, st.lists(json_values, max_size=3), json_values)
def test_no_line_is_so_odd_that_counting_fails(value: Any, messages: list[Any], more: Any) -> None:
    """Any JSON is either counted or refused with a reason; never an error."""
    for line in (
        value,
        {"messages": messages, "tools": more},
        {"messages": [{"role": "assistant", "content": value, "tool_calls": more}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": value}]}], "functions": more},
        {"input": {"messages": [{"role": value}], "tools": more}, "preferred_output": messages,
         "non_preferred_output": [{"content": value}]},
    ):  # fmt: skip
        read = read_line(json.dumps(line))
        if isinstance(read, str):
            assert read
        else:
            found = count_examples([read], "o200k_base")
            assert found.kinds.sum() == found.tokens.sum()

"""Counts equal tiktoken's, whichever counter makes them."""

from __future__ import annotations

import socket

import numpy as np
import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.errors import PrepError
from prep.tokens import ranks
from prep.tokens.counter import Counter
from prep.tokens.encodings import PATTERNS, encoding
from prep.tokens.messages import count_examples

pieces = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        " " * 300, "\n" * 50, "\t \r\n ", "👩‍👩‍👧‍👦🏽", "中文字符漢字", "def f(x):\n    return {x!r}", "<|endoftext|>", "<|im_start|>user",
        "\x00\x07\x1b", "ﬁ ſ İ ß", "'S 'll 'RE", "1234567890123", "a" * 400, "ÀÉ̂õ", "\u200b\u200d", "   x", "x   ", "\U000323b0/A", "a\u1ae0b",
    ]),
    st.integers(1, 2000).map(lambda count: " " * count),
)  # fmt: skip
hostile = st.lists(pieces, max_size=12).map("".join)


def quick(name: str) -> Counter:
    """A counter that always takes the fast path."""
    counter = Counter(name)
    counter.count(["warm up"])
    return counter


@pytest.fixture(scope="module", params=["o200k_base", "cl100k_base"])
def fast(request: pytest.FixtureRequest) -> Counter:
    return Counter(request.param)


@settings(deadline=None, max_examples=150)
@given(texts=st.lists(hostile, min_size=1, max_size=6))
def test_the_fast_counter_equals_tiktoken_on_hostile_text(fast: Counter, texts: list[str]) -> None:
    """White space, emoji, CJK, code, control characters and what looks like a special token."""
    found = fast._quick(texts, 0)
    assert fast._trusted
    assert found.tolist() == fast.reference(texts).tolist()


def test_what_looks_like_a_special_token_is_text() -> None:
    """`<|endoftext|>` has the seven tokens of its characters, not one."""
    assert Counter("o200k_base").count(["<|endoftext|>"]).tolist() == [7]


def test_half_a_character_counts_as_the_replacement_character() -> None:
    """A lone surrogate is no error: tiktoken counts U+FFFD in its place, and so do both counters."""
    texts = ["a\ud800b", "a\ufffdb"]
    counter = Counter("o200k_base")
    assert len(set(counter.count(texts).tolist())) == 1
    assert counter._quick(texts, 0).tolist() == counter.count(texts).tolist()


def test_a_difference_is_told_and_tiktoken_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the fast counter is caught wrong, the result is tiktoken's, for this batch and all later ones."""
    counter = Counter("o200k_base")
    true = counter.reference(["one two three", "four"]).tolist()
    counter._quick(["x"], 0)

    class Wrong:
        class layout:  # noqa: N801
            class offsets:  # noqa: N801
                data = np.array([0, 9, 18])

        def encode_batch(self, _: list[str]) -> object:
            return self

    monkeypatch.setattr(counter, "_fast", Wrong())
    with pytest.warns(UserWarning, match="differs from tiktoken"):
        assert counter.count(["one two three", "four"]).tolist() == true
    assert counter.count(["one two three", "four"]).tolist() == true


@pytest.mark.parametrize("name", list(PATTERNS))
def test_the_encodings_are_tiktokens(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patterns are those of tiktoken's own source."""
    import tiktoken_ext.openai_public as public

    monkeypatch.setattr(public, "load_tiktoken_bpe", lambda *_, **__: {})
    assert public.ENCODING_CONSTRUCTORS[name]()["pat_str"] == PATTERNS[name]


def test_nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Building an encoding and counting opens no connection."""
    monkeypatch.setattr(socket, "socket", None)
    encoding.cache_clear()
    assert Counter("cl100k_base").count(["hello world"]).tolist() == [2]
    assert isinstance(encoding("cl100k_base"), tiktoken.Encoding)


def test_a_damaged_rank_file_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed byte stops the count with the file's name."""
    from pathlib import Path

    folder = Path(str(tmp_path))
    data = ranks.rank_file("cl100k_base").read_bytes()
    (folder / "cl100k_base.tiktoken").write_bytes(data[:-2] + b"9\n")
    monkeypatch.setattr(ranks, "FOLDER", folder)
    ranks.rank_file.cache_clear()
    try:
        with pytest.raises(PrepError, match="cl100k_base is damaged"):
            ranks.rank_file("cl100k_base")
    finally:
        ranks.rank_file.cache_clear()


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
    assert found.assistant.tolist() == [10, 0]


def test_an_empty_batch_has_no_counts() -> None:
    """No examples, no texts: no error."""
    assert count_examples([], "o200k_base").tokens.tolist() == []
    assert count_examples([{"messages": []}], "o200k_base").tokens.tolist() == [0]

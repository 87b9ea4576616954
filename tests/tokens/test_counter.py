"""Counts equal tiktoken's, whichever counter makes them."""

from __future__ import annotations

import itertools
import random
import socket
import subprocess
import sys
from string import ascii_lowercase

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.errors import PrepError
from prep.tokens import ranks
from prep.tokens.check import Second, _end
from prep.tokens.counter import MOST_REMEMBERED, Counter
from prep.tokens.encodings import PATTERNS, encoding
from prep.tokens.letters import newer

pieces = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        " " * 300, "\n" * 50, "\t \r\n ", "👩‍👩‍👧‍👦🏽", "中文字符漢字", "def f(x):\n    return {x!r}", "<|endoftext|>", "<|im_start|>user",
        "\x00\x07\x1b", "ﬁ ſ İ ß", "'S 'll 'RE", "1234567890123", "a" * 400, "ÀÉ̂õ", "\u200b\u200d", "   x", "x   ", "\U000323b0/A", "a\u1ae0b",
    ]),
    st.integers(1, 2000).map(lambda count: " " * count),
)  # fmt: skip
hostile = st.lists(pieces, max_size=12).map("".join)


@pytest.fixture(scope="module", params=["o200k_base", "cl100k_base"])
def fast(request: pytest.FixtureRequest) -> Counter:
    return Counter(request.param)


@settings(deadline=None, max_examples=150)
@given(texts=st.lists(hostile, min_size=1, max_size=6))
def test_the_fast_counter_equals_tiktoken_on_hostile_text(fast: Counter, texts: list[str]) -> None:
    """White space, emoji, CJK, code, control characters and what looks like a special token."""
    found = fast._quick(texts)
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
    assert counter._quick(texts).tolist() == counter.count(texts).tolist()


class Wrong:
    """What encodes every text as nine tokens."""

    size = 9

    def __call__(self, _: str) -> Wrong:
        return self


def test_a_difference_is_told_and_tiktoken_decides() -> None:
    """When the fast counter is caught wrong, the result is tiktoken's, for this batch and all later ones."""
    counter = Counter("o200k_base")
    true = counter.reference(["one two three", "four"]).tolist()
    counter._load()
    counter._encode = Wrong()
    with pytest.warns(UserWarning, match="differs from tiktoken"):
        assert counter.count(["one two three", "four"]).tolist() == true
    assert counter.count(["one two three", "four"]).tolist() == true


def test_a_second_process_finds_the_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before tiktoken is loaded here, its word comes from a process of its own, batch after batch."""
    encoding.cache_clear()
    counter = Counter("o200k_base")
    texts = ["one two three", "four", "\ud800"]
    counter._load()
    right = counter._encode
    assert counter.count(texts[:2]).tolist() == [3, 1]
    assert counter._second is not None
    assert not encoding.cache_info().currsize
    assert counter.count(texts).tolist() == [3, 1, 1]  # half a character is counted here by tiktoken
    counter._encode = Wrong()
    monkeypatch.setattr(counter, "_load", lambda: setattr(counter, "_encode", right))
    with pytest.warns(UserWarning, match="differs from tiktoken"):
        assert counter.count(texts[:2]).tolist() == [3, 1]


def test_a_second_process_that_fails_is_done_without() -> None:
    """When it cannot be started, or ends too soon, tiktoken is loaded here."""
    broken = Second("no_such_encoding")
    assert broken.ask(["one"])
    assert broken.answer() is None
    assert not broken.ask(["one"])
    encoding.cache_clear()
    counter = Counter("o200k_base")
    counter._load()
    counter._second = broken
    assert counter.count(["one two three"]).tolist() == [3]


def test_a_fork_leaves_the_second_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to the process that began it: a fork neither asks it nor ends it."""
    second = Second("o200k_base")
    assert second.ask(["one two three"])
    with monkeypatch.context() as patch:
        patch.setattr("prep.tokens.check.os.getpid", lambda: -1)
        assert not second.ask(["one"])
        _end(second._process, second._owner)
    assert second.answer() == [3]


def test_what_the_fast_counter_remembers_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a limit it is built anew, by the size of the process or by what was counted; the counts stay right."""
    rng = random.Random(5)
    texts = [" ".join("".join(rng.choices(ascii_lowercase, k=12)) for _ in range(3000)) for _ in range(10)]
    loads = []
    counter = Counter("cl100k_base")
    load = counter._load
    monkeypatch.setattr(counter, "_load", lambda: (loads.append(1), load()))
    monkeypatch.setattr("prep.tokens.counter._SLICE", 50_000)
    sizes = itertools.count(0, MOST_REMEMBERED // 3)
    monkeypatch.setattr("prep.tokens.counter.resident", lambda: next(sizes))
    expected = counter.reference(texts).tolist()
    assert counter._quick(texts).tolist() == expected
    assert 1 < len(loads) < 6
    loads.clear()
    monkeypatch.setattr("prep.tokens.counter.resident", lambda: None)
    monkeypatch.setattr("prep.tokens.counter.REBUILD_CHARACTERS", 100_000)
    assert counter._quick(texts).tolist() == expected
    assert 1 < len(loads) < 6


GROWTH = """
import random
from string import ascii_lowercase
from prep.tokens import counter as module
from prep.tokens.memory import resident

module.MOST_REMEMBERED, module._SLICE = 40_000_000, 1_000_000
counter = module.Counter("o200k_base")
counter.warm(check=False)
rng, begun, most = random.Random(3), resident(), 0
for _ in range(20):
    counter.count([" ".join("".join(rng.choices(ascii_lowercase, k=10)) for _ in range(1000)) for _ in range(100)])
    most = max(most, resident() - begun)
print(most)
"""


@pytest.mark.slow
def test_memory_stays_bounded_on_words_never_met_before() -> None:
    """22 megabytes of them would leave over 200 MB behind; with a limit of 40 it stays near that."""
    done = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 120_000_000


def test_letters_that_only_one_of_them_knows_are_tiktokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts with letters newer than tiktoken's Unicode are found by both ways of looking, and half characters."""
    texts = ["plain", "wörld", "a\u1ae0b", "中文", "\U000323b0", "\U00010940x", "a\u1adfb"]
    assert newer(texts) == newer([*texts]) == {2, 4, 5}
    assert newer([*texts, "a\ud800"]) == {2, 4, 5, 7}
    monkeypatch.setattr("prep.tokens.letters._MANY", 1)
    assert newer(texts) == {2, 4, 5}
    assert newer([*texts, "a\ud800"]) == {2, 4, 5, 7}


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

"""Words of texts: found as `str.split` finds them, and told apart by their hashes."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from prep.similarity.words import words_of

# Lengths around the eight bytes hashed at once and the 64 from which a word is hashed by a call of its own.
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.integers(1, 80).flatmap(lambda size: st.sampled_from(["a" * size, "a" * (size - 1) + "b", "b" + "a" * size])),
    st.sampled_from(["a\0", "\0", "é", "\u3000", "\x85", "\x1f", "\t"]),
)
TEXTS = st.lists(st.one_of(st.none(), st.lists(WORDS, max_size=30).map(" ".join)), max_size=6)


@given(TEXTS)
def test_words_are_those_of_a_plain_split(texts: list[str | None]) -> None:
    """As many words in each text, equal hashes for equal words, other hashes for other words."""
    found = words_of(pl.Series("text", texts, dtype=pl.String))
    lowered = pl.Series(texts, dtype=pl.String).str.to_lowercase().to_list()
    words = [(text or "").split() for text in lowered]
    begins = found.offsets.tolist()
    assert [end - begin for begin, end in pairwise(begins)] == [len(own) for own in words]
    flat = [word for own in words for word in own]
    hashes = found.hashes.tolist()
    assert len(set(zip(flat, hashes, strict=True))) == len(set(flat)) == len(set(hashes))


def test_a_word_has_one_hash_wherever_it_stands() -> None:
    """At the beginning, after others, at the end, in a text of its own."""
    word = "indemnification-" * 6
    found = words_of(pl.Series([f"{word} a b", f"c  {word}", word, f"d {word} e"]))
    begins = found.offsets.tolist()
    places = [begins[0], begins[2] - 1, begins[2], begins[3] + 1]
    assert len({found.hashes[place] for place in places}) == 1

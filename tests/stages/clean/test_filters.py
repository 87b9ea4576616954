"""The published filters, their figures and their reasons; ranges; the band of what a step should touch."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from prep.stages.clean.apply import apply
from prep.stages.clean.repetition import grams, suspects
from prep.stages.clean.running_words import running_words, sentence_count
from prep.stages.part import Part
from prep.stages.registry import load_steps

STEPS = load_steps()
MakePart = Callable[..., Part]
Project = Callable[..., Path]
PROSE = (
    "The tenant pays the rent of the flat to the landlord on the first day of each month, and the landlord keeps the "
    "roof, the walls and the windows of the house in good repair. If a pipe bursts, a plumber comes within two days; "
    "whoever caused the damage has to bear its cost. Both of them may end this lease with three months' notice, which "
    "must be given in writing and signed by hand. "
)


def fate(make_part: MakePart, text: str, name: str, **options: Any) -> str | None:
    done, _ = apply(make_part([text]), [(name, STEPS[name].config.model_validate(options))], STEPS)
    reason: str | None = done.frame["_reason"][0]
    return reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE, None),
        ("Too short to be a document.", "gopher_too_few_words"),
        ("of an it to be or as " * 20, "gopher_words_too_short"),
        ("incomprehensibilities " * 60, "gopher_words_too_long"),
        (PROSE + "# " * 20, "gopher_too_many_hashes"),
        (PROSE + "wait... " * 20, "gopher_too_many_ellipses"),
        ("\n".join(f"- {PROSE[at : at + 60]}" for at in range(0, 300, 60)), "gopher_too_many_bullets"),
        (PROSE.replace(". ", "...\n"), "gopher_too_many_open_lines"),
        (PROSE + "1200 3400 5600 7800 " * 20, "gopher_too_few_letters"),
        (
            "Gerne bezahlen wir alle Mieten pünktlich jeden Monat im Voraus auf Ihr Konto. " * 6,
            "gopher_too_few_stop_words",
        ),
    ],
)
def test_each_rule_of_gophers_quality_filter_is_a_reason(make_part: MakePart, text: str, reason: str | None) -> None:
    """The first one that is broken."""
    assert fate(make_part, text, "gopher_quality") == reason
    if reason == "gopher_too_few_words":
        assert fate(make_part, text, "gopher_quality", min_words=None, min_stop_words=0) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PROSE, None),
        ("\n\n".join([PROSE[:80]] * 3 + [PROSE]), "gopher_repeated_paragraphs"),
        ("\n".join(["A line.", "A line.", "Another.", "A line."]), "gopher_repeated_lines"),
        ("\n".join([PROSE[:150], *"abcdefg", PROSE[:150]]), "gopher_repeated_line_chars"),
        ("buy now " * 30, "gopher_top_2_gram"),
        (PROSE[:200] + " ".join(f"w{at}" for at in range(60)) + PROSE[:200], "gopher_repeated_5_grams"),
    ],
)
def test_each_rule_of_gophers_repetition_filter_is_a_reason(make_part: MakePart, text: str, reason: str | None) -> None:
    """The first one that is broken."""
    assert fate(make_part, text, "gopher_repetition") == reason


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("a bb ccc d ee fff the rent".split()), max_size=60), min_size=1, max_size=6))
def test_the_bound_spares_no_text_that_a_rule_would_drop(texts: list[list[str]]) -> None:
    """Whatever `suspects` passes over is under every limit when it is counted out."""
    top, repeated = {2: 0.2, 3: 0.18, 4: 0.16}, {5: 0.15, 6: 0.14, 10: 0.1}
    chars = [max(1, len(" ".join(words))) for words in texts]
    column = pl.Series(texts, dtype=pl.List(pl.String))
    found = suspects(column, pl.Series(chars), top, repeated)
    limits = {f"top_{size}_gram": limit for size, limit in top.items()}
    limits |= {f"repeated_{size}_grams": limit for size, limit in repeated.items()}
    for at, words in enumerate(texts):
        over = any(figure > limits[name] for name, figure in grams(words, chars[at], top, repeated))
        assert not over or at in found


def test_c4_keeps_lines_that_are_sentences(make_part: MakePart) -> None:
    """Headings, cookies, JavaScript, short and endless lines go; brackets and lorem ipsum drop the record."""
    lines = ["Heading", *PROSE.strip().split(". ")]
    body = "\n".join(line if line.endswith(".") or line == "Heading" else f"{line}." for line in lines)
    text = f"{body}\nThis site uses cookies to count.\nPlease switch Javascript on.\nToo short.\n{'x' * 1001} is too long.\nAnd so on..."
    done, _ = apply(make_part([text, f"{body}\nA {{ here.", f"{body}\nLorem ipsum dolor sit amet."]),
                    [("c4_quality", STEPS["c4_quality"].config(min_sentences=3))], STEPS)  # fmt: skip
    assert done.frame["_reason"].to_list() == [None, "c4_curly_bracket", "c4_lorem_ipsum"]
    assert done.frame["text"][0] == body.removeprefix("Heading\n")
    assert fate(make_part, body, "c4_quality") == "c4_too_few_sentences"


def test_words_and_sentences_are_those_of_running_text() -> None:
    """Punctuation and contractions stand apart, abbreviations and numbers do not end a sentence."""
    [words] = running_words(pl.Series(["Mr. Roe didn't pay $1,200.50 (e.g. rent), it's due... Go!"])).to_list()
    assert words == [
        "Mr.",
        "Roe",
        "did",
        "n't",
        "pay",
        "$",
        "1,200.50",
        "(",
        "e.g.",
        "rent",
        ")",
        ",",
        "it",
        "'s",
        "due",
        "...",
        "Go",
        "!",
    ]
    counts = sentence_count(
        pl.Series(["One. Two! Three?", "See No. 5 of Mr. Roe.", "A 1.5 share", "He said: “Go.” She went."])
    )
    assert counts.to_list() == [3, 1, 1, 2]


def test_texts_in_a_row_do_not_change_each_others_figures(make_part: MakePart) -> None:
    """A part of many texts drops those that it drops alone."""
    rng = random.Random(4)
    pieces = PROSE.split(". ")
    texts = [". ".join(rng.choices(pieces, k=rng.randint(1, 8))) + "\n" * rng.randint(0, 2) for _ in range(40)]
    for name in ("gopher_quality", "gopher_repetition", "c4_quality"):
        whole, _ = apply(make_part(list(texts)), [(name, STEPS[name].config())], STEPS)
        assert whole.frame["_reason"].to_list() == [fate(make_part, text, name) for text in texts]


def test_values_in_a_range_stay(make_part: MakePart) -> None:
    """Both ends belong to it; what is no number is not compared, what is missing is missing."""
    values = ["1", "3", " 3.0 ", "4", "1e1", "three", "", None, "nan", "1,000"]
    done, _ = apply(make_part([{"text": "x", "n": value} for value in values]),
                    [("drop_outside", STEPS["drop_outside"].config(column="n", min=3, max=4))], STEPS)  # fmt: skip
    assert done.frame["_reason"].to_list() == [
        "out_of_range", None, None, None, "out_of_range", "not_comparable", "value_missing", "value_missing", "not_comparable", "not_comparable",
    ]  # fmt: skip
    dates = ["2024-01-31", "2024-01-31T23:59:59+02:00", "2024-02-01", "31.01.2024", None]
    config = STEPS["drop_outside"].config.model_validate({"column": "d", "max": "2024-01-31", "missing": "keep"})
    done, _ = apply(make_part([{"text": "x", "d": value} for value in dates]), [("drop_outside", config)], STEPS)
    assert done.frame["_reason"].to_list() == [None, None, "out_of_range", "not_comparable", None]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({}, "needs `min` or `max`"),
        ({"min": 2, "max": 1}, "must not be greater"),
        ({"min": 1, "max": "2024-01-01"}, "both be"),
    ],
)
def test_ranges_that_say_nothing_are_refused(how: dict[str, Any], message: str) -> None:
    """Before anything runs."""
    with pytest.raises(ValidationError, match=message):
        STEPS["drop_outside"].config.model_validate({"column": "n", **how})


EXPECT = """
ingest: [{{path: data.csv, id: id, text: text}}]
clean: [{step}]
output: {{records: out.jsonl}}
"""


@pytest.mark.parametrize(
    ("step", "warning"),
    [
        ("drop_short: {min_words: 3}", "the step drop_short dropped 6 of 10 records"),
        ("drop_short: {min_words: 3, expect: [0.5, 0.7]}", None),
        ("drop_short: {min_words: 3, expect: [0, 0.5]}", "touched 6 of 10 records (0.6), `expect` says 0 to 0.5"),
        ("drop_short: {min_words: 1}", "the step drop_short changed nothing and dropped nothing"),
        ("drop_short: {min_words: 1, expect: [0, 1]}", None),
        ("normalize_text: {expect: [0.2, 1]}", "touched 0 of 10 records (0), `expect` says 0.2 to 1"),
    ],
)
def test_a_step_outside_its_band_is_warned_of(
    project: Project, carry_out: Callable[..., Any], step: str, warning: str | None
) -> None:
    """Without a band: one that touches nothing, and one that drops over half."""
    rows = "".join(f"{number},{'one two' if number < 6 else 'one two three'}\n" for number in range(10))
    result, _ = carry_out(project(EXPECT.format(step=step), data__csv=f"id,text\n{rows}"))
    told = [line for line in result["warnings"] if "step" in line]
    assert told == [] if warning is None else len(told) == 1 and warning in told[0]


def test_a_band_changes_no_key_and_must_be_one(project: Project, carry_out: Callable[..., Any]) -> None:
    """Another band reads nothing again; the smaller share stands first."""
    path = project(EXPECT.format(step="drop_short: {min_words: 1}"), data__csv="id,text\n1,one\n2,two\n")
    carry_out(path)
    path.write_text(EXPECT.format(step="drop_short: {min_words: 1, expect: [0, 1]}"))
    assert carry_out(path)[0]["ran_tasks"] == 0
    with pytest.raises(ValidationError, match="smaller share first"):
        STEPS["drop_short"].config(expect=(0.5, 0.1))


TOLD_APART = "ar cs de en es fr it ja ko nl pl pt ru sv tr zh".split()


@pytest.mark.parametrize("language", TOLD_APART)
def test_languages_are_told_apart_with_confidence(make_part: MakePart, language: str) -> None:
    """A text stays where its language is kept, and goes, with the probability, where another one is."""
    rows = (Path(__file__).parent / "languages.tsv").read_text("utf-8").splitlines()
    text = next(row.partition("\t")[2] for row in rows if row.startswith(f"{language}\t"))
    assert fate(make_part, text, "drop_language", keep=language) is None
    other = "de" if language != "de" else "en"
    done, _ = apply(make_part([text]), [("drop_language", STEPS["drop_language"].config(keep=[other]))], STEPS)
    assert done.frame["_reason"].to_list() == ["other_language"]
    assert float(done.frame["_detail"][0].split()[1]) >= 0.8
    assert fate(make_part, text, "drop_language", keep=other, confidence=1, min_chars=1000) is None

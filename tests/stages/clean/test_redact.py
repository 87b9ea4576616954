"""The step `redact`: placeholders in the place of personal data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from prep.stages.clean.apply import apply
from prep.stages.clean.redact import Redact
from prep.stages.part import Part
from prep.stages.registry import load_steps

MakePart = Callable[..., Part]
STEPS = load_steps()


def redacted(part: Part, **how: Any) -> Part:
    config = Redact.model_validate({"find": ["email", "phone", "us_ssn", "iban", "credit_card", "ip_address"], **how})
    return apply(part, [("redact", config)], STEPS)[0]


def test_the_same_value_has_the_same_number_within_a_record(make_part: MakePart) -> None:
    """Across columns and turns, whatever its case and separators; each record counts for itself."""
    rows = [
        {"text": "a@x.com b@x.com A@X.com", "answer": "b@x.com 4111 1111 1111 1111", "note": "4111-1111-1111-1111"},
        {"text": "b@x.com", "answer": None, "note": "nothing"},
    ]
    done = redacted(make_part(rows, text=("text", "answer")))
    assert done.frame.select("text", "answer", "note").rows() == [
        ("[EMAIL_1] [EMAIL_2] [EMAIL_1]", "[EMAIL_2] [CREDIT_CARD_1]", "[CREDIT_CARD_1]"),
        ("[EMAIL_1]", None, "nothing"),
    ]
    assert [row[1:] for note in done.changes for row in note.rows()] == [
        ("clean", "redact", "CREDIT_CARD 1, EMAIL 2"), ("clean", "redact", "EMAIL 1"),
    ]  # fmt: skip


def test_every_string_but_label_and_group(make_part: MakePart) -> None:
    """Columns that nobody called text are searched, too; ids, the label and the group are not."""
    part = make_part(
        [{"text": "x", "other": "a@x.com", "label": "a@x.com", "group": "a@x.com"}], label="label", group="group"
    )
    assert redacted(part).frame.select("other", "label", "group").rows() == [("[EMAIL_1]", "a@x.com", "a@x.com")]


def test_strings_inside_json(make_part: MakePart) -> None:
    """Values, keys and long numbers; every other byte stays as it was."""
    cell = '{ "to": ["a@x.com", "b\\u0040x.com"],  "a@x.com": 1.0, "card": 4111111111111111, "n": 1e5 }'
    part = make_part([{"text": "x", "meta": cell, "_json": '["meta"]'}])
    done = redacted(part.with_columns(part.frame["_json"].fill_null('["meta"]')))
    assert done.frame["meta"].to_list() == [
        '{ "to": ["[EMAIL_1]", "[EMAIL_2]"],  "[EMAIL_1]": 1.0, "card": "[CREDIT_CARD_1]", "n": 1e5 }'
    ]


def test_turns_of_a_conversation(make_part: MakePart) -> None:
    """Contents of all roles, numbered across the conversation."""
    turns = '[{"role":"user","content":"I am a@x.com"},{"role":"assistant","content":"Hello a@x.com, b@x.com"}]'
    done = redacted(make_part([{"turns": turns}], text=(), turns=("turns",)))
    assert done.frame["turns"].to_list() == [
        '[{"role":"user","content":"I am [EMAIL_1]"},{"role":"assistant","content":"Hello [EMAIL_1], [EMAIL_2]"}]'
    ]


def test_numbers_go_on_behind_placeholders_that_are_there(make_part: MakePart) -> None:
    """A text that was redacted before keeps its placeholders apart from new ones."""
    assert redacted(make_part(["[EMAIL_2] wrote to a@x.com"])).frame["text"].to_list() == [
        "[EMAIL_2] wrote to [EMAIL_3]"
    ]


def test_dropped_records_are_redacted_too(make_part: MakePart) -> None:
    """What is stored of them holds nothing either."""
    part = make_part(["a@x.com"])
    done = redacted(part.drop(part.frame["text"].is_not_null(), "matching"))
    assert done.frame.select("text", "_reason").rows() == [("[EMAIL_1]", "matching")]


PIECES = st.sampled_from(
    ["a@x.com", "B@x.com", "123-45-6789", "[EMAIL_1]", "word", "4111111111111111", "No. 22-1234", "é"]
)


@settings(deadline=None)
@given(st.lists(st.lists(PIECES, max_size=6).map(" ".join), max_size=6))
def test_a_second_pass_changes_nothing(make_part: MakePart, texts: list[str]) -> None:
    """And records do not depend on each other."""
    once = redacted(make_part(list(texts)))
    assert redacted(make_part(once.frame["text"].to_list())).frame["text"].to_list() == once.frame["text"].to_list()
    apart = [redacted(make_part([text])).frame["text"][0] for text in texts]
    assert apart == once.frame["text"].to_list()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"find": ["emial"]}, "did you mean `email`"),
        ({"find": []}, "looks for nothing"),
        ({"dictionary": {"a b": "x.txt"}}, "names a placeholder"),
        ({"patterns": {"a b": "x"}}, "names a placeholder"),
        ({"patterns": {"a": "("}}, "not a regular expression"),
        ({"regions": ["usa"]}, "no country"),
    ],
)
def test_wrong_settings_are_explained(how: dict[str, Any], message: str) -> None:
    """Before anything runs."""
    with pytest.raises(ValidationError, match=message):
        Redact.model_validate(how)

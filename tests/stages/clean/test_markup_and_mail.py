"""Markdown and quoted replies: marks and quotations go, all else stays letter for letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.stages.clean.remove_quoted_replies import RemoveQuotedReplies, remove_quoted_replies
from prep.stages.clean.replace import Replace, replace
from prep.stages.clean.strip_markdown import StripMarkdown, strip_markdown

SHARED_DATA = Path(__file__).parents[4] / "shared" / "data"


def stripped(text: str) -> str:
    return pl.DataFrame({"text": [text]}).select(strip_markdown(pl.col("text"), StripMarkdown())).item()


def unquoted(text: str, *, signatures: bool = False) -> str:
    config = RemoveQuotedReplies(signatures=signatures)
    return pl.DataFrame({"text": [text]}).select(remove_quoted_replies(pl.col("text"), config)).item()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# Title\n\nText", "Title\n\nText"),
        ("## Title ##\n### *Sub*", "Title\nSub"),
        ("Title\n=====\nText", "Title\nText"),
        ("**bold**, *it*, ***both***, __b__, _i_, ~~gone~~", "bold, it, both, b, i, gone"),
        ("un**frig**able and **(a) b**.", "unfrigable and (a) b."),
        ("[text](https://a.b/c_(d) 'T') ![alt](x.png) [![b](c)](d)", "text alt b"),
        ("see [one][1] and [two][]\n\n[1]: https://a.b\n[two]: <c> 'T'", "see one and two\n\n"),
        ("<https://a.b/x>", "https://a.b/x"),
        ("> quoted\n> > twice", "quoted\ntwice"),
        ("`a*b*c` and ``x ` y``", "a*b*c and x ` y"),
        ("a\n\n```py\n# x **y**\n```\nb", "a\n\n# x **y**\nb"),
        ("~~~\n*a*\n~~~\n*b*", "*a*\nb"),
        ("| a | **b** |\n|---|:-:|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("a\n\n---\n\nb", "a\n\n\n\nb"),
        ("\\*not it\\* and C:\\new", "*not it* and C:\\new"),
        ("* item\n  1. one\n  3. *three*", "* item\n  1. one\n  3. three"),
    ],
)
def test_marks_go_and_words_stay(text: str, wanted: str) -> None:
    """Of headings, emphasis, links, quotations, code, tables and rules."""
    assert stripped(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_name and __init__.py", "2 * 3 * 4 = 24", "f(*args, **kwargs)", "* * *", "[sic]", "(a) [b] (c)", "No. #5", "C# and F#",
        "a | b", "x = a[i](j)", "5*", "1. Term\n2. Fees", "- a\n- b", "    indented", "§ 5 [Zweck]", "<b>x</b>", "a_b", "*", "**", "~ 5 km",
        "10^3 ** 2", "the \"**\" sign", "foo_bar_baz", "A -- B", "E = m*c*c", "see [1] and [2]: both",
    ],
)  # fmt: skip
def test_what_is_no_mark_stays(text: str) -> None:
    """Letter for letter."""
    assert stripped(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab *_`#[]()>|\n-~\\!", max_size=60))
def test_no_word_is_lost(text: str) -> None:
    """Nothing raises, and letters stay in their order, targets of links aside."""
    if "](" not in text and "]:" not in text and "```" not in text and "~~~" not in text:
        assert [char for char in stripped(text) if char in "ab"] == [char for char in text if char in "ab"]


@pytest.mark.skipif(not SHARED_DATA.exists(), reason="the shared data is not there")
def test_real_documents_lose_marks_alone() -> None:
    """Of court decisions and policies every letter stays but those of links' targets, and no mark of a heading."""
    courts = (SHARED_DATA / "de_courts" / "markdown_documents.jsonl").read_text()
    texts = [json.loads(line)["text"] for line in courts.splitlines()]
    texts += [path.read_text() for path in sorted((SHARED_DATA / "github_site_policy").rglob("*.md"))]
    same = 0
    for text in texts:
        done = stripped(text)
        assert not re.search(r"(?m)^#{1,6} |\*\*\w", done)
        without_targets = re.sub(r"(?m)\]\([^()\s]*(?:\([^()]*\))?[^()\s]*\)|^ {0,3}\[[^\]\n]+\]:.*$", "]", text)
        same += letters(done) == letters(without_targets)
    assert same >= 0.9 * len(texts)  # fences have words behind them, references names


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Yes.\n> No?\n> Why?", "Yes."),
        ("> Question one?\nAnswer one.\n> Question two?\nAnswer two.", "Answer one.\nAnswer two."),
        ("Ok.\n\nAm 03.05.2024 um 10:12 schrieb Ann Roe <ann@example.com>:\n> Geht das?", "Ok."),
        ("Ok.\n\nOn Fri, May 3, 2024 at 10:12 AM Ann Roe\n<ann@example.com> wrote:\n\n> Fine?", "Ok."),
        ("D'accord.\n\nLe 3 mai 2024 à 10:12, Ann <ann@example.com> a écrit :\n> Ça va ?", "D'accord."),
        ("Thanks\n\n-----Original Message-----\nFrom: Ann\nSent: Friday\nTo: Bob\n\nHello", "Thanks"),
        ("Danke\n\nVon: Ann\nGesendet: Freitag\nAn: Bob\nBetreff: Miete\n\nHallo", "Danke"),
        ("Ok\n\n________________________________\nFrom: Ann\nSent: Friday\nTo: Bob\n\nHi", "Ok"),
        ("Fine\n\nOn 3 May 2024 at 10:12, Ann <ann@example.com> wrote:\nShall we?\nAnn", "Fine"),
        ("Ann wrote:\n> Shall we?\nYes.", "Yes."),
    ],
)
def test_quotations_go(text: str, wanted: str) -> None:
    """By their marks, or by what stands above them."""
    assert unquoted(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "On 5 May 2020 the plaintiff wrote:\nI will pay.", "> all of it\n> is quoted", "a > b and c > d", "From: here to there we walk.",
        "The letter reads: From: A\nand ends.", "As he wrote: no.", "plain", "",
    ],
)  # fmt: skip
def test_what_is_no_quotation_stays(text: str) -> None:
    """A record of nothing but a quotation keeps it; prose that speaks of writing is prose."""
    assert unquoted(text) == text


def test_signatures_go_where_they_are_asked_for() -> None:
    """From the line of two hyphens on, and what telephones add."""
    assert unquoted("Hi\n-- \nAnn\nExample Ltd", signatures=True) == "Hi"
    assert unquoted("Hi\n-- \nAnn") == "Hi\n-- \nAnn"
    assert unquoted("Hi\n\nSent from my phone", signatures=True) == "Hi"


def test_what_matches_is_replaced_pattern_after_pattern() -> None:
    """By a text that may name groups, or by nothing; null stays null."""
    frame = pl.DataFrame({"text": ["a1 b2", None, "x"]})

    def done(**how: object) -> list[str | None]:
        return frame.select(replace(pl.col("text"), Replace.model_validate(how))).to_series().to_list()

    assert done(matching=["([a-z])([0-9])", "2"], by="$2$1") == ["1a $2$1b".replace("$2$1", ""), None, "x"]
    assert done(matching="[0-9]") == ["a b", None, "x"]

"""Steps for documents: markup, headers and footers, languages, chunks."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prep.stages.clean.apply import apply
from prep.stages.clean.sentences import chunks, sentences
from prep.stages.part import Part
from prep.stages.registry import load_steps
from prep.tokens.counter import counter

MakePart = Callable[..., Part]
STEPS = load_steps()


def after(part: Part, name: str, **settings: object) -> Part:
    return apply(part, [(name, STEPS[name].config.model_validate(settings))], STEPS)[0]


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("<div>One<p>Two</div>Three", "One\n\nTwo\n\nThree"),
        ("a<br>b<BR/>\nc", "a\nb\nc"),
        ("line one\nline <b>two</b> &eacute;&#233;&#xe9;", "line one\nline two ééé"),
        ("R&D, AT&T and a&section=1", "R&D, AT&T and a&section=1"),
        ("<p>R&D &section a<b and <PARTY NAME> <jane@example.com></p>", "R&D &section a<b and <PARTY NAME> <jane@example.com>"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("if a<b and c>d or x<p and p>0.05", "if a<b and c>d or x<p and p>0.05"),
        ("<p>if a<b and c>d &notice; &amp;</p>", "if a<b and c>d &notice; &"),
        ("&notice; and &copy;", "&notice; and ©"),
        ("<td nowrap>a</td><hr noshade><input type=text disabled>b<b >c</b >", "a\n\nbc"),
        ("<script>alert('x')</script><p>kept</p><!-- gone -->", "kept"),
        ("<ol start='3'><li>three<li>four</ol>", "3. three\n4. four"),
        ("<pre>  a\n    b</pre>", "  a\n    b"),
        (None, None),
    ],
)  # fmt: skip
def test_markup_goes_and_what_only_looks_like_it_stays(make_part: MakePart, before: str | None, wanted: str) -> None:
    """Tags and entities are those of HTML; other angle brackets and ampersands are the author's."""
    assert after(make_part([before]), "strip_html").frame["text"].to_list() == [wanted]


def pages(*texts: str) -> str:
    return "\f".join(texts)


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (pages("A\n1\nx", "A\n2\ny", "A\n3\nz"), pages("x", "y", "z")),
        (pages("x\n- 7 -", "y\n- 8 -"), pages("x", "y")),
        (pages("1. Term\na", "2. Fees\nb"), pages("1. Term\na", "2. Fees\nb")),
        (pages("Top\na\nb\nc\nmiddle\nd\ne\nf", "Top\ng\nh\ni\nmiddle\nj\nk\nl"),
         pages("a\nb\nc\nmiddle\nd\ne\nf", "g\nh\ni\nmiddle\nj\nk\nl")),
        (pages("left\na", "right\nb", "left\nc", "right\nd"), pages("a", "b", "c", "d")),
        (pages("____\na", "____\nb"), pages("____\na", "____\nb")),
        ("H\na\nH\nb", "H\na\nH\nb"),
        (pages("Section 4\na", "Section 4\nb", "c", "d", "e"), pages("Section 4\na", "Section 4\nb", "c", "d", "e")),
    ],
)  # fmt: skip
def test_headers_and_footers_go(make_part: MakePart, before: str, wanted: str) -> None:
    """Lines at the edges of many pages, their numbers running with the pages or the same; nothing without pages."""
    assert after(make_part([before]), "remove_repeated_lines").frame["text"].to_list() == [wanted]


def test_a_document_in_chunks_is_looked_at_whole(make_part: MakePart) -> None:
    """Pages that are records of their own, and sections that go over a page's end, still share their headers."""
    part = make_part([f"ACME\ntext {word}" for word in "xyz"])
    ids = pl.Series("_id", [f"a.pdf#p{page}" for page in (1, 2, 3)])
    part = part.with_columns(ids, pl.lit("a.pdf").alias("_root"))
    assert after(part, "remove_repeated_lines").frame["text"].to_list() == ["text x", "text y", "text z"]


@pytest.mark.parametrize(
    ("text", "settings", "detail"),
    [
        ("Le présent contrat est régi par le droit français et par lui seul.", {"keep": "en"}, "fr"),
        ("契約は二年間であり、その後は自動的に更新されるものとする。", {"keep": ["en", "ja"]}, None),
        ("12345 67890 12345 67890 12345", {"keep": "en"}, None),
        ("Bonjour", {"keep": "en"}, None),
    ],
)
def test_other_languages_go(make_part: MakePart, text: str, settings: dict[str, object], detail: str | None) -> None:
    """Only where the language is sure and there is text enough to tell; the detail names it."""
    done = after(make_part([text]), "drop_language", **settings)
    assert done.frame["_reason"].to_list() == ["other_language" if detail else None]
    assert (done.frame["_detail"][0] or "").partition(" ")[0] == (detail or "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ("See No. 5 of Art. 3 and e.g. Mr. Smith v. Jones. Next one.", ["See No. 5 of Art. 3 and e.g. Mr. Smith v. Jones. ", "Next one."]),
        ("1. First thing.\n2. Second thing.", ["1. First thing.\n", "2. Second thing."]),
        ("He said “no.” She left.", ["He said “no.” ", "She left."]),
        ("一つ。二つ。", ["一つ。", "二つ。"]),
        ("version 1.2 is out. ok", ["version 1.2 is out. ok"]),
    ],
)  # fmt: skip
def test_where_sentences_end(text: str, wanted: list[str]) -> None:
    """Not after abbreviations, numbers of a list, or inside numbers."""
    assert sentences(text) == wanted


WORDS = st.text(alphabet="abc XYZ.!?\n,é😀1", max_size=300)


@settings(deadline=None)
@given(WORDS, st.integers(2, 40), st.integers(0, 20))
@example("1111  .?", 4, 0)  # joined they have more tokens than each for itself
@example(" " * 40 + "internationalization" + "\t" * 40, 4, 3)
def test_chunks_hold_the_whole_text_and_no_more_tokens_than_they_may(text: str, most: int, overlap: int) -> None:
    """Without overlap they are the text again, white space at the cuts aside; none is over the limit."""
    most = max(most, 4)  # a character may have four tokens
    [made] = list(chunks([text], most, min(overlap, most - 1), "o200k_base"))
    assert max(counter("o200k_base").count(made).tolist()) <= most
    [plain] = list(chunks([text], most, 0, "o200k_base"))
    assert "".join("".join(plain).split()) == "".join(text.split())


def test_children_take_the_other_columns_of_what_was_cut(make_part: MakePart) -> None:
    """The whole is dropped as chunked, a text that fits stays, a dropped record has no children."""
    long = "The term is two years. It begins on 1 May. It ends then."
    part = make_part([{"text": long, "court": "A"}, {"text": "Short.", "court": "B"}, {"text": long, "court": "C"}])
    part = part.drop(part.frame["court"] == "C", "matching")
    done = after(part, "chunk_text", max_tokens=8)
    assert done.frame.select("_id", "_parent", "_root", "_reason", "court").rows() == [
        ("a.jsonl:1", None, None, "chunked", "A"),
        ("a.jsonl:2", None, None, None, "B"),
        ("a.jsonl:3", None, None, "matching", "C"),
        ("a.jsonl:1/1", "a.jsonl:1", "a.jsonl:1", None, "A"),
        ("a.jsonl:1/2", "a.jsonl:1", "a.jsonl:1", None, "A"),
        ("a.jsonl:1/3", "a.jsonl:1", "a.jsonl:1", None, "A"),
    ]


def test_overlap_repeats_whole_sentences(make_part: MakePart) -> None:
    """As many as fit into it, at the start of the next chunk."""
    text = "Aa bb cc dd. Ee ff gg hh. Ii jj kk ll. Mm nn oo pp."
    done = after(make_part([text]), "chunk_text", max_tokens=13, overlap=6)
    assert done.frame["text"].to_list()[1:] == [
        "Aa bb cc dd. Ee ff gg hh.",
        "Ee ff gg hh. Ii jj kk ll.",
        "Ii jj kk ll. Mm nn oo pp.",
    ]

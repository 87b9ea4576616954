"""Reading HTML, PDF and Word files, and cutting documents into chunks."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from prep.errors import InputError
from prep.stages.blocks import Block
from prep.stages.ingest.articles import Article, _middle
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.discover import discover
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan

Read = Callable[..., Batch]
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=12, spaceAfter=8)
HEAD = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=13, leading=16, spaceBefore=10, spaceAfter=4)
LONG = "The supplier shall deliver the goods on the agreed day and at the agreed place without delay. " * 3
PAGE = f"""<!doctype html><html><head><title>A lease</title><style>p {{color: red}}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
<div class="cookie-banner">We use cookies</div>
<main><article><h1>Lease</h1><p>{LONG}</p>
<h2>1. Term</h2><p>Two years,<br>or more &amp; less.</p><ul><li>first</li><li>second<ul><li>deep</li></ul></li></ul>
<table><tr><th>Fee</th><th>Sum</th></tr><tr><td>Rent</td><td>10</td></tr></table>
<h2>Governing Law</h2><p>{LONG}</p></article></main>
<footer>Copyright 2024 Acme</footer><script>alert(1)</script></body></html>"""


def a_pdf(*story: Any, **how: Any) -> bytes:
    made = io.BytesIO()

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(250, 30, f"Page {canvas.getPageNumber()}")

    SimpleDocTemplate(made, invariant=1).build(list(story), onFirstPage=foot, onLaterPages=foot, **how)
    return made.getvalue()


def a_docx(fill: Callable[[Any], None], replace: tuple[str, str] = ("", "")) -> bytes:
    document = docx.Document()
    fill(document)
    made = io.BytesIO()
    document.save(made)
    if replace == ("", ""):
        return made.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(
                name, data.replace(*(one.encode() for one in replace)) if name == "word/document.xml" else data
            )
    return changed.getvalue()


CONTRACT = a_pdf(
    Paragraph("1. Term", HEAD), Paragraph(LONG, BODY), Paragraph("2. Fees and Costs", HEAD), Paragraph(LONG, BODY),
    PageBreak(), Paragraph(LONG, BODY),
)  # fmt: skip


def test_an_html_page_is_its_main_text(read_bytes: Read) -> None:
    """Navigation, banners, footers and scripts go; lists, line breaks and table rows keep their shape."""
    [record] = read_bytes("a.html", PAGE.encode()).frame.to_dicts()
    assert record["title"] == "A lease"
    assert record["text"].startswith("Lease\n\nThe supplier shall")
    assert (
        "Two years,\nor more & less.\n\n- first\n- second\n  - deep\n\nFee | Sum\nRent | 10\n\nGoverning Law"
        in (record["text"])
    )
    for gone in ("Home", "cookies", "Copyright", "alert", "red"):
        assert gone not in record["text"]


def test_a_long_list_takes_no_longer_than_its_length(read_bytes: Read) -> None:
    """Twenty thousand items in seconds: no step of the reader goes over the whole list for each of them."""
    page = b"<h1>Index</h1><ul>" + b"".join(b"<li>the item %d of the list</li>" % n for n in range(20_000)) + b"</ul>"
    started = time.perf_counter()
    [row] = read_bytes("a.html", page).frame.rows(named=True)
    assert row["text"].count("- the item") == 20_000
    assert time.perf_counter() - started < 30  # it took hours


def test_headings_cut_a_page_into_chunks(read_bytes: Read) -> None:
    """The page itself is read and dropped as chunked; each chunk knows it, and the headings it stands under."""
    batch = read_bytes("a.html", PAGE.encode(), chunk="heading", columns={"text": "clause"})
    rows = batch.frame.to_dicts()
    assert [(row["_id"], row["_parent"], row["_root"], row["_reason"]) for row in rows] == [
        ("a.html", None, None, "chunked"),
        ("a.html#h1", "a.html", "a.html", None),
        ("a.html#h2", "a.html", "a.html", None),
        ("a.html#h3", "a.html", "a.html", None),
    ]
    assert [(row["heading"], row["heading_number"], row["heading_path"]) for row in rows[1:]] == [
        ("Lease", None, "Lease"),
        ("Term", "1", "Lease > 1. Term"),
        ("Governing Law", None, "Lease > Governing Law"),
    ]
    assert rows[0]["clause"] is None
    assert rows[2]["clause"].startswith("Two years,")


@pytest.mark.parametrize(
    ("encoding", "declared"), [("cp1252", "windows-1252"), ("utf-8", ""), ("cp1251", "windows-1251"), ("utf-16", "")]
)
def test_a_page_is_read_in_its_encoding(read_bytes: Read, encoding: str, declared: str) -> None:
    """By its mark, as UTF-8 where it is that, else as it declares."""
    word = "Привет" if encoding == "cp1251" else "Gebühr"
    page = f'<html><head><meta charset="{declared}"></head><body><p>{word} {LONG}</p></body></html>'
    [record] = read_bytes("a.html", page.encode(encoding)).frame.to_dicts()
    assert record["text"].startswith(word)


def test_a_pdf_is_its_text_layer(read_bytes: Read) -> None:
    """Lines as they stand, a blank one between paragraphs, a form feed between pages."""
    [record] = read_bytes("a.pdf", CONTRACT).frame.to_dicts()
    pages = record["text"].split("\f")
    assert len(pages) == 2
    assert pages[0].startswith("Page 1\n\n1. Term\n\nThe supplier shall deliver")
    assert " ".join(pages[1].split()) == f"Page 2 {LONG.strip()}"


def test_a_pdf_is_cut_at_its_headings(read_bytes: Read) -> None:
    """What is set larger or bolder than the text is a heading; a chunk may go over a page's end."""
    rows = read_bytes("a.pdf", CONTRACT, chunk="heading").frame.to_dicts()[1:]
    assert [(row["_id"], row["heading"], row["heading_number"], row["page"]) for row in rows[1:]] == [
        ("a.pdf#h2", "Term", "1", "1"),
        ("a.pdf#h3", "Fees and Costs", "2", "1"),
    ]
    assert " ".join(rows[2]["text"].split()) == f"{LONG}Page 2 {LONG.strip()}"


def test_pages_and_paragraphs(read_bytes: Read) -> None:
    """A page is called by its number, a paragraph by its place; both say on which page they begin."""
    pages = read_bytes("a.pdf", CONTRACT, chunk="page").frame.to_dicts()
    assert [(row["_id"], row["page"], row["_row"]) for row in pages] == [
        ("a.pdf", None, 0), ("a.pdf#p1", "1", 1), ("a.pdf#p2", "2", 2),
    ]  # fmt: skip
    paragraphs = read_bytes("a.pdf", CONTRACT, chunk="paragraph").frame.to_dicts()[1:]
    assert [(row["_id"], row["heading"], row["page"]) for row in paragraphs] == [
        ("a.pdf#1", None, "1"), ("a.pdf#2", "Term", "1"), ("a.pdf#3", "Fees and Costs", "1"),
        ("a.pdf#4", "Fees and Costs", "2"), ("a.pdf#5", "Fees and Costs", "2"),
    ]  # fmt: skip


def test_a_word_cut_at_a_line_end_is_whole_again(read_bytes: Read) -> None:
    """The hyphen that only ends a line goes."""
    story = Paragraph("inter-<br/>nationalisation of the law", BODY)
    assert "internationalisation of the law" in read_bytes("a.pdf", a_pdf(story)).frame["text"][0].replace("\n", " ")


def test_a_word_document_is_read_as_accepted(read_bytes: Read) -> None:
    """Insertions are in, deletions out; lists and tables keep their shape."""

    def fill(document: Any) -> None:
        document.add_heading("Lease", 0)
        document.add_heading("1. Term", 1)
        document.add_paragraph("It lasts KEEP DELETED years.")
        document.add_paragraph("first", style="List Bullet")
        table = document.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "Rent", "10"

    plain = a_docx(fill)
    marked = (
        "It lasts KEEP DELETED years.</w:t></w:r>",
        (
            'It lasts </w:t></w:r><w:ins w:id="1" w:author="x"><w:r><w:t>two</w:t></w:r></w:ins><w:del w:id="2" w:author="x">'
            "<w:r><w:delText>three</w:delText></w:r></w:del><w:r><w:t> years.</w:t></w:r>"
        ),
    )
    [record] = read_bytes("a.docx", a_docx(fill, marked)).frame.to_dicts()
    assert record["text"] == "Lease\n\n1. Term\n\nIt lasts two years.\n\n- first\n\nRent | 10"
    rows = read_bytes("a.docx", plain, chunk="heading").frame.to_dicts()
    assert [(row["_id"], row["heading"]) for row in rows] == [("a.docx", None), ("a.docx#h1", "Term")]


def encrypted(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


WORD = a_docx(lambda document: document.add_paragraph(LONG))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", "empty_file"),
        ("a.pdf", WORD, "mislabelled_file"),
        ("a.pdf", CONTRACT[: len(CONTRACT) // 2], "truncated_file"),
        ("a.pdf", b"%PDF-1.4\nnothing\n%%EOF", "corrupt_file"),
        ("a.pdf", CONTRACT.replace(b"%PDF-", b"%xyz-"), "corrupt_file"),
        ("a.pdf", encrypted(CONTRACT), "encrypted_file"),
        ("a.pdf", a_pdf(Paragraph(" ", BODY)).replace(b"Page", b"Page"), None),
        ("a.docx", b"", "empty_file"),
        ("a.docx", CONTRACT, "mislabelled_file"),
        ("a.docx", WORD[: len(WORD) // 2], "truncated_file"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 64 + "EncryptedPackage".encode("utf-16-le"), "encrypted_file"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 64, "mislabelled_file"),
        ("a.docx", a_docx(lambda _: None), "no_text"),
        ("a.docx", a_docx(lambda document: document.add_paragraph("x"), ("<w:body>", "<w:body><broken")), "corrupt_file"),
        ("a.html", CONTRACT, "mislabelled_file"),
        ("a.html", b"<html><script>1</script></html>", "no_text"),
        ("a.html", b"<div>" * 20_000 + b"deep" + b"</div>" * 20_000, "nested_too_deep"),
        ("a.html", b"<p>one<br>two<img src=a>" * 2_000, None),
        ("a.txt", CONTRACT, "mislabelled_file"),
        ("a.md", WORD, "mislabelled_file"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(64), "mislabelled_file"),
        ("a.txt", b"bytes\0here", "nul_byte"),
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_set_aside(read_bytes: Read, name: str, data: bytes, reason: str | None) -> None:
    """With its name and the reason; never a crash, never half a document."""
    batch = read_bytes(name, data)
    assert batch.quarantined.select("place", "reason").rows() == ([(name, reason)] if reason else [])
    assert batch.frame.height == (0 if reason else 1)


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.md", "# A\n\nintro\n\n## 2. B\n\nbody\n\n```\n# code\n```\n", [("A", "intro"), ("B", "body\n\n```\n# code\n```")]),
        ("a.md", "Title\n=====\n\nx\n\nSub\n---\ny\n", [("Title", "x"), ("Sub", "y")]),
        ("a.txt", "1. Term\nTwo years.\n\nMore.\n\n2. GOVERNING LAW\n\nEngland.\n",
         [("Term", "Two years.\n\nMore."), ("GOVERNING LAW", "England.")]),
        ("a.txt", "ARTICLE IV - Fees\n\nTen.\n\nArticle V\nEleven.\n", [("Fees", "Ten."), ("Article V", "Eleven.")]),
        ("a.txt", "3.1 Late Payment. The tenant pays interest on what is late.\n",
         [("Late Payment", "The tenant pays interest on what is late.")]),
        ("a.txt", "Buy:\n\n1. Apples\n\n2. Pears\n\n3. plums of any kind\n\nThen go.",
         [(None, "Buy:\n\n1. Apples\n\n2. Pears\n\n3. plums of any kind\n\nThen go.")]),
        ("a.txt", "A Party shall pay.\n\nI am here\n\n1983 was good", [(None, "A Party shall pay.\n\nI am here\n\n1983 was good")]),
    ],
)  # fmt: skip
def test_headings_in_text(read_bytes: Read, name: str, text: str, wanted: list[tuple[str | None, str]]) -> None:
    """Marked ones in Markdown; numbered and capital ones in plain text, also run in before their sentence."""
    rows = read_bytes(name, text.encode(), chunk="heading").frame.to_dicts()[1:]
    assert [(row["heading"], row["text"]) for row in rows] == wanted


def test_a_table_has_no_chunks(read_bytes: Read) -> None:
    """Said before anything is read, with the way out."""
    with pytest.raises(InputError, match=r"`chunk: heading` cuts documents, and a\.csv is csv") as caught:
        read_bytes("a.csv", b"text\nx\n", chunk="heading")
    assert "chunk_text" in str(caught.value.hint)


def test_a_heading_before_a_list_stays(read_bytes: Read) -> None:
    """Article extractors take the heading of a list for a teaser's."""
    items = "".join(
        f"<li>Item {n} says what has to be done on day {n} by the party of part {n}.</li>" for n in range(20)
    )
    page = (
        f"<body><nav><a href=x>Home</a></nav><h1>Duties</h1><h2>Daily ones</h2><ul>{items}</ul><p>So be it.</p></body>"
    )
    text = read_bytes("a.html", page.encode()).frame["text"].item()
    assert text.startswith("Duties\n\nDaily ones\n\n- Item 0 says what")


def test_where_extractors_differ_the_one_in_the_middle_is_taken() -> None:
    """Not the one that found a teaser alone, nor the one that took everything; the first of equals."""
    body = "the court held that the lease ended on the first of May " * 20
    found = [Article("sign up now", []), Article(body, []), Article(body + "and the costs", []), Article(body * 3, [])]
    assert _middle(found) in found[1:3]
    assert _middle([Article("a", []), Article("a", [Block("text", "a")])]).blocks == []


def test_an_article_is_read_without_its_surroundings(read_bytes: Read) -> None:
    """Menus, teasers and the footer go, whatever single extractors make of them."""
    paragraphs = "".join(
        f"<p>Paragraph {n} of the judgment explains at length why point {n} fails.</p>" for n in range(20)
    )
    teasers = "".join(f"<li><a href=/{n}>Read more about topic {n} in our magazine</a></li>" for n in range(20))
    page = (
        f"<body><ul class=menu>{teasers}</ul><article><h1>Judgment</h1>{paragraphs}</article><footer>Imprint</footer>"
    )
    text = read_bytes("a.html", page.encode()).frame["text"].item()
    assert "point 0 fails" in text
    assert "point 19 fails" in text
    assert "Read more" not in text
    assert "Imprint" not in text


def test_the_reason_of_a_pdf_does_not_hang_on_the_file_before(tmp_path: Path) -> None:
    """A document without pages is not called encrypted because one was, right before it."""
    (tmp_path / "a.pdf").write_bytes(encrypted(CONTRACT))
    (tmp_path / "b.pdf").write_bytes(
        b"%PDF-1.3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Count 0 /Kids [ ] /Type /Pages >>\n"
        b"endobj\ntrailer << /Root 1 0 R /Size 3 >>\nstartxref\n0\n%%EOF\n"
    )
    source = Source.model_validate({"path": "*.pdf"})
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 24)]
    found = [batch.quarantined for batch in read(source, pieces, batch_bytes=1 << 24, base=tmp_path)]
    assert [frame.select("place", "reason").rows() for frame in found] == [
        [("a.pdf", "encrypted_file"), ("b.pdf", "corrupt_file")]
    ]


def test_a_pdf_that_is_padded_is_not_cut_off(read_bytes: Read) -> None:
    """Zero bytes behind its end are no damage."""
    batch = read_bytes("a.pdf", CONTRACT + b"\0" * 8192)
    assert batch.quarantined.is_empty()


def test_a_page_on_which_an_extractor_fails_is_read_by_the_others(read_bytes: Read) -> None:
    """Elements that HTML does not have, with values that the extractor does not know."""
    paragraphs = "".join(
        f"<p>Paragraph {n} has <hi rend='uppercase'>words</hi> enough to be read.</p>" for n in range(20)
    )
    batch = read_bytes("a.html", f"<body><main>{paragraphs}</main></body>".encode())
    assert batch.quarantined.height == 0
    assert batch.frame["text"].item().startswith("Paragraph 0 has words enough to be read.")

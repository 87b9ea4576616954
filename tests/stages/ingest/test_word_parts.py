"""Word documents with elements that the reader of the package would pass over."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = (
    f'xmlns:w="{WORD}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def box(text: str) -> str:
    inside = f"<w:txbxContent><w:p>{run(text)}</w:p></w:txbxContent>"
    return f"<w:drawing><wps:wsp><wps:txbx>{inside}</wps:txbx></wps:wsp></w:drawing>"


def a_docx(body: str, *, styles: str = "", part: str = "document.xml") -> bytes:
    """A package of the least parts; `styles` are elements of its style sheet."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/{part}"/></Relationships>',
        )
        archive.writestr(f"word/{part}", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {SPACES}>{styles}</w:styles>")
    return made.getvalue()


def token(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def choice(new: str, fallback: str = "") -> str:
    return f"<w:r><mc:AlternateContent><mc:Choice>{new}</mc:Choice>{fallback}</mc:AlternateContent></w:r>"


SQUARE = f"<m:sSup><m:e>{token('b')}</m:e><m:sup>{token('2')}</m:sup></m:sSup>"
FRACTION = f"<m:f><m:fPr/><m:num>{token('a')}</m:num><m:den>{SQUARE}</m:den></m:f><m:d><m:e>{token('c')}</m:e></m:d>"
OLD = f"<mc:Fallback><w:pict><w:txbxContent><w:p>{run('old')}</w:p></w:txbxContent></w:pict></mc:Fallback>"


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        (run("Figure ") + f'<w:fldSimple w:instr="SEQ">{run("7")}</w:fldSimple>' + run(": rents"), "Figure 7: rents"),
        (f"<w:r><w:ruby><w:rt>{run('to')}</w:rt><w:rubyBase>{run('east')}</w:rubyBase></w:ruby></w:r>", "east"),
        (f'<w:dir w:val="rtl">{run("one ")}<w:bdo w:val="ltr">{run("two")}</w:bdo></w:dir>', "one two"),
        (run("x is ") + f"<m:oMath>{FRACTION}</m:oMath>", "x is a/b^2(c)"),
        (run("Text") + f"<w:r>{box('in a box')}</w:r>", "Text\n\nin a box"),
        (run("Text") + choice(box("in a box")), "Text\n\nin a box"),
        (run("Text") + choice(box("new"), OLD), "Text\n\nold"),
    ],
    ids=["field", "ruby", "direction", "formula", "box", "box of a choice", "box with a fallback"],
)
def test_text_in_other_elements_is_text(read_bytes: Read, inside: str, wanted: str) -> None:
    """Simple fields, ruby's base, runs of a direction, formulas in a line, text boxes; each once."""
    batch = read_bytes("a.docx", a_docx(f"<w:p>{inside}</w:p>"))
    assert batch.quarantined.height == 0
    assert batch.frame["text"].to_list() == [wanted]


def test_styles_that_lack_their_type_or_id_do_no_harm(read_bytes: Read) -> None:
    """The others still say what is a heading."""
    styles = '<w:style/><w:style w:styleId="X"/><w:style w:styleId="H" w:type="paragraph"><w:name w:val="heading 1"/>'
    styles += "</w:style>"
    body = f'<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr>{run("Term")}</w:p><w:p>{run("Two years.")}</w:p>'
    rows = read_bytes("a.docx", a_docx(body, styles=styles), chunk="heading").frame.to_dicts()[1:]
    assert [(row["heading"], row["text"]) for row in rows] == [("Term", "Two years.")]


def test_the_document_may_be_numbered(read_bytes: Read) -> None:
    """Word on the web calls its main part `document2.xml`."""
    batch = read_bytes("a.docx", a_docx(f"<w:p>{run('Text')}</w:p>", part="document2.xml"))
    assert batch.frame["text"].to_list() == ["Text"]

"""The documents as files, each by a real writer, with the same bytes for the same sample."""

from __future__ import annotations

import io
import zipfile
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .documents import Document

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><style>body {{ font-family: serif }}</style></head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/contracts">All contracts</a></li></ul></nav>
<div id="cookie-banner" class="cookie-banner">We use cookies to count visits. <button>Accept</button></div>
<main><article>
<h1>{title}</h1>
<p>{preamble}</p>
{sections}
</article></main>
<footer><p>Printed from the archive. <a href="/imprint">Imprint</a></p></footer>
<script>count("visit")</script>
</body>
</html>
"""
# What python-docx writes around the text that is to become a tracked change.
INSERTED = '<w:ins w:id="901" w:author="editor" w:date="2024-01-31T00:00:00Z"><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:ins>'
DELETED = (
    '<w:del w:id="902" w:author="editor" w:date="2024-01-31T00:00:00Z"><w:r><w:delText>{}</w:delText></w:r></w:del>'
)


def write_txt(document: Document, number: int) -> bytes:
    """Plain text, lines as long as their paragraphs; the second in UTF-8 with a mark and CR LF, the third in cp1252 if it can be."""
    lines = [document.title.upper(), "", document.preamble, ""]
    for section in document.sections:
        lines += [f"{section.number}. {section.heading}", "", section.text, ""]
    text = "\n".join(lines)
    if number == 1:
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    fits = all(ord(letter) < 256 or letter in "“”‘’–—€…" for letter in text)
    return text.encode("cp1252" if number == 2 and fits else "utf-8")


def write_md(document: Document, number: int) -> bytes:
    """Markdown with `##` headings; every second file underlines its title."""
    title = [f"# {document.title}"] if number % 2 == 0 else [document.title, "=" * len(document.title)]
    lines = [*title, "", document.preamble, ""]
    for section in document.sections:
        lines += [f"## {section.number}. {section.heading}", "", section.text, ""]
    return "\n".join(lines).encode()


def write_html(document: Document, number: int) -> bytes:  # noqa: ARG001
    """A page with all that stands around a text on the web."""
    sections = [
        f"<h2>{section.number}. {escape(section.heading)}</h2>\n<p>{escape(section.text)}</p>"
        for section in document.sections
    ]
    page = PAGE.format(title=escape(document.title), preamble=escape(document.preamble), sections="\n".join(sections))
    return page.encode()


def write_docx(document: Document, number: int) -> bytes:
    """A Word document; in the second a section has tracked changes: the words `of the parties` came in for others."""
    import docx

    made = docx.Document()
    made.add_heading(document.title, 0)
    made.add_paragraph(document.preamble)
    for section in document.sections:
        made.add_heading(f"{section.number}. {section.heading}", 1)
        made.add_paragraph(section.text)
    held = io.BytesIO()
    made.save(held)
    return _fixed(held.getvalue(), document, tracked=number == 1)


def _fixed(data: bytes, document: Document, *, tracked: bool) -> bytes:
    """The same archive without the time it was made; the definitions changed by an editor where `tracked`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if tracked and name == "word/document.xml":
                text = escape(document.sections[0].text, quote=False)
                before, word, after = text.partition("the singular")
                run = f'<w:r><w:t xml:space="preserve">{before}</w:t></w:r>' + DELETED.format("a single thing")
                run += INSERTED.format(word) + f'<w:r><w:t xml:space="preserve">{after}</w:t></w:r>'
                plain = f"<w:r><w:t>{text}</w:t></w:r>".encode()
                assert plain in content
                content = content.replace(plain, run.encode(), 1)
            new.writestr(zipfile.ZipInfo(name, (2024, 1, 31, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def write_pdf(document: Document, number: int, *, password: str | None = None) -> bytes:
    """A PDF of several pages; `Page 1 of 3` stands at the head of every page of the first, at the foot of the others'."""
    first = _pdf(document, number, pages=0, password=None)
    from pypdf import PdfReader

    return _pdf(document, number, pages=len(PdfReader(io.BytesIO(first)).pages), password=password)


def _pdf(document: Document, number: int, *, pages: int, password: str | None) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    body = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=13, spaceAfter=8)
    head = ParagraphStyle(
        "head", fontName="Times-Bold", fontSize=13, leading=16, spaceBefore=12, spaceAfter=4, keepWithNext=1
    )
    title = ParagraphStyle("title", fontName="Times-Bold", fontSize=18, leading=22, spaceAfter=14)
    story: list[Any] = [Paragraph(escape(document.title), title), Paragraph(escape(document.preamble), body)]
    for section in document.sections:
        story += [
            Paragraph(f"{section.number}. {escape(section.heading)}", head),
            Paragraph(escape(section.text), body),
        ]

    def page_line(canvas: Any, _: Any) -> None:
        canvas.setFont("Times-Roman", 8)
        canvas.drawCentredString(
            A4[0] / 2, A4[1] - 40 if number == 0 else 30, f"Page {canvas.getPageNumber()} of {pages}"
        )

    out = io.BytesIO()
    encrypt = StandardEncryption(password, canPrint=0) if password else None
    made = BaseDocTemplate(out, pagesize=A4, invariant=1, title=document.title, encrypt=encrypt)
    made.addPageTemplates(PageTemplate("page", [Frame(60, 60, A4[0] - 120, A4[1] - 120)], onPageEnd=page_line))
    made.build(story)
    return out.getvalue()


WRITERS = {"txt": write_txt, "md": write_md, "html": write_html, "docx": write_docx, "pdf": write_pdf}

"""Parts of a Word package in the words its reader knows: what it would pass over becomes what it reads."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TEXT = re.compile(r"(?:.*/)?(?:document[0-9]*|footnotes|endnotes)\.xml")
_STYLES = re.compile(r"(?:.*/)?styles[0-9]*\.xml")
_PASSED_OVER = re.compile(rb"[<:](?:fldSimple|ruby|dir|bdo|oMath|txbxContent)\b")
_UNNAMED = re.compile(rb"<(?:\w+:)?style\b(?!(?=[^>]*\btype=)[^>]*\bstyleId=)")
_CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_MATH = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_INSIDE = "smartTag"  # has no look of its own: the reader takes what is in it
_RENAMED = dict.fromkeys(("fldSimple", "ruby", "rubyBase", "dir", "bdo"), _INSIDE) | {"rt": "del"}
_BEFORE = {"den": "/", "sup": "^", "sub": "_"}  # parts of a formula, in a line of text


def readable_parts(data: bytes) -> bytes:
    """The package with simple fields, ruby, runs of a direction, formulas and new text boxes where they are read.

    Formulas become a line of text. `data` as it is where nothing is to be done. Raises what broken archives and
    broken XML raise.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        changed: dict[str, bytes] = {}
        for entry in archive.infolist():
            if _TEXT.fullmatch(entry.filename) and _PASSED_OVER.search(part := archive.read(entry)):
                changed[entry.filename] = _rewritten(part)
            elif _STYLES.fullmatch(entry.filename) and _UNNAMED.search(part := archive.read(entry)):
                changed[entry.filename] = _named(part)
        if not changed:
            return data
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as copy:
            for name in dict.fromkeys(archive.namelist()):
                copy.writestr(name, changed.get(name) or archive.read(name))
    return made.getvalue()


def _rewritten(part: bytes) -> bytes:
    root = ElementTree.fromstring(part)  # what declares entities was refused before
    word = _space(root)
    for choice in [*root.iter(f"{{{_CHOICES}}}AlternateContent")]:
        _fall_back(choice, f"{{{word}}}txbxContent")
    for drawing in [*root.iter(f"{{{word}}}drawing")]:
        boxes = [*drawing.iter(f"{{{word}}}txbxContent")]
        if boxes:
            drawing.tag = f"{{{word}}}pict"
            drawing[:] = boxes
    for element in [*root.iter()]:
        space, name = _name(element)
        if space == word and name in _RENAMED:
            element.tag = f"{{{word}}}{_RENAMED[name]}"
        elif space in _MATH:
            _linear(element, name, word)
    return _written(root)


def _fall_back(choice: Element, box: str) -> None:
    """The reader takes the fallback: where it is missing, or without the text boxes, it is what stands beside it."""
    old = choice.find(f"{{{_CHOICES}}}Fallback")
    new = choice.find(f"{{{_CHOICES}}}Choice")
    if new is None or (
        old is not None and (next(old.iter(box), None) is not None or next(new.iter(box), None) is None)
    ):
        return
    if old is not None:
        choice.remove(old)
    ElementTree.SubElement(choice, f"{{{_CHOICES}}}Fallback").extend([*new])


def _linear(element: Element, name: str, word: str) -> None:
    """A formula's element as runs of text: a fraction by `/`, what stands above by `^`, below by `_`."""
    if name in ("r", "t"):
        element.tag = f"{{{word}}}{name}"
    elif name.endswith("Pr"):
        element.tag = f"{{{word}}}pPr"  # not read
    else:
        element.tag = f"{{{word}}}{_INSIDE}"
        if name in _BEFORE and len(element):
            element.insert(0, _run(_BEFORE[name], word))
        if name == "d":
            element.insert(0, _run("(", word))
            element.append(_run(")", word))


def _run(text: str, word: str) -> Element:
    run = ElementTree.Element(f"{{{word}}}r")
    ElementTree.SubElement(run, f"{{{word}}}t").text = text
    return run


def _named(part: bytes) -> bytes:
    """The styles that can be named: one without a type is a paragraph's, one without an id is nobody's."""
    root = ElementTree.fromstring(part)
    word = _space(root)
    for style in root.findall(f"{{{word}}}style"):
        if f"{{{word}}}styleId" not in style.attrib:
            root.remove(style)
        style.attrib.setdefault(f"{{{word}}}type", "paragraph")
    return _written(root)


def _written(root: Element) -> bytes:
    made: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return made


def _space(root: Element) -> str:
    return _name(root)[0]


def _name(element: Element) -> tuple[str, str]:
    """(namespace, name) of an element; comments have none."""
    space, _, name = element.tag.removeprefix("{").rpartition("}") if isinstance(element.tag, str) else ("", "", "")
    return space, name

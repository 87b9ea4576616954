"""Numbers that countries give to people and firms, checked by python-stdnum (LGPL: an extra)."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from prep.personal.kind import DIGITS, GATE_JOINS, JOINS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

EXTRA = "ids"
_VAT = re.compile(
    rf"(?<![\w.-])(?:AT{JOINS}?U|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)"
    rf"{JOINS}?[A-Z0-9](?:[ .-]?[A-Z0-9+*]){{6,14}}(?![\w])"
)
_VAT_MODULES = {"EL": "gr.vat", "XI": "gb.vat", "GB": "gb.vat", "NO": "no.mva", "CH": "ch.vat"}


def _vats(window: Window) -> Iterator[Span]:
    for match in _VAT.finditer(window.text, window.start, window.end):
        ends = [match.end(), *(match.start() + gap.start() for gap in reversed([*re.finditer(" ", match[0])]))]
        for end in ends:
            written = window.text[match.start() : end]
            if len(written) > 6 and _is_vat(written):
                yield match.start(), end
                break


def _is_vat(written: str) -> bool:
    plain = re.sub(r"[\s.-]", "", written)
    module = _VAT_MODULES.get(plain[:2])
    if module is not None:
        number = plain if module.startswith(("ch", "gr")) else plain[2:]
        return bool(_module(module).is_valid(number))
    return bool(_module("eu.vat").is_valid(plain))


@cache
def _module(name: str) -> Any:
    return import_module(f"stdnum.{name}")


# Shape, module, and the words that must stand before it; None: the shape alone tells enough.
_PERSONS: tuple[tuple[str, str, str | None], ...] = (
    (r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", "it.codicefiscale", None),
    (r"[XYZ]-?[0-9]{7}-?[A-Z]", "es.nie", None),
    (r"[0-9]{8}-?[A-Z]", "es.dni", None),
    (r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Z]", "fi.hetu", None),
    (r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]", "mx.curp", None),
    (r"[A-Z]{5}[0-9]{4}[A-Z]", "in_.pan", None),
    (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf", None),
    (r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", "ch.ssn", None),
    (r"[12][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9AB]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{2}", "fr.nir", None),
    (r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", "be.nn", None),
    (r"[0-9]{6}-[1-8][0-9]{6}", "kr.rrn", None),
    (r"[1-6][0-9]{5}(?:19|20)[0-9]{9}[0-9X]", "cn.ric", None),
    (r"[0-9]{6}[-+][0-9]{4}", "se.personnummer", None),
    (r"(?:19|20)[0-9]{6}-?[0-9]{4}", "se.personnummer", "personnummer|personal identity|swedish"),
    (r"[0-9]{7}[A-W][A-IW]?", "ie.pps", None),
    (r"[0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", "de.idnr", r"steuer-?\s?id|identifikationsnummer|idnr|tax\s+id|tin\b"),
    (r"[0-9]{11}", "pl.pesel", "pesel"),
    (r"[0-9]{9}|[0-9]{4}[. ][0-9]{2}[. ][0-9]{3}", "nl.bsn", r"bsn|burgerservice|sofi"),
    (r"[0-9]{11}", "be.nn", "rijksregister|registre national|national register"),
    (r"[0-9]{6}-?[0-9]{4}", "dk.cpr", r"cpr"),
    (r"[0-9]{6}[ ]?[0-9]{5}", "no.fodselsnummer", "fødselsnummer|personnummer|fodselsnummer"),
    (r"[0-9]{9}", "pt.nif", r"\bnif\b|contribuinte"),
    (r"[1-9][0-9]{12}", "ro.cnp", r"\bcnp\b|cod numeric"),
    (r"[0-9]{10}", "bg.egn", r"\begn\b|егн"),
    (r"[0-9]{6}/?[0-9]{3,4}", "cz.rc", r"rodn[éa]|birth number"),
    (r"[1-8][0-9]{10}", "ee.ik", "isikukood|personal code"),
    (r"[1-8][0-9]{10}", "lt.asmens", "asmens"),
    (r"[0-9]{11}", "gr.amka", "amka|αμκα"),
    (r"[0-9]{11}", "hr.oib", r"\boib\b"),
    (r"[0-9]{13}", "si.emso", "emšo|emso|jmbg"),
    (r"[0-9]{4}[ ]?[0-9]{6}", "at.vnr", "sozialversicherung|svnr|versicherungsnummer"),
    (r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", "gb.nhs", r"\bnhs\b"),
    (r"[0-9]{11}", "tr.tckimlik", "kimlik|t\\.?c\\.?\\b"),
    (r"[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}", "in_.aadhaar", "aadhaar|aadhar|uidai"),
    (r"[0-9]{13}", "za.idnr", r"\bid\b|identity"),
    (r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", "ca.sin", r"\bsin\b|social insurance"),
    (r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", "au.tfn", r"\btfn\b|tax file"),
    (r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9kK]", "cl.rut", r"\brut\b|\brun\b"),
)  # fmt: skip
_COMPILED = tuple(
    (
        re.compile(rf"(?<![\w.,/-])(?:{shape})(?![\w-]|[.,/][0-9])"),
        module,
        re.compile(words, re.IGNORECASE) if words else None,
    )
    for shape, module, words in _PERSONS
)
_CONTEXT = 48


def _persons(window: Window) -> Iterator[Span]:
    for pattern, module, words in _COMPILED:
        for match in pattern.finditer(window.text, window.start, window.end):
            if words is not None and not words.search(window.before(match.start(), _CONTEXT)):
                continue
            if _module(module).is_valid(match[0]):
                yield match.span()


KINDS = (
    Kind(
        "eu_vat",
        "VAT numbers of the EU, Norway, Switzerland and the UK with the country's prefix and a right checksum",
        (DIGITS,),
        rf"(?:AT[ ]?U|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)"
        rf"{GATE_JOINS}?[A-Z0-9]{{1,4}}[ .-]?[0-9]{{3}}|(?:ES|FR|GB|CHE)[ -]?[A-Z0-9]{{1,3}}[ .-]?[0-9]{{2}}",
        _vats,
        extra=EXTRA,
    ),
    Kind(
        "national_id",
        "personal numbers of 34 countries with a right checksum; plain digits only after their name",
        # Capitals before digits: Italian, Indian and Mexican numbers have no six digits in a row. About 250 MB/s.
        (DIGITS, r"[A-Z]{4,6}[0-9LMNPQRSTUV]{2}[A-Z0-9][0-9]"),
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z]|[XYZ]-?[0-9]{7}|[0-9]{7}|[0-9]{6}[+A-FU-Y/-][0-9]{3}|[A-Z]{4,5}[0-9]{4}"
        r"|[0-9]{2,3}[.][0-9]{2,4}[.][0-9]{2,4}|[12] ?[0-9]{2} ?[0-9]{2} ?[0-9AB]{2} ?[0-9]{3}"
        r"|[0-9]{2,4}[ .-][0-9]{2,6}[ .-][0-9]{3,4}|[0-9]{4} [0-9]{6}|[0-9]{6} [0-9]{5}",
        _persons,
        extra=EXTRA,
    ),
)

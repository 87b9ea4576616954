"""The step `normalize_text`."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, NonNegativeInt

from prep.stages.blocks import PAGE_BREAK
from prep.stages.clean.gate import change_where
from prep.stages.clean.mojibake import SUSPECT, repair, unsafe, with_stand_ins, without_stand_ins
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    import polars as pl


class NormalizeText(TextStepConfig):
    """Repair wrongly decoded text, compose characters, remove invisible ones, tidy white space.

    In this order; what composing makes certain is repaired afterwards. Repair is tried only where the characters
    cannot be meant (real text of any language stays as it is), line by line, and a line is repaired whole or not at
    all; what may be bytes of another encoding (U+0080 to U+009F, in such lines also no-break spaces and soft hyphens)
    then stays. Joiners that shape scripts and emoji (ZWJ, ZWNJ, variation selectors) always stay; direction marks
    stay in text with right-to-left letters, zero-width spaces in Thai, Lao, Burmese, Khmer and Tibetan. A soft hyphen
    at the end of a line joins the two halves. All line ends become a line feed, indentation stays, trailing spaces
    and white space at both ends go. A form feed, which divides pages, stays until all steps have run, and is a line
    feed then.
    """

    mojibake: bool = Field(True, description="repair text that was decoded with the wrong encoding")
    unicode: Literal["nfc", "keep"] = Field("nfc", description="nfc: compose letters and their accents (Unicode NFC)")
    invisible: Literal["remove", "keep"] = Field(
        "remove", description="control and zero-width characters, soft hyphens, terminal colours, byte order marks"
    )
    spaces: Literal["collapse", "keep"] = Field(
        "collapse", description="collapse: several spaces inside a line become one, no-break spaces become spaces"
    )
    blank_lines: NonNegativeInt = Field(1, description="most blank lines in a row")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "The\u00a0tenantâ€™s  cafe\u0301 \r\n\r\n\r\n\r\n    pa\u00adys\u200b rent.\ufeff\n",
            "after": "The tenant’s café\n\n    pays rent.",
        },
    )

    def at_end(self, text: pl.Expr) -> pl.Expr:
        """Page breaks become line feeds: the steps that look at pages have run."""
        return text.str.replace_all(PAGE_BREAK, "\n", literal=True)


@step
def normalize_text(text: pl.Expr, config: NormalizeText) -> pl.Expr:
    """Normalized texts; null stays null."""
    import polars as pl

    return text.map_batches(partial(_normalize, config), return_dtype=pl.String, is_elementwise=True)


def _normalize(config: NormalizeText, text: pl.Series) -> pl.Series:
    """One pass tells which texts need any work; most do not."""
    done = change_where(text, text.str.contains(_work(config)), partial(_tidy, config)).str.strip_chars(" \t\n\f")
    # Composed, or without what is invisible, mojibake may be certain that was not; repair saw the raw text before.
    changed = (done != text) & _more_than_ascii(done)
    return change_where(done, changed, partial(_once_more, config)) if config.mojibake else done


def _once_more(config: NormalizeText, text: pl.Series) -> pl.Series:
    return change_where(text, text.str.contains(SUSPECT), partial(_normalize, config))


def _work(config: NormalizeText) -> str:
    """The pattern of whatever these settings would change."""
    found = [f"[{''.join(_LINE_ENDS)}]", "[ \t]\n", _AROUND_PAGE_BREAK, "\n" * (config.blank_lines + 2)]
    found += [SUSPECT] if config.mojibake else []
    found += [f"[{_INVISIBLE}]"] if config.invisible == "remove" else []
    found += [f"[{_NOT_COMPOSED}]"] if config.unicode == "nfc" else []
    found += [f"[{_WIDE_SPACES}]", _INNER_SPACES] if config.spaces == "collapse" else []
    return "|".join(found)


def _tidy(config: NormalizeText, text: pl.Series) -> pl.Series:
    text = change_where(text, _more_than_ascii(text), partial(_beyond_ascii, config))
    text = _line_ends(text, "\r\x0b")
    if config.invisible == "remove":
        text = change_where(text, text.str.contains(_ASCII_INVISIBLE), _without_invisible)
    if config.spaces == "collapse":
        # Not those at the start of a line: indentation of lists and code carries meaning.
        text = change_where(text, text.str.contains(_INNER_SPACES), partial(_replace, "([^ \t\n])  +", "$1 "))
    text = change_where(text, text.str.contains("[ \t]\n"), _without_trailing)
    page_breaks = text.str.contains(PAGE_BREAK, literal=True)
    text = change_where(text, page_breaks, partial(_replace, _AROUND_PAGE_BREAK, PAGE_BREAK))
    most = "\n" * (config.blank_lines + 1)
    return change_where(text, text.str.contains(f"{most}\n", literal=True), partial(_replace, f"{most}\n+", most))


def _more_than_ascii(text: pl.Series) -> pl.Series:
    return text.str.len_bytes() != text.str.len_chars()


def _beyond_ascii(config: NormalizeText, text: pl.Series) -> pl.Series:
    """What only texts with other characters than ASCII can need."""
    if not config.mojibake:
        return _characters(config, text)
    repaired = repair(text)
    held = unsafe(repaired)
    text = _characters(config, change_where(repaired, held, with_stand_ins))
    return change_where(text, held, without_stand_ins)


def _characters(config: NormalizeText, text: pl.Series) -> pl.Series:
    text = _line_ends(text, "".join(_LINE_ENDS))
    if config.invisible == "remove":
        text = change_where(text, text.str.contains(f"[{_INVISIBLE}]"), _without_invisible)
    if config.unicode == "nfc":
        text = change_where(text, text.str.contains(f"[{_NOT_COMPOSED}]"), _compose)
    if config.spaces == "collapse":
        text = text.str.replace_all(f"[{_WIDE_SPACES}]", " ")
    return text


# U+202F stays: it shapes Mongolian. U+3000 stays: it indents Chinese and Japanese.
_WIDE_SPACES = "\u00a0\u2000-\u200a\u205f"
_LINE_ENDS = {"\r": "\n", "\x0b": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n\n"}
# Not U+0080 to U+009F: they are bytes of another encoding, and whoever mends it needs them.
_CONTROL = r"\x00-\x08\x0e-\x1f\x7f"
_ZERO_WIDTH = "\u00ad\u2060\u206a-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ASCII_INVISIBLE = r"[\x00-\x08\x0e-\x1f\x7f]"
_INVISIBLE = f"{_CONTROL}{_ZERO_WIDTH}{_DIRECTION}\u200b"
_AROUND_PAGE_BREAK = "[ \t\n]+\f\n*|\f\n+"
_INNER_SPACES = "[^ \t\n]  "
# Marks, and characters that NFC replaces or joins with their neighbour: a text without them is composed.
_NOT_COMPOSED = (
    r"\p{M}\u0340-\u0345\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0f69\u1100-\u11ff\u1f71-\u1fff\u2000\u2001\u2126\u212a\u212b\u2329\u232a\u2adc"
    r"\uf900-\ufaff\ufb1d-\ufb4f\U0001d100-\U0001d1ff\U0002f800-\U0002fa1f"
)
_RIGHT_TO_LEFT = "[\u0590-\u05ff\u0620-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_WORDS_APART = "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]"


def _without_trailing(text: pl.Series) -> pl.Series:
    """Texts without spaces before line ends: one space is by far the most frequent, and quickest as a literal."""
    text = text.str.replace_all(" \n", "\n", literal=True)
    return change_where(text, text.str.contains("[ \t]\n"), partial(_replace, "[ \t]+\n", "\n"))


def _replace(pattern: str, value: str, text: pl.Series) -> pl.Series:
    return text.str.replace_all(pattern, value)


def _line_ends(text: pl.Series, ends: str) -> pl.Series:
    def change(odd: pl.Series) -> pl.Series:
        odd = odd.str.replace_all("\r\n", "\n", literal=True)
        return odd.str.replace_many(list(ends), [_LINE_ENDS[end] for end in ends])

    return change_where(text, text.str.contains(f"[{ends}]"), change)


def _without_invisible(text: pl.Series) -> pl.Series:
    """Texts without what cannot be seen and carries nothing."""
    # A terminal's colour sequence goes whole; the hyphen that ends a line in print goes with its line end.
    text = text.str.replace_all("\x1b\\[[0-9;?]*[A-Za-z]", "")
    text = text.str.replace_all("[\u00ad\ufffe][ \t]*\n[ \t]*", "")
    text = text.str.replace_all(f"[{_CONTROL}{_ZERO_WIDTH}]", "")
    text = change_where(text, ~text.str.contains(_RIGHT_TO_LEFT), partial(_replace, f"[{_DIRECTION}]", ""))
    return change_where(text, ~text.str.contains(_WORDS_APART), partial(_replace, "\u200b", ""))


def _compose(text: pl.Series) -> pl.Series:
    import polars as pl

    normalize = unicodedata.normalize  # looks first whether there is anything to do
    return pl.Series(text.name, [normalize("NFC", value) for value in text.to_list()], dtype=pl.String)

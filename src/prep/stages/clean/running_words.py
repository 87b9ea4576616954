"""Words of running text as the published quality filters count them: punctuation and contractions stand apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_LETTERS = r"[\p{L}\p{N}\p{M}]"
_ABBREVIATIONS = (
    "Mr Mrs Ms Dr Prof St Inc Ltd Co Corp Jr Sr vs Gen Gov Rep Sen Rev Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov "
    "Dec No Adm Bros Mt Messrs Mich Minn Mass Calif Conn Colo Fla Ga Ill Ind Kan Ky La Md Mo Okla Ore Pa Tenn Va Wash "
    "Wis Ala Ariz Ark Del Neb Nev".replace(" ", "|")
)
# Between white space: an address, an abbreviation, the end of a contraction, all from the first letter or digit to the
# last, else single signs.
_WORD = (
    r"(?:https?://|www\.)[^\s<>\x22]*[\p{L}\p{N}/]"
    rf"|(?-u:\b)(?:(?:{_ABBREVIATIONS})\.|(?:[A-Za-z]\.)+)(?:\s|$)"
    r"|['’](?:s|S|m|M|re|ve|ll|d|RE|VE|LL|D)(?-u:\b)|n['’]t(?-u:\b)"
    rf"|{_LETTERS}(?:\S*(?:{_LETTERS}|/))?"
    r"|:\*|\):|/[\p{L}\p{N}]+|\.{2,}|-+|[^\s\p{L}\p{N}\p{M}]"
)


def running_words(text: pl.Series) -> pl.Series:
    """The words and punctuation marks of each text as a list, after the rules of spaCy's tokenizer for English."""
    import polars as pl

    for pattern, parted in _CONTRACTIONS:
        text = text.str.replace_all(pattern, parted)
    for pattern in _INSIDE:
        text = text.str.replace_all(pattern, "$1 $2 $3").str.replace_all(pattern, "$1 $2 $3")
    text = text.str.replace_all("and / or", "and/or", literal=True)
    return text.str.extract_all(_WORD).list.eval(pl.element().str.strip_chars())


_CONTRACTIONS = (
    (r"(\p{L})(n['’]t|N['’]T)(?-u:\b)", "$1 $2"),
    (r"(\p{L})(['’](?:s|S|m|M|re|ve|ll|d|RE|VE|LL|D))(?-u:\b)", "$1 $2"),
    (r"(?-u:\b)([Cc]an)(not)(?-u:\b)", "$1 $2"),
    (r"(\.)([,;:)\]\x22”’])", "$1 $2"),
)
_INSIDE = (
    r"(\p{L})(-{1,3}|[,–—~])(\p{L})",
    r"([\p{L}\p{N}])([:<>=/])(\p{L})",
    r"([\p{Ll}\x22'])(\.)([\p{Lu}\x22'])",
    r"(\p{N})([+*^-])([\p{N}-])",
    r"([^\s.])(\.{2,}|…)([^\s.])",
)


def split_lines(text: pl.Series) -> pl.Series:
    """`text` with every line end that Unicode knows as a line feed."""
    odd = text.str.contains("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
    if not odd.any():
        return text
    return text.str.replace_all("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n")


def sentence_count(text: pl.Series) -> pl.Series:
    """How many sentences each text has, UInt32: a stop that is a word of its own ends one if another word follows."""
    return (running_words(text).list.join("\n").str.count_matches(_SENTENCE_END) + 1).fill_null(0)


_SENTENCE_END = r"(?m:^[.!?]$)(?:\n\p{P}+)*\n[^\n]*[^\p{P}\n]"

"""tiktoken's encodings built from the shipped ranks: the definition that every other counter must equal."""

from __future__ import annotations

import binascii
from functools import cache
from typing import TYPE_CHECKING

from prep.tokens.ranks import rank_file

if TYPE_CHECKING:
    import tiktoken

PER_MESSAGE = 3  # tokens of a message beside its role and content: OpenAI cookbook, "How to count tokens with tiktoken"

# How text is cut before the merges; tiktoken_ext.openai_public has the same, a test compares them.
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
    r"|\s+(?!\S)|\s"
)
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_O200K = "|".join(
    [
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDING}",
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDING}",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)
PATTERNS = {"cl100k_base": _CL100K, "o200k_base": _O200K, "o200k_harmony": _O200K}


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """The encoding of that name. It has no special tokens: text that looks like one is counted as the text it is."""
    import tiktoken

    words = rank_file(name).read_bytes().split()  # a token in base64 and its rank, in turn
    ranks = dict(zip(map(binascii.a2b_base64, words[::2]), map(int, words[1::2]), strict=True))
    return tiktoken.Encoding(name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={})

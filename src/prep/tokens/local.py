"""Counting with a `tokenizer.json` of one's own, as Llama, Mistral and Qwen publish theirs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.errors import InputError, UsageError
from prep.tokens.encodings import PER_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

# Chat templates, known by a special token of theirs: what they put around a message beside its role and content.
_TEMPLATES = {"<|im_start|>": ("ChatML", 4), "<|start_header_id|>": ("Llama 3", 4)}
INSTALL = "pip install 'prep[tokenizers]'"


class LocalCounter:
    """Counts as the file's own library does; special tokens around a text are left out, those inside it are text.

    `per_message`: tokens of a message beside its role and content; `template`: the chat template that says so, or None.
    """

    def __init__(self, path: str) -> None:
        self.name = path
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise UsageError("a tokenizer.json needs the package tokenizers", hint=INSTALL) from error
        try:
            self._made = Tokenizer.from_str(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"cannot read the tokenizer: {error.strerror}", where=path) from error
        except Exception as error:  # the library raises nothing more special
            raise InputError(
                f"the tokenizer is none: {str(error)[:200]}", where=path, hint="a Hugging Face tokenizer.json is meant"
            ) from error
        self._made.no_truncation()
        self._made.no_padding()
        self._made.encode_special_tokens = True
        special = {token.content for token in self._made.get_added_tokens_decoder().values()}
        found = [known for token, known in _TEMPLATES.items() if token in special]
        self.template: str | None = found[0][0] if found else None
        self.per_message: int = found[0][1] if found else PER_MESSAGE

    def count(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """Tokens of each text; one uint32 a text. Half a character counts as U+FFFD, as tiktoken has it."""
        import numpy as np

        whole = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
        found = self._made.encode_batch_fast(whole, add_special_tokens=False)
        return np.fromiter((len(one.ids) for one in found), dtype=np.uint32, count=len(texts))

    def load(self) -> None:
        """Nothing is left to load."""

    def warm(self, *, check: bool) -> None:
        """Nothing is left to load."""


def local_counter(path: str) -> LocalCounter:
    """The counter of this process for a file; a file that has changed is read anew. InputError where there is none."""
    try:
        found = Path(path).stat()
    except OSError as error:
        raise InputError(f"cannot read the tokenizer: {error.strerror}", where=path) from error
    return _kept(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _kept(path: str, _mtime: int, _size: int) -> LocalCounter:
    return LocalCounter(path)

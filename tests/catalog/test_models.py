"""Names of models lead to their encoding and limit; unknown ones to the nearest."""

from __future__ import annotations

import pytest

from prep.catalog import encoding_of, max_training_tokens
from prep.errors import InputError


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4.1-mini", "o200k_base"),
        ("ft:gpt-4.1-mini-2025-04-14:acme::abc123", "o200k_base"),
        ("ft:gpt-4.1-2025-04-14:acme::abc123", "o200k_base"),
        ("ft:o4-mini-2025-04-16:acme::x", "o200k_base"),
        ("gpt-6-luna", "o200k_base"),
        ("gpt-4o-2024-08-06", "o200k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("gpt-oss-20b", "o200k_harmony"),
    ],
)
def test_a_name_leads_to_its_encoding(model: str, encoding: str) -> None:
    """Dated, fine-tuned and Azure names included; tiktoken's own map is wrong for some of these."""
    assert encoding_of(model) == (encoding, False)


def test_a_model_with_another_tokenizer_is_an_estimate() -> None:
    """Llama and the like are counted with o200k_base, and said to be."""
    assert encoding_of("Llama-3.3-70B-Instruct") == ("o200k_base", True)


def test_an_unknown_model_names_the_nearest() -> None:
    """A slip of the finger gets a hint."""
    with pytest.raises(InputError, match="gtp-4o is not in the catalog") as caught:
        encoding_of("gtp-4o")
    assert "gpt-4o" in str(caught.value.hint)


def test_the_limit_depends_on_provider_and_model() -> None:
    """The longest prefix wins."""
    assert max_training_tokens("azure", "gpt-4.1-nano") == 32768
    assert max_training_tokens("openai", "ft:gpt-4.1-nano-2025-04-14:a::b") == 65536
    assert max_training_tokens("azure", "o1") is None

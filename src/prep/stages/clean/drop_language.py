"""The step `drop_language`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeInt, field_validator

from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part

_LANGUAGES = frozenset(
    "af am an ar as az be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr ga gl gu he hi hr ht hu hy id is "
    "it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt nb ne nl nn no oc or pa pl ps pt qu ro ru rw se "
    "si sk sl sq sr sv sw ta te th tl tr ug uk ur vi vo wa xh zh zu".split()
)


class DropLanguage(StepConfig):
    """Drop records written in another language.

    The language of the whole text is found by py3langid, offline. A record is dropped only where that is sure enough
    and the text is long enough to tell: lists of names and numbers stay. Reason: `other_language`; the detail
    is the language and its probability.
    """

    keep: Names = Field(description="languages to keep, ISO 639-1 codes such as `en`", min_length=1)
    confidence: float = Field(0.8, ge=0, le=1, description="least probability of the other language to drop a record")
    min_chars: NonNegativeInt = Field(20, description="shorter texts stay")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"keep": ["en"]},
            "before": "Der Mieter zahlt die Miete am ersten Tag eines jeden Monats.",
            "reason": "other_language",
        },
        {
            "settings": {"keep": ["en"]},
            "before": "The tenant pays the rent on the first day of each month.",
            "after": "The tenant pays the rent on the first day of each month.",
        },
    )

    @field_validator("keep")
    @classmethod
    def _known(cls, keep: list[str]) -> list[str]:
        for name in keep:
            if name not in _LANGUAGES:
                raise ValueError(f"`{name}` is no language that can be told: ISO 639-1 codes such as `en`, `de`, `zh`")
        return keep


@step
def drop_language(part: Part, config: DropLanguage) -> Part:
    """Mark records in another language as `other_language`."""
    import polars as pl

    text = part.whole_text
    asked = (text.str.strip_chars().str.len_chars() >= config.min_chars) & part.alive
    places = asked.arg_true().to_list()
    found: list[str | None] = [None] * len(text)
    identify = _identifier().classify
    for place, value in zip(places, text.filter(asked).to_list(), strict=True):
        language, probability = identify(value)
        if language not in config.keep and probability >= config.confidence:
            found[place] = f"{language} {probability:.3f}"
    other = pl.Series("other", found, dtype=pl.String)
    return part.drop(other.is_not_null(), "other_language", detail=other)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

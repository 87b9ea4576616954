"""The step `drop_language`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeInt, field_validator

from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part

# The languages that py3langid 0.4 tells.
_LANGUAGES = frozenset(
    (
        "af am an ar as az ba be bg bn br bs ca cs cy da de dz el en eo es et eu fa fi fo fr fy ga gd gl gu ha he "
        "hi hr ht hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lg ln lo lt lv mg mk ml mn mr ms mt my ne nl "
        "nn no oc om or pa pl ps pt qu ro ru rw sa se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk "
        "ur uz vi vo wa xh yo zh zu ace ary arz bcl crh ext fuv gcf gcr gom grc gug guw hbo kab kik lij ltg nso "
        "pcm sdh uzs vec wuu yue "
    ).split()
)
# What is told apart and commonly goes under one name.
_MEMBERS = {"zh": ("wuu", "yue"), "ar": ("ary", "arz"), "uz": ("uzs",), "ku": ("sdh",), "he": ("hbo",), "no": ("nn",)}
_NO_LANGUAGE = "zxx"


class DropLanguage(StepConfig):
    """Drop records written in another language.

    The language of the whole text is found by py3langid, offline. A record is dropped only where it is sure enough that
    it is none of `keep`, and long enough to tell: lists of names and numbers stay. `zh` keeps Wu and Cantonese, `ar`
    the dialects, `no` both written forms. Reason: `other_language`; the detail is the likeliest language and the
    probability that it is none of `keep`. About 8 MB/s a core.
    """

    keep: Names = Field(description="languages to keep, ISO 639 codes such as `en`", min_length=1)
    confidence: float = Field(0.8, ge=0, le=1, description="least probability of another language to drop a record")
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
                raise ValueError(f"`{name}` is no language that can be told: ISO 639 codes such as `en`, `de`, `zh`")
        return keep


@step
def drop_language(part: Part, config: DropLanguage) -> Part:
    """Mark records in another language as `other_language`."""
    import polars as pl

    text = part.whole_text
    asked = (text.str.strip_chars().str.len_chars() >= config.min_chars) & part.alive
    places = asked.arg_true().to_list()
    found: list[str | None] = [None] * len(text)
    rank = _identifier().rank
    kept = {_NO_LANGUAGE, *config.keep, *(name for one in config.keep for name in _MEMBERS.get(one, ()))}
    for place, value in zip(places, text.filter(asked).to_list(), strict=True):
        ranked = rank(value)
        other = 1 - sum(float(probability) for language, probability in ranked if language in kept)
        if ranked[0][0] not in kept and other >= config.confidence:
            found[place] = f"{ranked[0][0]} {other:.3f}"
    told = pl.Series("other", found, dtype=pl.String)
    return part.drop(told.is_not_null(), "other_language", detail=told)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

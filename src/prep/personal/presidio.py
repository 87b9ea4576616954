"""Names, places and addresses by a language model: Microsoft Presidio as a recognizer of a plug-in.

```python
from prep import recognizer
from prep.personal.presidio import analyzer

find_persons = analyzer(["PERSON"], language="en")

@recognizer
def person(texts):
    return find_persons(texts)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Places = list[list[tuple[int, int]]]


def analyzer(
    entities: Sequence[str], *, language: str = "en", least_score: float = 0.5, engine: Any = None
) -> Callable[[list[str]], Places]:
    """A function from texts to the places where Presidio finds one of `entities` (its names: PERSON, LOCATION, ...).

    `engine`: a `presidio_analyzer.AnalyzerEngine` of your own, for another model than its default. Needs
    `prep[presidio]` and the model it names; nothing is downloaded: UsageError says what is missing. It is made at the
    first text, once a process.
    """
    made: list[Any] = [] if engine is None else [engine]

    def find(texts: list[str]) -> Places:
        if not made:
            made.append(_engine())
        return [
            [
                (found.start, found.end)
                for found in made[0].analyze(text=text, language=language, entities=list(entities))
                if found.score >= least_score
            ]
            for text in texts
        ]

    return find


def _engine() -> Any:
    try:
        from presidio_analyzer import AnalyzerEngine
    except ModuleNotFoundError as error:
        raise UsageError("Presidio is not installed", hint="pip install 'prep[presidio]'") from error
    _refuse_downloads()
    return AnalyzerEngine()


def _refuse_downloads() -> None:
    """Presidio would fetch a missing model from the network in the middle of a run."""
    import spacy.util

    if not spacy.util.is_package("en_core_web_lg"):
        raise UsageError(
            "Presidio's language model en_core_web_lg is not installed",
            hint="python -m spacy download en_core_web_lg, or give `analyzer` an engine with a model you have",
        )

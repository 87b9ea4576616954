"""Settings given outside a pipeline file, checked: what makes no sense is answered in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prep.advice.settings import Advise
from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ODD = "Input should be "


def given(values: Mapping[str, Any]) -> Advise:
    """The settings that `values` name; UsageError with all that is wrong with them."""
    try:
        return Advise.model_validate(dict(values))
    except ValidationError as error:
        told = [_told(one["loc"], one["msg"], one["input"], one["type"]) for one in error.errors(include_url=False)]
        raise UsageError("; ".join(told), hint="`prep advise --help` says what each one is") from None


def _told(place: tuple[int | str, ...], message: str, value: object, kind: str) -> str:
    names = [str(one) for one in place if one != "[key]"]
    if kind == "extra_forbidden":
        return f"there is no setting `{names[0]}`"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    spoken = message.removeprefix(_ODD).replace("a valid number", "a number").replace("a finite number", "a number")
    return f"`{'.'.join(names[:2])}` should be {spoken}, not {value}"

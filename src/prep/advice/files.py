"""The advice as texts of files: the memo, its figures, the curves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prep.advice.curves import svg
from prep.advice.memo import memo

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMO, FIGURES, PICTURE = "advice.md", "advice.json", "advice.svg"


def texts(found: Mapping[str, Any]) -> dict[str, str]:
    """The files' texts by their names."""
    whole = dict(found)
    return {
        FIGURES: json.dumps(whole, indent=2, ensure_ascii=False) + "\n",
        PICTURE: svg(whole["curves"]),
        MEMO: memo(whole),
    }

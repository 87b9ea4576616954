"""Tokens of an image by its size and detail, under the rule its model is published with."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from prep.catalog import Images
from prep.tokens.pixels import Size, size_of

# Tiles: fit into this square, then bring the shorter side down to this, then count tiles of this side.
_SQUARE, _SHORT, _TILE = 2048, 768, 512
_PATCH, _MOST_PATCHES = 32, 1536
# Low detail shows a patch model the image at this size at most; what that costs is not published.
_LOW = 512
# What an image of unknown size is taken for, and a model whose rule is not published.
UNKNOWN = Size(1024, 1024)
USUAL = Images(base=85, tile=170)


class ImageTokens(NamedTuple):
    """Tokens of one image; and whether its size, or something else, had to be guessed."""

    tokens: int
    size_unknown: bool
    estimated: bool


def image_tokens(part: dict[str, Any], rule: Images | None) -> ImageTokens:
    """Tokens of a content part `{"type": "image_url", "image_url": {"url", "detail"}}`, or with a plain URL.

    `rule` is the model's. Estimates: detail `auto` (the default) counts as high, an unknown size as 1024 x 1024, low
    detail under patches as the patches of 512 pixels, a model without a rule as the 85 + 170 of gpt-4o.
    """
    told = part.get("image_url")
    url, detail = (told.get("url"), told.get("detail")) if isinstance(told, dict) else (told, part.get("detail"))
    detail = detail if detail in ("low", "high") else "auto"
    size = size_of(url) if isinstance(url, str) else None
    guessed = rule is None or detail == "auto"
    rule = rule or USUAL
    if detail == "low" and not rule.patch:
        return ImageTokens(rule.base, size is None, guessed)
    tokens = _patches(size or UNKNOWN, rule, detail) if rule.patch else rule.base + rule.tile * tiles(size or UNKNOWN)
    return ImageTokens(tokens, size is None, guessed or size is None or detail == "low")


def tiles(size: Size) -> int:
    """Tiles of 512 pixels that cover an image at high detail, made smaller where it is too large, never larger."""
    width, height = map(float, size)
    scale = min(1.0, _SQUARE / max(width, height))
    scale *= min(1.0, _SHORT / (min(width, height) * scale))
    return _pieces(width * scale, _TILE) * _pieces(height * scale, _TILE)


def patches(size: Size) -> int:
    """Patches of 32 pixels that cover an image, made smaller until 1536 are enough."""
    width, height = size
    whole = _pieces(width, _PATCH) * _pieces(height, _PATCH)
    if whole <= _MOST_PATCHES:
        return whole
    scale = math.sqrt(_MOST_PATCHES * _PATCH**2 / (width * height))
    across, down = width * scale / _PATCH, height * scale / _PATCH
    # A picture so narrow that less than one patch fits across keeps one.
    scale *= min(max(1, math.floor(across)) / across, max(1, math.floor(down)) / down)
    return min(_MOST_PATCHES, _pieces(width * scale, _PATCH) * _pieces(height * scale, _PATCH))


def _patches(size: Size, rule: Images, detail: str) -> int:
    if detail == "low":
        scale = min(1.0, _LOW / max(size))
        size = Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    return math.ceil(round(patches(size) * rule.patch, 6))


def _pieces(length: float, piece: int) -> int:
    """How many pieces cover a length; what a floating point number is off by does not count."""
    return max(1, math.ceil(round(length / piece, 6)))

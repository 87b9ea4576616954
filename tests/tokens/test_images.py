"""Sizes read from the beginning of a file, and tokens by size and detail as the published guide has them."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prep.catalog import Images, images_of
from prep.tokens.images import image_tokens, patches, tiles
from prep.tokens.pixels import Size, size_of

TILES = Images(base=85, tile=170)


def data_url(width: int, height: int, kind: str, **options: Any) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("GIF", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("WEBP", {}), ("WEBP", {"lossless": True}),
     ("WEBP", {"exif": b"Exif\x00\x00abc"}), ("JPEG", {"exif": b"Exif\x00\x00" + b"\xff\xc0" * 30_000})],
)  # fmt: skip
@pytest.mark.parametrize("size", [(1, 1), (640, 481), (3001, 17)])
def test_the_size_is_read_from_the_header(kind: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    """All formats and their kinds, as a real program writes them; a preview in front of a JPEG's size is passed over."""
    assert size_of(data_url(*size, kind, **options)) == size


def test_what_is_no_image_has_no_size() -> None:
    """Web addresses, other data, cut and damaged files: unknown, not an error."""
    whole = data_url(640, 480, "PNG")
    for url in (
        "https://example.com/a.png", "", "data:", "data:text/plain;base64,AAAA", "data:image/png,abc",
        "data:image/png;base64,", "data:image/png;base64,äöü", whole[: whole.index(",") + 9],
        "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8\xff\xe0\x00\x00" * 20).decode(),
        "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(8)).decode(),
    ):  # fmt: skip
        assert size_of(url) is None, url
    assert size_of(" DATA:image/PNG;name=a.png;BASE64," + whole.partition(",")[2]) == (640, 480)


@settings(max_examples=200)
@given(
    st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF1234WEBPVP8 ", b""]), st.binary(max_size=300)
)
def test_no_bytes_are_so_odd_that_reading_fails(head: bytes, rest: bytes) -> None:
    """Any bytes have a size of at least one pixel, or none."""
    size = size_of("data:image/png;base64," + base64.b64encode(head + rest).decode())
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("size", "expected"), [((1024, 1024), 765), ((2048, 4096), 1105), ((512, 512), 255), ((10, 10), 255), ((4096, 8192), 1105)]
)  # fmt: skip
def test_tiles_are_those_of_the_guide(size: tuple[int, int], expected: int) -> None:
    """85 + 170 a tile of 512 pixels, after fitting into 2048 and bringing the shorter side down to 768."""
    assert 85 + 170 * tiles(Size(*size)) == expected


@pytest.mark.parametrize(
    ("size", "expected"), [((1024, 1024), 1024), ((1800, 2400), 1452), ((1, 1), 1), ((1, 99_999), 1536)]
)
def test_patches_are_those_of_the_guide(size: tuple[int, int], expected: int) -> None:
    """Patches of 32 pixels; a larger image is made smaller until 1536 are enough."""
    assert patches(Size(*size)) == expected


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_no_image_has_more_patches_than_allowed(width: int, height: int) -> None:
    """Turning an image changes nothing, either."""
    assert 1 <= patches(Size(width, height)) <= 1536
    assert patches(Size(width, height)) == patches(Size(height, width))
    assert tiles(Size(width, height)) == tiles(Size(height, width)) <= 8


def test_detail_and_model_decide() -> None:
    """Low is flat under tiles; auto counts as high; what the guide does not say is an estimate."""
    url = data_url(1024, 1024, "PNG")

    def tokens(detail: str | None, rule: Images | None) -> tuple[int, bool, bool]:
        told: dict[str, Any] = {"url": url} | ({"detail": detail} if detail else {})
        return tuple(image_tokens({"type": "image_url", "image_url": told}, rule))

    assert tokens("low", TILES) == (85, False, False)
    assert tokens("high", TILES) == (765, False, False)
    assert tokens("auto", TILES) == tokens(None, TILES) == (765, False, True)
    assert tokens("high", images_of("gpt-4o-mini")) == (2833 + 4 * 5667, False, False)
    assert tokens("high", images_of("ft:gpt-4.1-mini-2025-04-14:a::b")) == (1659, False, False)
    assert tokens("low", images_of("gpt-4.1-mini")) == (415, False, True)
    assert tokens("high", images_of("mistral")) == (765, False, True)


def test_an_unknown_size_is_a_stated_estimate() -> None:
    """A web address counts as 1024 x 1024; at low detail under tiles the size does not matter."""
    part = {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "high"}}
    assert image_tokens(part, TILES) == (765, True, True)
    part["image_url"]["detail"] = "low"  # type: ignore[index]
    assert image_tokens(part, TILES) == (85, True, False)
    assert image_tokens({"type": "image_url", "image_url": "https://example.com/a.png"}, TILES) == (765, True, True)
    assert image_tokens({"image_url": 5}, TILES) == (765, True, True)

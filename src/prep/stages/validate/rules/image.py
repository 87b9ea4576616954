"""Rules about images: where they may stand, how many, and how they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.pictures import picture
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, PAIR, SYSTEM, chat, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example
    from prep.stages.validate.pictures import Picture

MOST_BYTES = 10 * 1024 * 1024
MOST_IMAGES = {"azure": 64, "openai": 10, "together": 10}
_FORMATS = ("image/jpeg", "image/png", "image/webp")
_MODES = ("RGB", "RGBA")
# One pixel, grey and red.
_GREY = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
_RED = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


def asking(*urls: str) -> str:
    """A message of the user with these images."""
    parts = [f'{{"type": "image_url", "image_url": {{"url": "{url}"}}}}' for url in urls]
    return f'{{"role": "user", "content": [{{"type": "text", "text": "q"}}, {", ".join(parts)}]}}'


URL = "https://example.com/a.png"
EMBEDDED = f"data:image/png;base64,{_RED}"
GOOD = chat(SYSTEM, asking(EMBEDDED), ANSWER)


def _images(example: Example) -> Iterator[tuple[str, str, str]]:
    """(path, role, URL) of every image."""
    for path, message, role in example.known:
        content = message.get("content")
        for number, part in enumerate(content if isinstance(content, list) else []):
            image = part.get("image_url") if isinstance(part, dict) and part.get("type") == "image_url" else None
            if isinstance(image, dict) and isinstance(image.get("url"), str):
                yield f"{path}.content[{number}]", role, image["url"]


def _is_embedded(url: str) -> bool:
    return url[:5].lower() == "data:"


def _picture(example: Example, url: str) -> Picture | None:
    if url not in example.pictures:
        example.pictures[url] = picture(url) if _is_embedded(url) else None
    known: Picture | None = example.pictures[url]
    return known


@rule(
    "img.in_assistant", "error", good=GOOD,
    bad=chat(SYSTEM, '{"role": "user", "content": "q"}', asking(EMBEDDED).replace('"user"', '"assistant"')),
    explanation="Images stand in messages of the user only.", fix="move the image into the question",
)  # fmt: skip
def in_assistant(example: Example) -> Iterator[Spot]:
    """An image that is to be learnt."""
    for path, role, _ in _images(example):
        if role != "user":
            yield path, f"an image in a message of {role}"


@rule(
    "img.count", "error", good=GOOD, bad=chat(SYSTEM, asking(*[EMBEDDED] * 65), ANSWER), providers=list(MOST_IMAGES),
    explanation="An example may have 64 images at Azure, 10 at OpenAI and Together.", fix="leave some out, or make several examples",
)  # fmt: skip
def count(example: Example) -> Iterator[Spot]:
    """More images than the provider takes."""
    number = len(list(_images(example)))
    for provider, most in MOST_IMAGES.items():
        if number > most:
            yield f"{example.holder[0]}messages", f"{number} images, {most} are the most", [provider]


@rule(
    "img.url_scheme", "error", good=GOOD, bad=chat(SYSTEM, asking("file:///a.png"), ANSWER), providers=["azure", "openai", "mistral"],
    explanation="An image is an http(s) address or a base64 data URL.", fix="upload the image, or embed it",
)  # fmt: skip
def url_scheme(example: Example) -> Iterator[Spot]:
    """An address the provider cannot read."""
    for path, _, url in _images(example):
        if not url[:8].lower().startswith(("http://", "https://", "data:")):
            yield path, f"the address begins with {url[:20]!r}"


@rule(
    "img.not_embedded", "error", good=GOOD, bad=chat(SYSTEM, asking(URL), ANSWER), providers=["fireworks", "together"],
    explanation="Together and Fireworks take embedded images only, as base64 data URLs.", fix="embed the image",
)  # fmt: skip
def not_embedded(example: Example) -> Iterator[Spot]:
    """An image that would have to be fetched."""
    for path, _, url in _images(example):
        if not _is_embedded(url):
            yield path, "the image is an address, not embedded"


@rule(
    "img.format", "error", good=GOOD, bad=chat(SYSTEM, asking("data:image/gif;base64,R0lGODlh"), ANSWER),
    explanation="Embedded images are JPEG, PNG or WEBP in base64, and are what their address says.", fix="convert the image, or correct the type",
)  # fmt: skip
def image_format(example: Example) -> Iterator[Spot]:
    """An embedded image of another format."""
    for path, _, url in _images(example):
        if not _is_embedded(url):
            continue
        found = _picture(example, url)
        if found is None or found.named not in _FORMATS:
            yield path, f"{found.named or 'no type' if found else url[:30]} is not one of {', '.join(_FORMATS)}"
        elif found.real != found.named:
            yield path, f"the address says {found.named}, the bytes are {found.real}"


@rule(
    "img.mode", "error", good=GOOD, bad=chat(SYSTEM, asking(f"data:image/png;base64,{_GREY}"), ANSWER), providers=["azure", "openai"],
    explanation="Images are in RGB or RGBA.", fix="convert the image to RGB",
)  # fmt: skip
def mode(example: Example) -> Iterator[Spot]:
    """Grey, CMYK or a palette."""
    for path, _, url in _images(example):
        found = _picture(example, url)
        if found is not None and found.mode is not None and found.mode not in _MODES:
            yield path, f"the image is {found.mode}, not RGB or RGBA"


@rule(
    "img.size", "error", good=GOOD, bad="(a line with an embedded image of 11 MB)",
    explanation="An image may have 10 MB.", fix="scale the image down",
)  # fmt: skip
def size(example: Example) -> Iterator[Spot]:
    """An embedded image beyond the limit."""
    for path, _, url in _images(example):
        found = _picture(example, url)
        if found is not None and found.bytes > MOST_BYTES:
            yield path, f"{found.bytes:,} bytes, {MOST_BYTES:,} are the most"


@rule(
    "dpo.has_image", "error", good=PAIR, bad=pair(f"{SYSTEM}, {asking(EMBEDDED)}"), methods=["dpo"], providers=["openai"],
    explanation="OpenAI's preferences are text only.", fix="leave the image out, or tune at Azure",
)  # fmt: skip
def has_image(example: Example) -> Iterator[Spot]:
    """An image in a preference."""
    for path, _, _ in _images(example):
        yield path, "an image in a preference line"

"""Rules about images: where they may stand, how many, and how they are given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, SYSTEM, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example

MOST_BYTES = 10 * 1024 * 1024
_DATA_URL = re.compile(r"data:(?P<type>[^;,]*);base64,")
_FORMATS = ("image/jpeg", "image/png", "image/webp")


def asking(*urls: str) -> str:
    """A message of the user with these images."""
    parts = [f'{{"type": "image_url", "image_url": {{"url": "{url}"}}}}' for url in urls]
    return f'{{"role": "user", "content": [{{"type": "text", "text": "q"}}, {", ".join(parts)}]}}'


URL = "https://example.com/a.png"
GOOD = chat(SYSTEM, asking(URL), ANSWER)


def _images(example: Example) -> Iterator[tuple[str, str, str]]:
    """(path, role, URL) of every image."""
    for index, message, role in example.known:
        content = message.get("content")
        for number, part in enumerate(content if isinstance(content, list) else []):
            image = part.get("image_url") if isinstance(part, dict) and part.get("type") == "image_url" else None
            if isinstance(image, dict) and isinstance(image.get("url"), str):
                yield f"messages[{index}].content[{number}]", role, image["url"]


@rule(
    "img.in_assistant", "error", good=GOOD,
    bad=chat(SYSTEM, '{"role": "user", "content": "q"}', asking(URL).replace('"user"', '"assistant"')),
    explanation="Images stand in messages of the user only.", fix="move the image into the question",
)  # fmt: skip
def in_assistant(example: Example) -> Iterator[Spot]:
    """An image that is to be learnt."""
    for path, role, _ in _images(example):
        if role != "user":
            yield path, f"an image in a message of {role}"


def _more_than(example: Example, most: int) -> Iterator[Spot]:
    count = len(list(_images(example)))
    if count > most:
        yield "messages", f"{count} images, {most} are the most"


@rule(
    "img.count", "error", good=GOOD, bad=chat(SYSTEM, asking(*[URL] * 65), ANSWER), providers=["azure"],
    explanation="Azure takes 64 images an example.", fix="leave some out, or make several examples",
)  # fmt: skip
def count(example: Example) -> Iterator[Spot]:
    """More than Azure's limit."""
    return _more_than(example, 64)


@rule(
    "img.count_openai", "error", good=GOOD, bad=chat(SYSTEM, asking(*[URL] * 11), ANSWER), providers=["openai"],
    explanation="OpenAI takes 10 images an example.", fix="leave some out, or make several examples",
)  # fmt: skip
def count_openai(example: Example) -> Iterator[Spot]:
    """More than OpenAI's limit."""
    return _more_than(example, 10)


@rule(
    "img.url_scheme", "error", good=GOOD, bad=chat(SYSTEM, asking("file:///a.png"), ANSWER),
    explanation="An image is an http(s) address or a base64 data URL.", fix="upload the image, or embed it",
)  # fmt: skip
def url_scheme(example: Example) -> Iterator[Spot]:
    """An address the provider cannot read."""
    for path, _, url in _images(example):
        if not url.startswith(("http://", "https://", "data:")):
            yield path, f"the address begins with {url[:20]!r}"


@rule(
    "img.format", "error", good=GOOD, bad=chat(SYSTEM, asking("data:image/gif;base64,R0lGOD"), ANSWER),
    explanation="Embedded images are JPEG, PNG or WEBP in base64.", fix="convert the image",
)  # fmt: skip
def image_format(example: Example) -> Iterator[Spot]:
    """An embedded image of another format."""
    for path, _, url in _images(example):
        found = _DATA_URL.match(url)
        if url.startswith("data:") and (found is None or found["type"] not in _FORMATS):
            yield path, f"{found['type'] if found else url[:30]} is not one of {', '.join(_FORMATS)}"


@rule(
    "img.size", "error", good=GOOD, bad="(a line with an embedded image of 11 MB)",
    explanation="An image may have 10 MB.", fix="scale the image down",
)  # fmt: skip
def size(example: Example) -> Iterator[Spot]:
    """An embedded image beyond the limit."""
    for path, _, url in _images(example):
        found = _DATA_URL.match(url)
        bytes_ = (len(url) - found.end()) * 3 // 4 if found else 0
        if bytes_ > MOST_BYTES:
            yield path, f"{bytes_:,} bytes, {MOST_BYTES:,} are the most"

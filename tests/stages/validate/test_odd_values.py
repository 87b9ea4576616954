"""Values that look right at first sight: images that are none, texts that nobody sees, the old way to call."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import pytest

from prep.stages.validate.check import Checker


def png(width: int, height: int) -> bytes:
    """A black image in RGB."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress((b"\0" + b"\0\0\0" * width) * height, 0)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def rules(line: dict[str, Any], provider: str = "azure", method: str = "sft") -> set[str]:
    """The rules of which a line has an error."""
    _, hits, *_ = Checker([provider], method).line(json.dumps(line).encode())
    return {
        hit.rule.id
        for hit in hits
        if provider in hit.providers and hit.rule.severity_for(provider) == "error"
    }  # fmt: skip


def chat(asked: Any, answer: Any = "a", **more: Any) -> dict[str, Any]:
    """A line with a question and an answer."""
    turns = [{"role": "system", "content": "s"}, {"role": "user", "content": asked}]
    return {"messages": [*turns, {"role": "assistant", "content": answer} | more]}


def asking(url: str) -> dict[str, Any]:
    """A line with an image."""
    return chat([{"type": "text", "text": "q"}, {"type": "image_url", "image_url": {"url": url}}])


DATA = base64.b64encode(png(600, 400)).decode()  # longer than a header


@pytest.mark.parametrize(
    "url",
    [
        "data:image/png;base64,",
        "data:image/png;base64,AAAAAAAAAAAAAAAA",
        f"data:image/png;base64,{DATA[:-4]}!!!!",
        f"data:image/png;base64,{DATA[:500_000]}@{DATA[500_001:]}",
    ],
)
def test_embedded_bytes_that_are_no_image_are_found(url: str) -> None:
    """Nothing, bytes of no known kind, and base64 that breaks off far behind the header."""
    assert rules(asking(url)) == {"img.format"}


@pytest.mark.parametrize(
    "url",
    [
        f"data:image/png;base64,{DATA}",
        f"data:image/png;base64,{DATA.rstrip('=')}",
        f"DATA:image/png;base64,{DATA}",
        "HTTPS://example.com/a.png",
    ],
)
def test_good_images_are_taken(url: str) -> None:
    """Without padding too; the scheme of an address has no case."""
    assert rules(asking(url)) == set()


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\u200b \n", "\u00a0\u3000", "\u2800", "\u3164", "\u00ad"])
def test_a_text_that_nobody_sees_says_nothing(text: str) -> None:
    """As question and answer, in parts and whole."""
    assert rules(chat(text)) == rules(chat("q", text)) == {"msg.content_whitespace"}
    assert rules(chat([{"type": "text", "text": text}])) == {"msg.content_whitespace"}


@pytest.mark.parametrize("text", ["\u200bword", "👩\u200d💻", "می\u200cخواهم", ".", "\u0301"])
def test_invisible_characters_beside_visible_ones_are_fine(text: str) -> None:
    """Emoji and Persian need them."""
    assert rules(chat(text, text)) == set()


def test_a_refusal_as_a_part_is_for_openai_and_azure() -> None:
    """Together and Mistral know none."""
    line = chat([{"type": "text", "text": "q"}], [{"type": "refusal", "refusal": "no"}])
    line["messages"][0]["content"] = [{"type": "text", "text": "s"}]
    assert rules(line) == rules(line, "openai") == set()
    assert rules(line, "together") == rules(line, "mistral") == {"msg.refusal_alone"}


def test_the_old_way_to_call_is_for_openai_and_azure() -> None:
    """`function_call`, and the role function."""
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    line = {"messages": [{"role": "user", "content": "q"}, call, {"role": "function", "name": "f", "content": "r"}]}
    line["messages"].append({"role": "assistant", "content": "a"})
    line["functions"] = [{"name": "f", "description": "d", "parameters": {"type": "object"}}]
    assert rules(line) == rules(line, "openai") == set()
    assert rules(line, "mistral") == {"msg.function_refused"}
    assert rules(line, "together") == {"msg.function_refused", "ex.key_refused"}

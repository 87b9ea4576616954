"""One e-mail taken apart: the readable text, the headers that matter, the names of what is attached."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from prep.stages.blocks import join
from prep.stages.ingest.encodings import decoded
from prep.stages.ingest.quotes import without_quotes, without_signature
from prep.stages.markup import html_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.options import Options

_ENCODE = msgspec.json.Encoder().encode
# Column, header.
HEADERS = {
    "from": "from",
    "to": "to",
    "cc": "cc",
    "subject": "subject",
    "message_id": "message-id",
    "in_reply_to": "in-reply-to",
    "references": "references",
}
_OTHERS = frozenset(("content-type", "mime-version", "received", "return-path"))  # of a message that has none of these
_MOST_PARTS = 10_000
_LOCKED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))


class MailError(Exception):
    """These bytes are no message that could be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(data: bytes, options: Options) -> tuple[dict[str, str | None], list[str]]:
    """The columns of a message, and which of them are JSON text.

    `date` is in ISO form with its offset, `attachments` a list of names; addresses are as they are written.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        columns = {name: _header(message, header) for name, header in HEADERS.items()}
        columns["date"] = _date(_header(message, "date"))
        if not any(columns.values()) and _OTHERS.isdisjoint(key.lower() for key, _ in message.raw_items()):
            raise MailError("mislabelled_file")
        parts = list(_parts(message))
        text, attached = (
            _text(parts),
            [part.get_filename() or part.get_content_type() for part in parts if _is_attached(part)],
        )
    except MailError:
        raise
    except RecursionError as error:
        raise MailError("nested_too_deep") from error
    except Exception as error:  # whatever the parsers of headers raise on bytes that nobody vouches for
        raise MailError("corrupt_file") from error
    columns["attachments"] = _ENCODE(attached).decode() if attached else None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")
    if options.quoted == "drop":
        text = without_quotes(text)
    if options.signatures == "drop":
        text = without_signature(text)
    if not text.strip():
        raise MailError("encrypted_file" if any(_is_locked(part) for part in parts) else "no_text")
    columns["text"] = text
    return columns, ["attachments"] if attached else []


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The message and its parts, outermost first; what is attached is not looked into."""
    waiting, count = [message], 0
    while waiting:
        part = waiting.pop(0)
        count += 1
        if count > _MOST_PARTS:
            raise MailError("nested_too_deep")
        yield part
        if part.is_multipart() and (part is message or not _is_attached(part)):
            inner = part.get_payload()
            waiting[:0] = [one for one in inner if isinstance(one, EmailMessage)] if isinstance(inner, list) else []


def _is_attached(part: EmailMessage) -> bool:
    if part.get_content_maintype() == "multipart":  # one without parts is text: what marks them off is missing
        return False
    return part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _text(parts: list[EmailMessage]) -> str:
    """All plain texts; where there is none, what the HTML parts show."""
    shown = [part for part in parts if not part.is_multipart() and not _is_attached(part)]
    plain = [_content(part) for part in shown if part.get_content_type() != "text/html"]
    if any(text.strip() for text in plain):
        return "\n\n".join(text.strip("\n") for text in plain if text.strip())
    pages = [join(html_blocks(_content(part))) for part in shown if part.get_content_type() == "text/html"]
    return "\n\n".join(page for page in pages if page.strip())


def _is_locked(part: EmailMessage) -> bool:
    """Whether a key is needed: PGP, or S/MIME that is not merely signed."""
    return part.get_content_type() in _LOCKED and part.get_param("smime-type") != "signed-data"


def _content(part: EmailMessage) -> str:
    """A part's text, in the encoding it names where that is one and fits."""
    payload = part.get_payload(decode=True)
    return decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset())


def _header(message: EmailMessage, name: str) -> str | None:
    """A header's text; one that the strict parser fails on, as it stands."""
    try:
        found = message[name]
    except Exception:  # the standard library's parser of addresses has many ways to fail
        found = next((value for key, value in message.raw_items() if key.lower() == name), None)
    if found is None:
        return None
    text = str(found).encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
    return " ".join(text.split()) or None


def _date(text: str | None) -> str | None:
    """In ISO form; as it is written where it is no date."""
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return text

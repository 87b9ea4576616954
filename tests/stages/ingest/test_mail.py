"""Reading e-mails and mailboxes."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from prep.stages.ingest.batches import Batch
from prep.stages.ingest.quotes import without_quotes, without_signature

Read = Callable[..., Batch]
PGP = b"From: a@b\nContent-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: text/plain\n\n \n--x--\n"
SMIME = b"From: a@b\nContent-Type: application/pkcs7-mime"


def message(text: str = "Hello", *, html: str | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in {"From": "Ann Lée <ann@example.org>", "Subject": "Grüße", **headers}.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if html is not None:
        made.add_alternative(html, subtype="html")
    return made


def test_headers_are_columns_and_the_plain_text_is_the_text(read_bytes: Read) -> None:
    """Encoded words are decoded, the date is ISO; of two forms of the text the plain one is taken."""
    made = message(
        "Grüße\n\nAnn",
        html="<p>other</p>",
        To="b@example.org",
        Date="Mon, 3 Feb 2025 10:12:00 +0100",
        Message_ID="<1@x>",
    )
    [row] = read_bytes("a.eml", made.as_bytes()).frame.to_dicts()
    assert (row["_id"], row["text"], row["subject"]) == ("a.eml", "Grüße\n\nAnn", "Grüße")
    assert (row["from"], row["to"], row["cc"]) == ("Ann Lée <ann@example.org>", "b@example.org", None)
    assert (row["date"], row["message_id"], row["attachments"]) == ("2025-02-03T10:12:00+01:00", "<1@x>", None)


def test_html_is_read_where_there_is_no_plain_text_and_attachments_are_named(read_bytes: Read) -> None:
    """What is attached is named, not read."""
    made = EmailMessage()
    made["From"] = "a@example.org"
    made.set_content("<p>One</p><ul><li>two</li></ul><script>x</script>", subtype="html")
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="lease é.pdf")
    made.add_attachment("attached text", filename="note.txt")
    [row] = read_bytes("a.eml", made.as_bytes()).frame.to_dicts()
    assert (row["text"], row["attachments"], row["_json"]) == (
        "One\n\n- two",
        '["lease é.pdf","note.txt"]',
        '["attachments"]',
    )


def test_a_mailbox_is_a_record_a_message(read_bytes: Read, tmp_path: Path) -> None:
    """Written by the standard library; a line `From ` inside a text ends no message; batches change nothing."""
    box = mailbox.mbox(tmp_path / "made.mbox")
    for number in range(5):
        box.add(message(f"Text {number}\n\nFrom here on it goes.\n", Message_ID=f"<{number}@x>"))
    box.close()
    data = (tmp_path / "made.mbox").read_bytes()
    batch = read_bytes("m.mbox", data)
    assert batch.frame.select("_id", "message_id").rows() == [(f"m.mbox:{n + 1}", f"<{n}@x>") for n in range(5)]
    assert batch.frame["text"][3] == "Text 3\n\nFrom here on it goes."
    assert read_bytes("m.mbox", data, batch_bytes=1).frame.equals(batch.frame)
    long = read_bytes("m.mbox", data + b"From x\nFrom: a@b\n\n" + b"x\n" * 5000, limits={"longest": 4000})
    assert long.frame.height == 5
    assert long.quarantined.select("place", "reason").rows() == [("m.mbox:6", "document_too_long")]


@pytest.mark.parametrize(
    ("between", "count"),
    [
        (b"\nFrom a@b Mon Feb  3 10:12:00 2025\nFrom: a@b\n", 2),
        (b"From a@b Mon Feb  3 10:12:00 2025\nFrom: a@b\n", 2),  # no blank line before it
        (b"From a at b  Mon, 3 Feb 2025 10:12\nSubject: s\n", 2),
        (b"\nFrom a@b\nFrom: a@b\n", 2),  # no date
        (b"\nFrom here on it goes.\n", 1),  # a writer that marks no such line
        (b"From Monday at 10:12 in 2025\nit goes on\n", 1),
    ],
)
def test_where_a_message_begins(read_bytes: Read, between: bytes, count: int) -> None:
    """Two signs of three: a blank line before, a date in the line, a header after it; in lines of any ending."""
    box = b"From a@b Mon Feb  3 10:12:00 2025\nFrom: a@b\n\none\n" + between + b"\ntwo\n"
    for data in (box, box.replace(b"\n", b"\r\n")):
        batch = read_bytes("m.mbox", data)
        assert batch.quarantined.height == 0
        assert [text.split("\n")[0] for text in batch.frame["text"]] == ["one", "two"][:count]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.eml", b"", "empty_file"),
        ("a.eml", b"no headers at all", "mislabelled_file"),
        ("a.eml", b"%PDF-1.7\n\x00\xff", "mislabelled_file"),
        ("a.eml", b"From: a@b\n\n \n", "no_text"),
        ("a.eml", SMIME + b"; smime-type=enveloped-data\n\nMIIB", "encrypted_file"),
        ("a.eml", SMIME + b"; smime-type=signed-data\n\nMIIB", "no_text"),
        ("a.eml", PGP, "encrypted_file"),
        ("a.mbox", b"", "empty_file"),
        ("a.mbox", b"hello\n", "mislabelled_file"),
    ],
)  # fmt: skip
def test_what_is_no_mail_is_set_aside(read_bytes: Read, name: str, data: bytes, reason: str) -> None:
    """With the reason why."""
    batch = read_bytes(name, data)
    assert batch.frame.is_empty()
    assert batch.quarantined.select("place", "reason").rows() == [(name, reason)]


@pytest.mark.parametrize(
    "data",
    [
        b'From: =?x?q?\xff\nTo: "<<<@@@\nDate: never\nContent-Type: text/plain; charset=klingon\n\ncaf\xc3\xa9',
        b"From: a@b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nY2Fmw6k",
        b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\ncaf\xc3\xa9\n--y",
        b"Subject: " + b"=?utf-8?b?4?=" * 200 + b"\n\ncaf\xc3\xa9",
        b"From: a@b\nContent-Type: text/plain; charset=utf-8\n\ncaf\xe9",
        b"Content-Type: text/plain\n\ncaf\xc3\xa9",
        b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\ncaf\xc3\xa9",
        b"From: a@b\nContent-Type: text/plain; charset=us-ascii\n\ncaf\xc3\xa9",
        "From: a@b\nContent-Type: text/plain; charset=gb2312\n\n你好，café 镕".encode("gb18030"),
        "From: a@b\nContent-Type: text/plain; charset=utf-8\n\nДоговор café".encode() + b" \xd0",
    ],
)
def test_broken_headers_and_encodings_do_not_lose_the_text(read_bytes: Read, data: bytes) -> None:
    """What a mail program would show is kept."""
    assert "café" in read_bytes("a.eml", data).frame["text"][0]


def test_thousands_of_nested_parts_end(read_bytes: Read) -> None:
    """A message inside a message, without end, is set aside or read; it is no crash."""
    data = b"From: a@b\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"x"
    batch = read_bytes("a.eml", data)
    assert batch.frame.height + batch.quarantined.height == 1


REPLY = """Thank you, that works.

On Mon, 3 Feb 2025 at 10:12, Ann Lee <ann@example.org>
wrote:
> Did it work?
>> earlier

See\x20you
--\x20
Bob
"""


def test_quoted_replies_and_signatures_are_left_out_on_demand(read_bytes: Read) -> None:
    """By default all is kept."""
    data = message(REPLY).as_bytes()
    assert read_bytes("a.eml", data).frame["text"][0] == REPLY.strip("\n")
    kept = read_bytes("a.eml", data, mail={"quoted": "drop", "signatures": "drop"}).frame["text"][0]
    assert kept == "Thank you, that works.\n\nSee you"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ja.\n\nAm 3. Februar 2025 um 10:12 schrieb Ann Lee <a@b>:\n> Alt", "Ja."),
        ("Oui.\n\nLe lun. 3 févr. 2025 à 10:12, Ann <a@b> a écrit :\n> Vieux", "Oui."),
        ("Fine.\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nOld", "Fine."),
        ("Fine.\n\nFrom: Ann Lee\nSent: Monday, 3 February 2025\nTo: Bob\nSubject: RE: x\n\nOld text", "Fine."),
        ("On Monday she wrote: all is well.\n\nSo it is.", "On Monday she wrote: all is well.\n\nSo it is."),
        ("I come from: here\nto there", "I come from: here\nto there"),
        ("a > b\nand c", "a > b\nand c"),
    ],
)
def test_what_counts_as_quoted(text: str, kept: str) -> None:
    """Announcements in several languages, whole messages below; sentences that only look alike stay."""
    assert without_quotes(text) == kept


def test_a_text_that_begins_with_the_mark_of_a_signature_stays() -> None:
    """There would be nothing left."""
    assert without_signature("-- \nBob") == "-- \nBob"
    assert without_signature("Hi\n--\nBob") == "Hi"

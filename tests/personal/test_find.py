"""Personal data is found, its look-alikes stay."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.personal.checksums import IBAN_LENGTHS, is_iban, luhn
from prep.personal.find import Search, find, hints
from prep.personal.kinds import KINDS
from prep.personal.rescan import rescan

ALL = list(KINDS)


def found(text: str, kinds: list[str] | None = None) -> list[tuple[str, str]]:
    return find(pl.Series([text]), Search(kinds or ALL)).select("kind", "value").rows()


FINDS = {
    "EMAIL": [
        "jane.doe@example.com", "JANE+legal@sub.example.co.uk", "o'neil@example.org", "jürgen@müller.de", "a@b.io",
        "first_last@example-mail.com", "x%y@example.travel", "иван@пример.рф", "1234@numbers.net",
        "jane.doe%40example.com", "bounce-jane=example.com@lists.example.org",
    ],
    "PHONE": [
        "(212) 736-5000", "212-736-5000", "212.736.5000", "1-212-736-5000", "+1 212 736 5000", "+1 (212) 736-5000",
        "+44 20 7946 0958", "+49 30 901820", "0049 30 901820", "020 7946 0958", "+33 1 42 68 53 00", "+81 3-3224-9999",
        "212\u2011736\u20115000", "+49 (0)30 901820", "030 901820123", "+41 44 668 18 00", "+61 2 9374 4000",
    ],
    "US_SSN": ["123-45-6789", "123 45 6789", "123\u201145\u20116789", "899-12-3456"],
    "IBAN": [
        "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606",
        "NO93 8601 1117 947", "CH93 0076 2011 6238 5295 7", "NL91ABNA0417164300", "de89370400440532013000", "MT84MALT011000012345MTLCAST001S",
    ],
    "CREDIT_CARD": [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005",
        "3782 822463 10005", "6011111111111117", "30569309025904", "3530111333300000", "2223003122003222", "6200000000000005",
        "4111.1111.1111.1111", "4222222222222", "4111\u00a01111\u00a01111\u00a01111",
    ],
    "IP_ADDRESS": ["192.168.17.44", "8.8.8.8", "2001:db8::8a2e:370:7334", "fe80::1ff:fe23:4567:890a",
                   "2001:0db8:85a3:0000:0000:8a2e:0370:7334"],
}  # fmt: skip
AROUND = [
    "{}",
    "See {}.",
    "({})",
    "mail {}, or not",
    '"{}"',
    "one {} two",
    "line\n{}\nline",
    "'{}'",
    "**{}**",
    "go to {} and on",
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Tel. +\uff18\uff11 \uff13-\uff13\uff12\uff12\uff14-\uff19\uff19\uff19\uff19.", "+\uff18\uff11 \uff13-\uff13\uff12\uff12\uff14-\uff19\uff19\uff19\uff19"),
        ("\u0647\u0627\u062a\u0641 +\u0669\u0667\u0661 \u0664 \u0663\u0666\u0666 \u0668\u0668\u0668\u0668", "+\u0669\u0667\u0661 \u0664 \u0663\u0666\u0666 \u0668\u0668\u0668\u0668"),
        ("\uff24\uff25 jane\uff20example.com", "jane\uff20example.com"),
        ("a\u200bb j\u200bane@exam\u200bple.com and", "j\u200bane@exam\u200bple.com"),
        ("card 4111 1111\u200b 1111 1111.", "4111 1111\u200b 1111 1111"),
        ("call (212)\u200b 555-0123 now", "(212)\u200b 555-0123"),
        ("card 4111\u00ad1111\u00ad1111\u00ad1111.", "4111\u00ad1111\u00ad1111\u00ad1111"),
        ("card \uff14111\u30001111\u30001111\u30001111", "\uff14111\u30001111\u30001111\u30001111"),
        ("123\u221245\u22126789", "123\u221245\u22126789"),
        ("?email=jane@example.com&x=1", "jane@example.com"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("[2001:db8::192.168.1.1]:80", "2001:db8::192.168.1.1"),
        ("0:0:0:0:0:FFFF:129.144.52.38", "0:0:0:0:0:FFFF:129.144.52.38"),
        ("Gateway fe80::1%eth0", "fe80::1"),
        ("+447700900123", "+447700900123"),
        ("Phone: 961 52 200", "961 52 200"),
        ("Please call me at 22 494254 today", "22 494254"),
        ('"fax": "649 994 770"', "649 994 770"),
        ("Office,(855)652-7026", "(855)652-7026"),
        ("Phone:\\n06-26931887\\n\\n", "06-26931887"),
        ("E-mail:\\nElsePedersen@example.com\\n", "ElsePedersen@example.com"),
        ("my card 501859506955 is expiring", "501859506955"),
        ("card 3519072637792174", "3519072637792174"),
        ("birth_date: 1977-05-04", "1977-05-04"),
        ("\u751f\u5e74\u6708\u65e5\u306f1977\u5e745\u67084\u65e5", "1977\u5e745\u67084\u65e5"),
    ],
)  # fmt: skip
def test_unusual_spellings_are_found_whole(text: str, value: str) -> None:
    """Wide and other digits, unseen characters, a field's name in front, both halves of an address; and by the last look."""
    assert [one for _, one in found(text)] == [value]
    line = msgspec.json.encode({"text": text}).decode()
    assert rescan(pl.Series([line]), [], Search(ALL)).height == 1


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:owner/name.git",
        "SSN 987-65-4320",
        "Fax: 2021-03-04 12:00",
        "call me on 12.05.2024",
        "05069\\n077 47",
        "std::1",
        "12::34",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06f1\u06f2",
    ],
)
def test_what_only_resembles_an_unusual_spelling_stays(text: str) -> None:
    """Accounts of machines, numbers from advertisements, ratios, spelling with unseen characters."""
    assert found(text) == []


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FINDS.items() for value in values])
def test_each_kind_is_found_wherever_it_stands(kind: str, value: str, around: str) -> None:
    """Whole, once, under its own name; punctuation around it does not belong to it."""
    assert found(around.format(value)) == [(kind, value)]


def test_both_ends_of_a_range_of_addresses() -> None:
    """A hyphen or a word between two addresses hides neither."""
    for text in ("192.168.0.1-192.168.0.254", "from 192.168.0.1 to 192.168.0.254", "192.168.0.1, 192.168.0.254"):
        assert found(text) == [("IP_ADDRESS", "192.168.0.1"), ("IP_ADDRESS", "192.168.0.254")]


LOOK_ALIKES = [
    "Case No. 2:19-cv-01234-ABC", "No. 22-1234", "No. 212-555-0123", "Docket 19-123456", "42 U.S.C. § 1983", "17 CFR 240.10b-5",
    "12 U.S.C. 1831o", "§ 552(b)(7)", "Section 12.3.4.1", "Section 10.2.3.4 applies", "sections 1.2.3.4 and 1.2.3.5",
    "2.1.1.3 Payment Terms", "version 1.2.3.4", "ABC0001234", "SMITH-000123-000456", "2024-01-31", "31.01.2024", "01/31/2024",
    "$1,234,567.89", "EUR 12 345 678", "1 234 567 890", "ISBN 978-3-16-148410-0", "INV-2024-000123", "ticket 8002255288",
    "4111111111111112", "4111 1111 1111 1112", "0000 0000 0000 0000", "1111111111111111", "DE89370400440532013001",
    "XX89370400440532013000", "000-12-3456", "666-12-3456", "123-00-4567", "123-45-0000", "900-12-3456", "550e8400-e29b-41d4-a716-446655440000",
    "12:30:45", "@mention and #tag", "a@b", "user@localhost", "VIII ZR 123/19", "12 O 4567/20", "2 BvR 1390/12",
    "BGHZ 123, 456", "999.999.999.999", "1.2.3", "10.2.3.4.5", "std::vector<int>", "ratio 3:2:1", "123 F.3d 456 (9th Cir. 1999)",
    "IRC § 401(k)", "P.O. Box 12345", "ZIP 10001-1234", "EIN 12-3456789", "2019-2020", "3.14159265358979", "Art. 6 Abs. 1",
    "1,000,000,000 shares", "Policy 123-456-7890", "GB 29", "Seq. 20240131123456", "100 200 300", "Reg. No. 123456789",
    "Sections 10.1.2.3, 10.1.2.4 and 10.1.2.5", "clauses 1.2.3.4 to 1.2.3.9", "subsection 1.2.3.4", "items 1.1.1.1-1.1.1.3",
    "SKU 212-555-0123", "Contract 212-555-0123", "P/N 212.555.0123", "Docket number (212) 555-0123",
    "Patent 10,123,456", "phone", "call me", "Tel.", "U.S. Patent No. 212-555-0199", "2001: a year", "10-K and 8-K",
]  # fmt: skip


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_stay(text: str) -> None:
    """Docket numbers, cites, section numbers, dates, amounts, and numbers whose checksum is wrong."""
    assert found(text) == []
    assert found(f"As said in {text}, the parties agree.") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Phone No. 212-555-0123", "212-555-0123"),
        ("Telephone number: (212) 555-0123", "(212) 555-0123"),
        ("+1 212 555 0123/4", "+1 212 555 0123"),
        ("connect to 203.0.113.7", "203.0.113.7"),
        ("see section 1.2.3.4 on host 203.0.113.7", "203.0.113.7"),
        ("write to _jane@example.com_ now", "_jane@example.com"),
        ("Mail-jane@example.com", "Mail-jane@example.com"),
        ("...jane@example.com", "jane@example.com"),
        ("SSN 123456789", "123456789"),
        ("Social Security Number: 123456789.", "123456789"),
        ("phone: 2127365000", "2127365000"),
        ("call 020 79460958 now", "020 79460958"),
    ],
)
def test_a_word_in_front_tells(text: str, value: str) -> None:
    """Bare digits are what the word before them says."""
    assert [one for _, one in found(text)] == [value]


def test_a_card_ends_where_its_date_begins() -> None:
    """Neither the expiry nor the code behind a number belongs to it."""
    assert found("4111 1111 1111 1111 12/27 123") == [("CREDIT_CARD", "4111 1111 1111 1111")]
    assert found("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF") == [("IBAN", "DE89 3704 0044 0532 0130 00")]


def test_own_patterns_and_overlaps() -> None:
    """A pattern's name is its placeholder; of finds that overlap the longest counts."""
    texts = pl.Series(["M-123456 and x", None, "mail M-123456@example.com"])
    rows = find(texts, Search(["email"], {"matter": "M-[0-9]{6}"})).select("row", "start", "end", "kind").rows()
    assert rows == [(0, 0, 8, "MATTER"), (2, 5, 25, "EMAIL")]


def check_digit(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if luhn(digits + str(last)))


CARDS = st.tuples(
    st.sampled_from(["4", "51", "55", "2221", "6011"]), st.text("0123456789", min_size=15, max_size=15)
).map(lambda pair: check_digit((pair[0] + pair[1])[:15]))
IBANS = st.tuples(st.sampled_from(["DE", "NL", "GB", "FR"]), st.text("0123456789", min_size=33, max_size=33)).map(
    lambda pair: next(
        whole
        for check in range(2, 99)
        if is_iban(whole := f"{pair[0]}{check:02d}{pair[1][: IBAN_LENGTHS[pair[0]] - 4]}")
    )
)
SSNS = st.tuples(st.integers(1, 899).filter(lambda area: area != 666), st.integers(1, 99), st.integers(1, 9999)).map(
    lambda parts: f"{parts[0]:03d}-{parts[1]:02d}-{parts[2]:04d}"
)


@settings(deadline=None)
@given(st.one_of(CARDS, IBANS, SSNS), st.sampled_from([" {} ", "({})", "x {}.", "\n{}\n", "“{}”"]))
def test_whatever_is_valid_is_found(value: str, around: str) -> None:
    """Any number with a right checksum, between spaces or punctuation."""
    assert [one for _, one in found(around.format(value), ["credit_card", "iban", "us_ssn"])] == [value]


@settings(deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzÄÖ .,;()\n'’-", max_size=200))
def test_text_without_digits_and_at_signs_holds_nothing(text: str) -> None:
    """Nothing is found in plain words."""
    assert found(text) == []


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FINDS.items() for value in values])
def test_a_hint_lets_everything_through_that_is_found(kind: str, value: str) -> None:
    """The cheap test is never narrower than the close look."""
    assert any(pl.Series([value]).str.contains(hint).all() for hint in hints(Search([kind.lower()])))


def test_the_last_look_knows_the_templates_own_words() -> None:
    """What the template says is meant; all else that is left is named by row and kind, never by value."""
    lines = pl.Series(
        [
            '{"messages":[{"role":"user","content":"Write to help@example.com"}]}',
            '{"messages":[{"role":"user","content":"Write to jane\\u0040example.com, 123-45-6789"}]}',
            '{"messages":[{"role":"user","content":"nothing"}]}',
        ]
    )
    left = rescan(lines, ["Questions go to help@example.com."], Search(["email", "us_ssn"]))
    assert left.rows() == [(1, "EMAIL"), (1, "US_SSN")]

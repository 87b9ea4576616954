"""A labelled set of personal data and of what only looks like it, drawn by families; what `redact` finds of it."""

from __future__ import annotations

import random
import string
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from prep.personal.find import Search, find
from prep.personal.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS_A_KIND = 240


@dataclass(frozen=True)
class Row:
    """A text, and what stands in it: the kind and the value."""

    text: str
    kind: str
    value: str


AROUND = (
    "Please contact {} without delay.", "{}", "({})", "Kontakt: {}.", "see {}, as agreed", '"{}"', "<td>{}</td>", "{};",
    "The parties exchanged {} on the phone\nand signed later.", "[12:04] agent: {} is what I have", "| ref | {} | open |",
    "Die Angabe {} ist vertraulich.", "L’information {} reste confidentielle.", '{{"note": "{}"}}', "* {}\n* next", "→ {} ←",
)  # fmt: skip
IN_CONTEXT = ("{}", "({})", "Note: {}.", "{}\nnext line", "- {}", "| {} |", "As told: {}; thank you.")


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.digits, k=count))


def luhn(digits: str) -> str:
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if at % 2 == 0 else int(digit) for at, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def grouped(rng: random.Random, text: str, sizes: tuple[int, ...], joins: str = " -\u00a0") -> str:
    join, pieces, at = rng.choice(joins), [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    return join.join(piece for piece in [*pieces, text[at:]] if piece)


def _email(rng: random.Random) -> str:
    local = rng.choice(
        ["jane.doe", "j_smith", "info+tag", "o'neil", "müller", "иван", "x", "first.last-2024", "A1", "d%e"]
    )
    host = rng.choice(
        ["example.com", "sub.example.co.uk", "müller.de", "пример.рф", "a-b.travel", "mail.example.museum", "x1.io"]
    )
    return f"{local}{rng.randint(1, 999) if rng.random() < 0.5 else ''}@{host}"


def _phone(rng: random.Random) -> str:
    import phonenumbers

    form = phonenumbers.PhoneNumberFormat
    region = rng.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
    kind = rng.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    number = phonenumbers.example_number_for_type(region, kind)
    if number is None or rng.random() < 0.4:
        area, rest = rng.choice(["212", "415", "617", "202", "713"]), str(rng.randint(200, 999))
        line = f"{rng.randint(0, 9999):04d}"
        shape = rng.choice(
            [
                "({}) {}-{}",
                "{}-{}-{}",
                "{}.{}.{}",
                "+1 {} {} {}",
                "1-{}-{}-{}",
                "({}){}-{}",
                "+1-{}-{}-{}",
                "{}-{}-{}x123",
            ]
        )
        return shape.format(area, rest, line)
    return phonenumbers.format_number(number, rng.choice([form.INTERNATIONAL, form.E164]))


def iban(rng: random.Random) -> str:
    country, shape = rng.choice(
        [("DE", "n18"), ("GB", "a4n14"), ("FR", "n10c11n2"), ("NL", "a4n10"), ("ES", "n20"), ("IT", "a1n10c12"), ("CH", "n5c12"),
         ("AT", "n16"), ("BE", "n12"), ("PL", "n24"), ("SE", "n20"), ("NO", "n11"), ("PT", "n21"), ("IE", "a4n14"), ("MT", "a4n5c18")]
    )  # fmt: skip
    letters = {"n": string.digits, "a": string.ascii_uppercase, "c": string.digits + string.ascii_uppercase}
    body, count, at = "", "", 0
    while at < len(shape):
        kind, count = shape[at], ""
        at += 1
        while at < len(shape) and shape[at].isdigit():
            count += shape[at]
            at += 1
        body += "".join(rng.choices(letters[kind], k=int(count)))
    value = int("".join(str(int(char, 36)) for char in f"{body}{country}00"))
    whole = f"{country}{98 - value % 97:02d}{body}"
    return whole if rng.random() < 0.5 else grouped(rng, whole, (4,) * (len(whole) // 4), " \u00a0")


def _card(rng: random.Random) -> str:
    prefix, length = rng.choice(
        [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16),
         ("3528", 16), ("36", 14), ("300", 14), ("62", 16), ("4", 13), ("6759", 16), ("5018", 16)]
    )  # fmt: skip
    number = luhn(prefix + digits(rng, length - len(prefix) - 1))
    if length == 16:
        return number if rng.random() < 0.4 else grouped(rng, number, (4, 4, 4, 4))
    return number if length != 15 or rng.random() < 0.5 else grouped(rng, number, (4, 6, 5))


def _ssn(rng: random.Random) -> str:
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return rng.choice("-- \u2011").join([f"{area:03d}", f"{rng.randint(1, 99):02d}", f"{rng.randint(1, 9999):04d}"])


def _itin(rng: random.Random) -> str:
    group = rng.choice([*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)])
    return f"9{digits(rng, 2)}-{group}-{rng.randint(1, 9999):04d}"


def _nino(rng: random.Random) -> str:
    first, second = rng.choice("ABCEGHJKLMNOPRSTWXYZ"), rng.choice("ABCEGHJKLMNPRSTWXYZ")
    while first + second in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
        second = rng.choice("ABCEHJLMPRSTWXY")
    whole = f"{first}{second}{digits(rng, 6)}{rng.choice('ABCD')}"
    return whole if rng.random() < 0.5 else grouped(rng, whole, (2, 2, 2, 2, 1), " ")


def _ip(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return ".".join(str(rng.randint(1, 255)) for _ in range(3)) + f".{rng.randint(30, 255)}"
    groups = [f"{rng.randrange(0x1000, 0x10000):x}" for _ in range(8)]
    return ":".join(groups) if rng.random() < 0.5 else f"{groups[0]}:{groups[1]}::{groups[2]}:{groups[3]}"


def _mac(rng: random.Random) -> str:
    pairs = [f"{rng.randrange(256):02x}" for _ in range(5)] + [rng.choice("abcdef") + rng.choice("0123456789")]
    whole = (
        rng.choice(":-").join(pairs)
        if rng.random() < 0.8
        else ".".join("".join(pairs[at : at + 2]) for at in (0, 2, 4))
    )
    return whole if rng.random() < 0.5 else whole.upper()


def word(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


_ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def _jwt(rng: random.Random) -> str:
    header = b'{"alg":"%s","typ":"JWT"}' % rng.choice([b"HS256", b"RS256", b"ES384"])
    body = f'{{"sub":"{digits(rng, 10)}","iat":{rng.randint(10**9, 2 * 10**9)}}}'.encode()
    pieces = [urlsafe_b64encode(part).decode().rstrip("=") for part in (header, body, rng.randbytes(32))]
    return ".".join(pieces)


def _private_key(rng: random.Random) -> str:
    name = rng.choice(
        ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    )
    body = b64encode(rng.randbytes(rng.randint(120, 900))).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {name}-----\n{lines}\n-----END {name}-----"


def _api_key(rng: random.Random) -> str:
    base32 = string.ascii_uppercase + "234567"
    return rng.choice(
        [
            lambda: f"AKIA{word(rng, base32, 16)}", lambda: f"ghp_{word(rng, _ALNUM, 36)}", lambda: f"glpat-{word(rng, _ALNUM, 20)}",
            lambda: f"xoxb-{digits(rng, 12)}-{digits(rng, 12)}-{word(rng, _ALNUM, 24)}", lambda: f"sk_live_{word(rng, _ALNUM, 24)}",
            lambda: f"AIza{word(rng, _ALNUM + '-_', 34)}x", lambda: f"sk-proj-{word(rng, _ALNUM, 48)}", lambda: f"hf_{word(rng, string.ascii_letters, 34)}",
            lambda: f"npm_{word(rng, _ALNUM, 36)}", lambda: f"SG.{word(rng, _ALNUM, 22)}.{word(rng, _ALNUM, 43)}", lambda: f"dop_v1_{word(rng, HEX, 64)}",
            lambda: f"SK{word(rng, HEX, 32)}", lambda: f"shpat_{word(rng, HEX, 32)}", lambda: f"dapi{word(rng, HEX, 32)}",
            lambda: f"{digits(rng, 9)}:AA{word(rng, _ALNUM, 33)}", lambda: f"sk-ant-api03-{word(rng, _ALNUM, 90)}", lambda: f"github_pat_{word(rng, _ALNUM, 70)}",
        ]
    )()  # fmt: skip


def _secret(rng: random.Random) -> tuple[str, str]:
    value = (
        word(rng, string.ascii_lowercase, 6)
        + rng.choice("!#$%&*+")
        + digits(rng, 3)
        + word(rng, string.ascii_uppercase, 2)
    )
    drawn = word(rng, _ALNUM, 31) + "7a"
    return rng.choice(
        [
            (f"password: {value}", value), (f'"password": "{value}"', value), (f"DB_PASSWORD={value}", value), (f"Passwort: {value}", value),
            (f"api_key = {drawn}", drawn), (f"token: {drawn}", drawn), (f'client_secret="{drawn}"', drawn), (f"Authorization: Bearer {drawn}", drawn),
            (f"mot de passe : {value}", value), (f"the password is {value}", value),
        ]
    )  # fmt: skip


def _url(rng: random.Random) -> tuple[str, str]:
    value = f"{rng.choice(['admin', 'svc', 'jane'])}:{word(rng, _ALNUM + '!$%', 10)}"
    return (
        f"{rng.choice(['https', 'postgresql', 'ftp', 'amqp', 'redis'])}://{value}@{rng.choice(['db.example.com', 'db.internal:5432', 'localhost'])}/x",
        value,
    )


def _birth(rng: random.Random) -> tuple[str, str]:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1930, 2010)
    english = "January February March April May June July August September October November December".split()[month - 1]
    german = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()[month - 1]
    value, words = rng.choice(
        [
            (f"{year}-{month:02d}-{day:02d}", "Date of birth: "), (f"{month}/{day}/{year}", "DOB: "), (f"{day} {english} {year}", "born on "),
            (f"{english} {day}, {year}", "was born "), (f"{day:02d}.{month:02d}.{year}", "geboren am "), (f"{day}. {german} {year}", "geb. am "),
            (f"{day:02d}/{month:02d}/{year}", "né le "), (f"{day:02d}/{month:02d}/{year}", "fecha de nacimiento: "), (f"{day:02d}.{month:02d}.{year}", "Geburtsdatum "),
            (f"{day:02d}-{month:02d}-{year}", "geboortedatum: "), (f"{month:02d}/{day:02d}/{year % 100:02d}", "D.O.B. "),
        ]
    )  # fmt: skip
    return words + value, value


PLAIN: dict[str, Callable[[random.Random], str]] = {
    "email": _email, "phone": _phone, "iban": iban, "credit_card": _card, "us_ssn": _ssn, "us_itin": _itin, "uk_nino": _nino,
    "ip_address": _ip, "mac_address": _mac, "jwt": _jwt, "private_key": _private_key, "api_key": _api_key,
}  # fmt: skip
TOLD: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "secret": _secret, "url_credentials": _url, "date_of_birth": _birth,
}  # fmt: skip


def positives(seed: int = 11, rows: int = ROWS_A_KIND) -> Iterator[Row]:
    """Rows with one value each, whole, in many surroundings."""
    rng = random.Random(seed)
    for kind, draw in PLAIN.items():
        for _ in range(rows):
            value = draw(rng)
            yield Row(rng.choice(AROUND).format(value), kind, value)
    for kind, tell in TOLD.items():
        for _ in range(rows):
            words, value = tell(rng)
            yield Row(rng.choice(IN_CONTEXT).format(words), kind, value)


def measure(rows: list[Row]) -> pl.DataFrame:
    """`kind`, `rows`, `found` whole, `wrong` (finds of this kind that are none), recall and precision."""
    kinds = [*PLAIN, *TOLD]
    found = find(pl.Series([row.text for row in rows]), Search(kinds))
    right = dict.fromkeys(kinds, 0)
    wrong = dict.fromkeys(kinds, 0)
    names = {KINDS[name].placeholder: name for name in kinds}
    for at, kind, value in found.select("row", "kind", "value").iter_rows():
        if (names[kind], value) == (rows[at].kind, rows[at].value):
            right[names[kind]] += 1
        else:
            wrong[names[kind]] += 1
    total = {kind: sum(row.kind == kind for row in rows) for kind in kinds}
    return pl.DataFrame(
        [
            (kind, total[kind], right[kind], wrong[kind], right[kind] / total[kind], right[kind] / max(1, right[kind] + wrong[kind]))
            for kind in kinds
        ],
        schema=["kind", "rows", "found", "wrong", "recall", "precision"],
        orient="row",
    )  # fmt: skip


if __name__ == "__main__":
    with pl.Config(tbl_rows=40):
        print(measure(list(positives())))

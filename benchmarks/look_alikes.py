"""What only looks like personal data, by families: dockets, cites, Bates numbers, dates, wrong checksums."""

from __future__ import annotations

import random
import string
from base64 import b64encode
from typing import TYPE_CHECKING

from benchmarks.personal_data import HEX, digits, grouped, iban, luhn, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _wrong_card(rng: random.Random) -> str:
    right = luhn("4" + digits(rng, 14))
    return grouped(rng, right[:-1] + str((int(right[-1]) + rng.randint(1, 9)) % 10), (4, 4, 4, 4))


def _wrong_iban(rng: random.Random) -> str:
    right = iban(rng).replace(" ", "").replace("\u00a0", "")
    return right[:2] + f"{(int(right[2:4]) + rng.randint(1, 60)) % 97:02d}" + right[4:]


NEGATIVES: dict[str, Callable[[random.Random], str]] = {
    "docket": lambda rng: f"No. {rng.randint(1, 99)}-{rng.randint(1, 99999)}",
    "federal docket": lambda rng: f"{rng.randint(1, 9)}:{rng.randint(10, 24)}-cv-{rng.randint(1, 99999):05d}-{word(rng, string.ascii_uppercase, 3)}",
    "u.s. code": lambda rng: f"{rng.randint(1, 54)} U.S.C. § {rng.randint(1, 9999)}({rng.choice('abcd')})",
    "cfr": lambda rng: f"{rng.randint(1, 50)} C.F.R. § {rng.randint(1, 999)}.{rng.randint(1, 999)}",
    "reporter": lambda rng: f"{rng.randint(1, 999)} F.3d {rng.randint(1, 1500)} ({rng.randint(1, 11)}th Cir. {rng.randint(1980, 2024)})",
    "section": lambda rng: f"Section {rng.randint(1, 20)}.{rng.randint(1, 20)}.{rng.randint(1, 20)}.{rng.randint(1, 20)}",
    "bates": lambda rng: f"{word(rng, string.ascii_uppercase, 4)}{rng.randint(1, 9999999):07d}",
    "bates range": lambda rng: f"SMITH-{rng.randint(1, 999999):06d}-{rng.randint(1, 999999):06d}",
    "german docket": lambda rng: f"{rng.choice(['VIII', 'XII', 'I'])} ZR {rng.randint(1, 400)}/{rng.randint(10, 24)}",
    "date": lambda rng: f"{rng.randint(1990, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
    "date of signing": lambda rng: f"signed on {rng.randint(1, 28)}.{rng.randint(1, 12)}.{rng.randint(1990, 2024)}",
    "time": lambda rng: f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}",
    "amount": lambda rng: f"${rng.randint(1, 999)},{rng.randint(0, 999):03d},{rng.randint(0, 999):03d}.{rng.randint(0, 99):02d}",
    "amount with spaces": lambda rng: f"EUR {rng.randint(1, 99)} {rng.randint(0, 999):03d} {rng.randint(0, 999):03d}",
    "card with a wrong digit": _wrong_card,
    "iban with a wrong checksum": _wrong_iban,
    "ssn never assigned": lambda rng: f"{rng.choice(['000', '666'])}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}",
    "ssn without group": lambda rng: f"{rng.randint(100, 665)}-00-{rng.randint(1, 9999):04d}",
    "itin in no group": lambda rng: f"9{digits(rng, 2)}-{rng.choice(['00', '12', '49', '66', '69', '89', '93'])}-{digits(rng, 4)}",
    "nino with a wrong prefix": lambda rng: f"{rng.choice(['DA', 'FA', 'QQ', 'GB', 'TN', 'AO', 'ZZ', 'UB', 'IV'])}{digits(rng, 6)}{rng.choice('ABCD')}",
    "isbn": lambda rng: f"ISBN 978-{rng.randint(0, 9)}-{digits(rng, 2)}-{digits(rng, 6)}-{rng.randint(0, 9)}",
    "uuid": lambda rng: "-".join(word(rng, HEX, size) for size in (8, 4, 4, 4, 12)),
    "commit": lambda rng: f"commit {word(rng, HEX, 40)}",
    "version": lambda rng: f"version {rng.randint(1, 9)}.{rng.randint(0, 20)}.{rng.randint(0, 20)}.{rng.randint(0, 20)}",
    "not an ip": lambda rng: f"{rng.randint(256, 999)}.{rng.randint(0, 255)}.{rng.randint(256, 999)}.{rng.randint(0, 255)}",
    "three groups": lambda rng: f"{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}",
    "five pairs": lambda rng: ":".join(word(rng, "abcdef", 2) for _ in range(5)),
    "mention": lambda rng: f"@{word(rng, string.ascii_lowercase, 8)}",
    "local address": lambda rng: f"{word(rng, string.ascii_lowercase, 5)}@{rng.choice(['localhost', 'host', 'a'])}",
    "invoice": lambda rng: f"INV-{rng.randint(2015, 2024)}-{rng.randint(1, 999999):06d}",
    "order": lambda rng: f"order {digits(rng, 10)}",
    "policy": lambda rng: f"Policy {digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 4)}",
    "patent": lambda rng: f"U.S. Patent No. {rng.randint(4, 11)},{rng.randint(0, 999):03d},{rng.randint(0, 999):03d}",
    "ein": lambda rng: f"EIN {digits(rng, 2)}-{digits(rng, 7)}",
    "zip": lambda rng: f"{digits(rng, 5)}-{digits(rng, 4)}",
    "years": lambda rng: f"{rng.randint(1950, 1999)}-{rng.randint(2000, 2024)}",
    "coordinates": lambda rng: f"{rng.randint(-89, 89)}.{digits(rng, 6)}, {rng.randint(-179, 179)}.{digits(rng, 6)}",
    "password talk": lambda rng: f"the password is {rng.choice(['secret', 'required', 'case-sensitive', 'forgotten', 'invalid'])}",
    "token talk": lambda rng: f"token: {rng.choice(['a word', 'see annex', 'string', 'required', 'none'])}",
    "placeholder secret": lambda rng: f"api_key={rng.choice(['YOUR_API_KEY', '$API_KEY', '${KEY}', '<key>', 'xxxxxxxx', '********'])}",
    "public key": lambda rng: f"-----BEGIN PUBLIC KEY-----\n{b64encode(rng.randbytes(60)).decode()}\n-----END PUBLIC KEY-----",
    "base64": lambda rng: f"data {b64encode(rng.randbytes(36)).decode()}",
    "url": lambda rng: f"https://example.com:8443/{word(rng, string.ascii_lowercase, 6)}?t=10:30",
    "born of": lambda rng: f"a duty born of contract No. {rng.randint(1, 99)}",
    "pi": lambda rng: f"3.{digits(rng, 14)}",
    "scientific": lambda rng: f"{rng.randint(1, 9)}.{digits(rng, 4)}e{rng.randint(10, 99)}",
}  # fmt: skip


def negatives(seed: int = 12, rows: int = 15) -> Iterator[tuple[str, str]]:
    """(family, text) of what only looks like personal data."""
    rng = random.Random(seed)
    for family, draw in NEGATIVES.items():
        for _ in range(rows):
            yield family, rng.choice(("{}", "As said in {}, the parties agree.", "({})", "{}.")).format(draw(rng))

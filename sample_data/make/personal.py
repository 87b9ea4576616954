"""Personal data that is nobody's, its checksums right; and numbers that only look like it."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

# What stands around the value in a clause.
SENTENCES = {
    "email": "Copies go by e-mail to {}.",
    "phone": "In urgent cases the contact is reached at {}.",
    "us_ssn": "The signatory's social security number is {}.",
    "iban": "Payment is made to the account {}.",
    "credit_card": "The deposit is charged to the card {}.",
    "ip_address": "Remote access is allowed from {} only.",
}
LOOK_ALIKES = (
    "The order in Case No. {0}:{1}-cv-{2:05d} stays in force.",
    "This does not limit 42 U.S.C. § 1983, 12 U.S.C. 1831o or 17 CFR 240.10b-5.",
    "Section 10.2.{0}.4 of the Schedule applies.",
    "The documents ABC{2:07d} to ABC{3:07d} are attached.",
    "It replaces the order of 2024-0{0}-1{0} for EUR 12 345 67{0}.",
    "The void card 4111 1111 1111 111{4} is no means of payment.",
    "The account DE8937040044053201300{4} does not exist.",
    "Docket {1}-{2:06d} and § 552(b)({0}) are to be read together.",
)


def make(kind: str, rng: Random, people: list[str]) -> str:
    """A value of `kind`, as people write it."""
    return str(globals()[f"_{kind}"](rng, people) if kind == "email" else globals()[f"_{kind}"](rng))


def look_alike(number: int, rng: Random) -> str:
    """A sentence with numbers that are no personal data."""
    first = rng.randrange(10_000, 90_000)
    digit = rng.choice((0, 2, 3, 4, 5, 6, 7, 8, 9)) if "card" in LOOK_ALIKES[number] else rng.randrange(1, 10)
    return LOOK_ALIKES[number].format(rng.randrange(1, 9), rng.randrange(10, 26), first, first + 12, digit)


def _email(rng: Random, people: list[str]) -> str:
    plain = [name for name in people if name.isascii()]
    words = rng.choice(plain).lower().replace(".", "").split()
    return f"{words[0]}.{words[-1]}{rng.randrange(100, 1000)}@{rng.choice(('ledgerworks', 'northquay', 'millrace'))}-example.com"


def _phone(rng: Random) -> str:
    area = rng.choice(("212", "312", "415", "617", "713", "206"))
    shape = rng.choice(("({}) {}-{}", "{}-{}-{}", "+1 {} {} {}"))
    return shape.format(area, f"{rng.choice('234678')}{rng.randrange(20, 100)}", f"{rng.randrange(10000):04d}")


def _us_ssn(rng: Random) -> str:
    return f"{rng.randrange(100, 600)}-{rng.randrange(1, 100):02d}-{rng.randrange(1, 10000):04d}"


def _iban(rng: Random) -> str:
    account = "".join(rng.choice(string.digits) for _ in range(18))
    check = 98 - int(f"{account}131400") % 97  # DE00 behind the account, D as 13 and E as 14
    plain = f"DE{check:02d}{account}"
    return plain if rng.random() < 0.5 else " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _credit_card(rng: Random) -> str:
    first = rng.choice(("4539", "5301", "4716", "5425"))
    digits = first + "".join(rng.choice(string.digits) for _ in range(11))
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    plain = digits + str(-total % 10)
    return plain if rng.random() < 0.5 else " ".join(plain[at : at + 4] for at in range(0, 16, 4))


def _ip_address(rng: Random) -> str:
    return f"{rng.choice((10, 172, 192, 81))}.{rng.randrange(16, 250)}.{rng.randrange(1, 250)}.{rng.randrange(40, 250)}"

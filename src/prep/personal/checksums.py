"""Checks that a number is what it looks like: Luhn, IBAN's mod 97, ranges of card and social security numbers."""

from __future__ import annotations

# Length of an IBAN by country. Source: SWIFT IBAN registry, release 99.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
# First digits of card numbers (lowest, highest) and how long those numbers are. Source: ISO/IEC 7812 issuers' ranges.
CARDS = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)), (2221, 2720, (16,)),  # Mastercard
    (34, 34, (15,)), (37, 37, (15,)),  # American Express
    (300, 305, (14, 16)), (309, 309, (14, 16)), (36, 36, (14, 16)), (38, 39, (14, 16)),  # Diners Club
    (6011, 6011, (16, 19)), (644, 649, (16, 19)), (65, 65, (16, 19)),  # Discover
    (35, 35, (16,)), (3528, 3589, (16, 19)), (2131, 2131, (15,)), (1800, 1800, (15,)),  # JCB
    (1, 1, (15,)),  # UATP
    (62, 62, (16, 17, 18, 19)), (81, 81, (16,)),  # UnionPay, RuPay
    (2200, 2204, (16, 17, 18, 19)),  # Mir
    *((low, high, tuple(range(12, 20))) for low, high in (
        (5018, 5018), (5019, 5020), (5038, 5038), (5612, 5893), (6304, 6304), (6390, 6390), (6331, 6334), (6759, 6759),
        (6761, 6771),
    )),  # Maestro
)  # fmt: skip
# Printed in advertisements: withdrawn by the SSA.
_VOID_SSN = ("078051120", "219099999")


def luhn(digits: str) -> bool:
    """Whether the digits end in their Luhn check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether the digits are a card number: an issuer's range and length, and the Luhn check digit."""
    if len(set(digits)) == 1 or not luhn(digits):
        return False
    return any(low <= int(digits[: len(str(low))]) <= high and len(digits) in lengths for low, high, lengths in CARDS)


def is_iban(text: str) -> bool:
    """Whether `text` (capitals and digits, no spaces) is an IBAN: the country's length, and ISO 7064 mod 97-10."""
    if len(text) != IBAN_LENGTHS.get(text[:2]):
        return False
    moved = text[4:] + text[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def is_us_ssn(digits: str) -> bool:
    """Whether nine digits may be a US social security number. Source: SSA, numbers never assigned."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if digits in _VOID_SSN or len(set(digits)) == 1:
        return False
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_us_itin(digits: str) -> bool:
    """Whether nine digits may be a US taxpayer identification number. Source: IRS, groups in use."""
    group = int(digits[3:5])
    if digits[:8] == "98765432":  # printed in advertisements
        return False
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)


def is_uk_nino(plain: str) -> bool:
    """Whether two letters, six digits and a letter are a UK national insurance number. Source: HMRC, NIM39110."""
    first, second = plain[0], plain[1]
    if first in "DFIQUV" or second in "DFIOQUV":
        return False
    return plain[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")

"""Secrets: private keys, signed tokens, keys of cloud services by their published shapes, passwords by context."""

from __future__ import annotations

import binascii
import json
import math
import re
from base64 import urlsafe_b64decode
from collections import Counter
from typing import TYPE_CHECKING

from prep.personal.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

_PEM = r"(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?"
_PRIVATE_KEY = re.compile(
    rf"-----BEGIN {_PEM}-----(?:[A-Za-z0-9+/=\s:,.()-]|\\n|\\r)*?-----END {_PEM}-----"
    rf"|-----BEGIN {_PEM}-----(?:\s|\\n|\\r|[A-Za-z-]+: [^\n]*\n)*(?:[A-Za-z0-9+/=]{{16,}}(?:\s|\\n|\\r)*)+"
)


def _private_keys(window: Window) -> Iterator[Span]:
    for match in _PRIVATE_KEY.finditer(window.text, window.start, window.end):
        yield match.start(), match.start() + len(match[0].rstrip())


_JWT = re.compile(r"(?<![\w-])(eyJ[\w-]{8,})\.(eyJ[\w-]{4,}|[\w-]*)\.[\w-]{4,}(?:\.[\w-]+){0,2}")


def _tokens(window: Window) -> Iterator[Span]:
    for match in _JWT.finditer(window.text, window.start, window.end):
        head = match[1]
        try:
            header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (ValueError, binascii.Error):
            continue
        if isinstance(header, dict) and "alg" in header:
            yield match.span()


# Shapes as the services publish them, or as their own scanners look for them (GitHub's list of supported patterns,
# as of 2025); each begins with letters that nothing else does.
_SHAPES = (
    "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",  # Amazon: access key ids
    "gh[pousr]_[A-Za-z0-9]{36,251}", "github_pat_[A-Za-z0-9_]{36,255}",
    "gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent|oas)-[A-Za-z0-9_-]{20,64}",  # GitLab
    "xox[abeoprs]-[A-Za-z0-9-]{10,250}", "xapp-[0-9]-[A-Za-z0-9-]{20,250}",  # Slack
    "https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,80}",
    "https://(?:ptb\\.|canary\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]{17,20}/[\\w-]{60,72}",
    "(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,247}", "whsec_[A-Za-z0-9+/=]{24,64}",  # Stripe
    "AIza[\\w-]{35}", "GOCSPX-[\\w-]{28}", "ya29\\.[\\w-]{20,250}",  # Google
    "sk-(?:proj|svcacct|admin|None)-[\\w-]{20,250}", "sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}", "sk-[A-Za-z0-9]{48}",
    "sk-ant-[a-z]{2,8}[0-9]{2}-[\\w-]{20,250}", "sk-or-v1-[0-9a-f]{64}",  # Anthropic, OpenRouter
    "hf_[A-Za-z]{34}", "gsk_[A-Za-z0-9]{52}", "xai-[A-Za-z0-9]{70,100}", "pplx-[A-Za-z0-9]{40,60}", "r8_[\\w-]{37}",
    "npm_[A-Za-z0-9]{36}", "pypi-[\\w-]{50,250}", "rubygems_[0-9a-f]{48}", "dckr_(?:pat|oat)_[\\w-]{27,36}",
    "SG\\.[\\w-]{22}\\.[\\w-]{43}", "SK[0-9a-f]{32}", "key-[0-9a-f]{32}",
    "xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}",  # SendGrid, Twilio, Mailgun, Brevo
    "[0-9]{8,10}:AA[\\w-]{33}",  # Telegram
    "do[opr]_v1_[0-9a-f]{64}", "shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}", "sq0(?:atp|csp|idp)-[\\w-]{22,43}",
    "dapi[0-9a-f]{32}(?:-[0-9])?", "ATATT3[\\w=-]{60,250}", "lin_(?:api|oauth)_[A-Za-z0-9]{32,64}", "ntn_[A-Za-z0-9]{43,50}",
    "PMAK-[0-9a-f]{24}-[0-9a-f]{34}", "glsa_[A-Za-z0-9]{32}_[0-9A-Fa-f]{8}", "glc_[A-Za-z0-9+/=]{32,250}",
    "NRAK-[A-Z0-9]{27}", "NRII-[\\w-]{32}", "HRKU-[\\w-]{36,64}", "hv[sbr]\\.[\\w-]{24,250}", "figd_[\\w-]{40,50}",
    "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{40,60}", "AGE-SECRET-KEY-1[A-Z0-9]{58}", "sbp_[0-9a-f]{40}",
    "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}", "pul-[0-9a-f]{40}", "sntry[su]_[\\w=/+-]{60,250}", "phc_[A-Za-z0-9]{43}",
    "EAA[A-Za-z0-9]{80,250}", "tfp_[\\w-]{40,64}", "ops_eyJ[\\w-]{100,}", "FLWSECK_TEST-[0-9a-fA-F]{32}-X",
    "[\\w~.-]{3}[0-9]Q~[\\w~.-]{31,34}",  # Microsoft Entra: client secrets
    "AccountKey=[A-Za-z0-9+/]{86}==", "SharedAccessKey=[A-Za-z0-9+/]{43}=", "SharedAccessSignature sr=[^\\s&]+&sig=[^\\s&]+",
)  # fmt: skip
_API_KEY = re.compile(rf"(?<![A-Za-z0-9_/+-])(?:{'|'.join(_SHAPES)})(?![A-Za-z0-9_])")


def _api_keys(window: Window) -> Iterator[Span]:
    for match in _API_KEY.finditer(window.text, window.start, window.end):
        value = match.start() + (
            match[0].index("=") + 1 if match[0].startswith(("AccountKey", "SharedAccessKey")) else 0
        )
        yield value, match.end()


_NAME = (
    r"pass(?:word|wd|phrase|code)?|pwd|kennwort|passwort|mot\s+de\s+passe|contraseña|secret|token|api[_ -]?key|apikey|"
    r"access[_ -]?key|secret[_ -]?key|client[_ -]?secret|auth[_ -]?token|private[_ -]?key|encryption[_ -]?key|"
    r"signing[_ -]?key|account[_ -]?key|credentials?|connection[_ -]?string"
)
_SECRET = re.compile(
    rf"(?<![A-Za-z])(?P<name>(?:[A-Za-z0-9]+[_.-])*(?:{_NAME}))[\"'`]?\s{{0,3}}(?P<says>:=|=>|[:=]|\bis\b|\blautet\b)\s{{0,3}}"
    r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`<>{}\[\],;]{6,500})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?i:\b(?:authorization:\s*)?(?:bearer|basic)\s+)(?P<value>[A-Za-z0-9+/=_.~-]{16,2000})")
_PASSWORD = re.compile(r"pass|pwd|kennwort|contraseña", re.IGNORECASE)
# What only stands for a secret.
_EMPTY = re.compile(
    r"(?i)^[*x.•_-]+$|^(?:change|your|example|placeholder|insert|enter|none|null|true|false|undefined|required|redacted|"
    r"process\.env|os\.environ|env[.:(]|\$)|^\$?\(|^%[A-Z_]+%?$|^https?://|^[\w.]+\(.*|.*\.\.\."
)


def _secrets(window: Window) -> Iterator[Span]:
    for match in _SECRET.finditer(window.text, window.start, window.end):
        value = match["value"].rstrip(".,:;!?)")
        if _is_secret(value, password=_PASSWORD.search(match["name"]) is not None, quoted=bool(match["quote"])):
            yield match.start("value"), match.start("value") + len(value)
    for match in _BEARER.finditer(window.text, window.start, window.end):
        value = match["value"].rstrip(".")
        if _is_secret(value, password=False, quoted=False):
            yield match.start("value"), match.start("value") + len(value)


def _is_secret(value: str, *, password: bool, quoted: bool) -> bool:
    """Whether what is called a secret looks drawn at random: digits or signs among letters, and few that repeat."""
    if _EMPTY.match(value):
        return False
    kinds = sum(any(test(letter) for letter in value) for test in (str.islower, str.isupper, str.isdigit))
    signs = any(not letter.isalnum() and letter not in "._-/" for letter in value)
    if password and (kinds + signs >= 2 and (any(letter.isdigit() for letter in value) or signs)):
        return True
    if password and quoted and value.isalnum():
        return True
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return len(value) >= 16 and any(letter.isdigit() for letter in value) and kinds >= 2 and entropy >= 3.0


_GATE_NAME = (
    r"pass(?:word|wd|phrase|code)?|pwd|kennwort|passwort|de[ \n]passe|contrase|secret|token|key|credentials?|string"
)
# Literals alone, and few of them each: then all are looked for at once. Shapes without one are found by context.
_PREFIXES = (
    r"AKIA|ASIA|ABIA|ACCA|ghp_|gho_|ghu_|ghs_|ghr_|_pat_|_oat_|glpat-|glptt-|gldt-|glrt-|glcbt-|glsoat-|glft-|glimt-|glagent-|gloas-"
    r"|xox|xapp-|hooks\.slack|/webhooks/|_live_|_test_|whsec_|AIza|GOCSPX-|ya29\.|sk-|hf_|gsk_|xai-|pplx-",
    r"npm_|pypi-|rubygems_|SG\.|key-|xkeysib-|:AA|_v1_|shpat_|shpca_|shppa_|shpss_|shptka_|sq0|dapi|ATATT3|lin_|ntn_|PMAK-|glsa_|glc_"
    r"|NRAK-|NRII-|HRKU-|r8_|ops_eyJ",
    r"hvs\.|hvb\.|hvr\.|figd_|dp\.pt|dp\.st|dp\.ct|dp\.sa|dp\.audit|AGE-SECRET|sbp_|\.atlasv1|pul-|sntry|phc_|EAA|tfp_|FLWSECK|"
    r"AccountKey|SharedAccess",
    r"SK[0-9a-f]{32}",
    r"[0-9]Q~",
)
KINDS = (
    Kind(
        "private_key",
        "private keys in PEM or PGP armour, whole or cut off",
        ("-----BEGIN",),
        "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE",
        _private_keys,
        reach=8_000,
    ),
    Kind(
        "jwt",
        "JSON web tokens, signed or encrypted, whose header can be read",
        ("eyJ",),
        "eyJ[A-Za-z0-9_-]{8}",
        _tokens,
        reach=2_000,
    ),
    Kind(
        "api_key",
        "keys and tokens of cloud services, registries, chat and payment services by their published shapes",
        _PREFIXES,
        "|".join(_PREFIXES),
        _api_keys,
        reach=400,
    ),
    Kind(
        "secret",
        "passwords, tokens and keys by the word before them (`password: ...`, `Bearer ...`) that look drawn at random",
        (
            r"(?:assword|ASSWORD|asswd|ASSWD|assphrase|asscode|pwd|PWD|Pwd|ennwort|ENNWORT|asswort|ASSWORT|de passe|de\npasse|contrase|"
            r"Contrase|ecret|ECRET|oken|OKEN|key|KEY|Key|redential|REDENTIAL|tring|STRING|pass|PASS|Pass)"
            r"[a-z\x{f1}]{0,2}\\?[\x22'`]?(?:[ \t\n]|\\[nt]){0,3}(?:[:=]|is[ \n]|lautet)"
            r"|(?:earer|EARER|asic|ASIC) [A-Za-z0-9+/=_.~-]{16}",
        ),
        rf"(?i-u:{_GATE_NAME})\\?[\x22'`]?(?:[ \t\n]|\\[nt]){{0,3}}(?:[:=]|is[ \n]|lautet)|(?i-u:bearer|basic) [A-Za-z0-9+/=_.~-]{{16}}",
        _secrets,
        reach=800,
    ),
)

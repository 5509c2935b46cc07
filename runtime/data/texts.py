"""Texts that follow a rule: addresses, numbers of telephones, currencies, and patterns of users.

None of the checks backtracks: they are loops, character classes without nesting, and for patterns
that users write the linear-time engine behind JSON Schema's ``pattern``. SPEC: section DA.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import jsonschema_rs

from runtime.limits import PATTERN_BYTES_MAX

__all__ = ["RULES", "Pattern", "compile_pattern", "is_address", "is_email"]

_EMAIL_CHARACTERS_MAX: Final = 254
_LOCAL_CHARACTERS_MAX: Final = 64
_LABEL_CHARACTERS_MAX: Final = 63
_ATOM: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"
)
_QUOTED: Final = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"')
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_LITERAL: Final = re.compile(r"\[[0-9A-Fa-f:.]{2,45}\]|\[IPv6:[0-9A-Fa-f:.]{2,45}\]")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# Schemes that run something where they are shown as a link are none that data may hold.
_UNSAFE: Final = frozenset({"javascript", "data", "vbscript", "blob", "file"})
_URI: Final = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_TELEPHONE: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_CURRENCIES: Final = frozenset(
    # One text keeps the list on a screen.
    re.findall(
        "[A-Z]+",
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD "
        "BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD "
        "EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD "
        "IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
        "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
        "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
        "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES "
        "VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER "
        "ZAR ZMW ZWG ",
    )
)


def is_email(text: str, *, is_strict: bool) -> bool:
    """Return whether *text* is an addr-spec without comments; if strict, of ASCII alone.

    Source: RFC 5322, section 3.4.1; without strictness the letters of RFC 6532 too.
    """
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _EMAIL_CHARACTERS_MAX or len(local) > _LOCAL_CHARACTERS_MAX:
        return False
    if is_strict and not text.isascii():
        return False
    if not _QUOTED.fullmatch(local) and not all(map(_is_atom, local.split("."))):
        return False
    return bool(_LITERAL.fullmatch(domain)) or _is_host(domain)


def is_address(text: str, *, is_strict: bool) -> bool:
    """Return whether *text* is an absolute address; if strict, of RFC 3986's characters alone.

    Schemes that execute what follows (``javascript:``, ``data:``, …) are refused.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or not _SCHEME.fullmatch(scheme) or scheme.lower() in _UNSAFE:
        return False
    try:
        parts = urlsplit(text)
        # Only asking for it finds out that a port is none.
        has_host = bool(parts.hostname) and (parts.port is None or parts.port >= 0)
    except ValueError:
        return False
    if parts.scheme in ("http", "https") and not has_host:
        return False
    if is_strict:
        return bool(_URI.fullmatch(text))
    return all(
        (letter.isprintable() and not letter.isspace() and letter not in '<>"{}|\\^`')
        for letter in text
    )


def _is_atom(part: str) -> bool:
    return bool(part) and all(
        letter in _ATOM or (letter > "\x7f" and letter.isprintable() and not letter.isspace())
        for letter in part
    )


def _is_host(domain: str) -> bool:
    labels = domain.split(".")
    return all(
        len(label) <= _LABEL_CHARACTERS_MAX
        and (bool(_LABEL.fullmatch(label)) or (not label.isascii() and label.isalnum()))
        for label in labels
    )


# By the name of a rule: whether a text follows it, and how to go on after "must be".
RULES: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "RFC5322": (
        lambda text: is_email(text, is_strict=True),
        "an e-mail address such as anna@example.com",
    ),
    "RFC3986": (
        lambda text: is_address(text, is_strict=True),
        "an address such as https://example.com/path",
    ),
    "E164": (
        lambda text: bool(_TELEPHONE.fullmatch(text)),
        "a telephone number with its country code such as +4930123456",
    ),
    "ISO4217": (lambda text: text in _CURRENCIES, "a currency's code such as EUR"),
}


class Pattern:
    """A pattern that a user wrote, as JSON Schema understands it: found anywhere in a text."""

    def __init__(self, source: str) -> None:
        # No look-around and no back-references: that is what makes matching linear.
        options = jsonschema_rs.RegexOptions(
            size_limit=PATTERN_BYTES_MAX, dfa_size_limit=PATTERN_BYTES_MAX
        )
        self._validator = jsonschema_rs.validator_for(
            {"type": "string", "pattern": source}, pattern_options=options
        )

    def matches(self, text: str) -> bool:
        """Return whether the pattern is in *text*, in time linear in its length."""
        return self._validator.is_valid(text)


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Pattern | None:
    """Return the pattern of *source*, or None if it is none that linear time allows."""
    try:
        return Pattern(source)
    except (jsonschema_rs.ValidationError, ValueError):
        return None

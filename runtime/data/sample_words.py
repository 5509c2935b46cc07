"""Words that sample data is made of. SPEC: section DA. Called by ``sample_values``.

Names from several places, since an application that has only seen ASCII has not been tried out.
"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = [
    "CITIES",
    "COLORS",
    "COMPANIES",
    "COUNTRIES",
    "FAMILY_NAMES",
    "GIVEN_NAMES",
    "PRODUCTS",
    "SENTENCES",
    "STREETS",
    "TOPICS",
    "ascii_word",
]

GIVEN_NAMES: Final = (
    *("Anna", "Jürgen", "Zoë", "Mehmet", "Łukasz", "Chloé", "Søren", "Ngọc", "Björn", "Inés"),
    *("David", "Françoise", "Katarína", "Omar", "Aiko", "Priya", "Maja", "Iñaki", "Ruth", "Håkon"),
)
FAMILY_NAMES: Final = (
    *("Groß", "Müller", "Yılmaz", "Nowak", "García", "Sørensen", "Nguyễn", "Åberg", "O'Brien"),
    *("Weiß", "Dvořák", "Tanaka", "Öztürk", "Lefèvre", "Rossi", "Kovács", "Haddad", "Jones"),
    *("Čech", "Iyer"),
)
COMPANIES: Final = (
    *("Bäckerei Groß", "Nordlicht GmbH", "日本商事", "Café Zoë", "Łódź Tools", "Öresund AB"),
    *("Straßenbau Weiß", "Blue Harbour Ltd", "Société Lefèvre", "Kovács és Fia", "Fjord Foods"),
)
PRODUCTS: Final = (
    *("Türgriff", "Espresso-Maschine", "緑茶 100 g", "Wool scarf", "Schraubensatz", "Crème brûlée"),
    *(
        "Desk lamp",
        "Fahrradschlauch",
        "Teekanne Größe M",
        "Notebook A5",
        "Rucksack",
        "Jalapeño jam",
    ),
    *("Standing desk", "Gießkanne", "Mug “Zürich”", "Headphones"),
)
CITIES: Final = (
    *("Köln", "Zürich", "Łódź", "東京", "São Paulo", "Malmö", "Gießen", "Dublin", "İzmir", "Nîmes"),
)
COUNTRIES: Final = ("DE", "CH", "PL", "JP", "BR", "SE", "AT", "IE", "TR", "FR")
STREETS: Final = ("Hauptstraße", "Rue de l’Église", "Am Mühlbach", "High Street", "Ünterer Weg")
COLORS: Final = ("red", "blue", "green", "grün", "anthracite", "white", "gold")
TOPICS: Final = (
    *("Prepare the offer", "Größe prüfen", "Call back", "在庫を確認", "Plan the visit", "Réviser"),
    *("Update the figures", "Fehler beheben", "Order spare parts", "Review the draft"),
)
SENTENCES: Final = (
    "Please ring twice.",
    "Lieferung an die Rückseite des Gebäudes.",
    "午前中に配達してください。",
    "As discussed on the phone.",
    "Rechnung bitte per E-Mail schicken.",
    "Fragile: this side up ↑",
)

_LETTERS: Final = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Ä": "ae",
        "Ö": "oe",
        "Ü": "ue",
        "ø": "o",
        "ł": "l",
        "Ł": "l",
        "å": "a",
        "Å": "a",
        "ı": "i",
        "Č": "c",
        "č": "c",
    }
)


def ascii_word(text: str) -> str:
    """Return *text* in the letters that an address may have."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())

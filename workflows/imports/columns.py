"""What a column of an unknown file may be: by what it is called, and by what stands in it."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from workflows.imports.dates import read_day
from workflows.imports.fields import CURRENCIES, Rules, fold
from workflows.imports.mapping import plain
from workflows.imports.shapes import AMAZON, NETSUITE, REDTAG, WOO_ROWS
from workflows.money import NO_CURRENCY, is_currency
from workflows.values import Stage

# What people elsewhere call the fields, beside what the presets know.
ALSO: Final[Mapping[str, str]] = {
    "number": "order|order nr|order no|sales order|sales order number|so number|auftrag|auftragsnummer|auftragsnr"
    "|auftrags nr|bestellnummer|commande|numero de commande|no commande|pedido|numero de pedido|ordine|numero ordine",
    "customer": "client|account|account name|buyer|sold to|kunde|kundenname|cliente|nom du client|company",
    "customer_email": "e mail|mail|contact email|email address|customer e mail|courriel|correo",
    "currency": "curr|ccy|waehrung|wahrung|devise|moneda|valuta",
    "total": "order value|grand total|order amount|gesamtbetrag|auftragswert|total ttc|importe total|total order value",
    "ship_by": "due|due by|due date|delivery date|required date|requested date|need by|need by date|promised date"
    "|dispatch by|liefertermin|lieferdatum|wunschtermin|date de livraison|fecha de entrega|data di consegna",
    "line": "pos|position|line item|order line|pos nr|positionsnummer|zeile|ligne|linea|riga",
    "key": "position id|line key|order line id",
    "sku": "item code|item number|item no|article|article no|article number|part|part number|part no|product code"
    "|product id|material|material number|stock code|artikel|artikelnummer|artikelnr|artikel nr|code article"
    "|reference|codigo|articulo|articolo|codice articolo",
    "description": "product|product description|article description|desc|bezeichnung|beschreibung|artikelbezeichnung"
    "|designation|descripcion|descrizione",
    "ordered": "qty ordered|order qty|order quantity|ordered|ordered qty|units|units ordered|pieces|pcs|menge|anzahl"
    "|bestellmenge|auftragsmenge|quantite|qte|cantidad|quantita",
    "unit_price": "price each|price per unit|net price|unit cost|einzelpreis|preis|stuckpreis|stueckpreis"
    "|prix unitaire|prix|precio|precio unitario|prezzo",
    "line_total": "line total|line amount|line value|extended price|extended amount|net amount|net value|positionswert"
    "|betrag|montant|importe|importo",
    "status": "state|line status|order state|line state|item status|auftragsstatus|statut|etat|estado|stato"
    "|fulfilment status|fulfillment status",
    "cancelled": "cancelled qty|qty cancelled|canceled qty|cancelled units|storniert|stornierte menge",
    "picked": "picked qty|qty picked|picked|picked units|kommissioniert",
    "packed": "packed qty|qty packed|packed|packed units|verpackt",
    "shipped": "shipped qty|qty shipped|shipped|shipped units|qty delivered|delivered qty|geliefert|gelieferte menge",
    "to_ship": "open qty|qty open|open quantity|remaining|remaining qty|qty remaining|offene menge|backorder qty",
    "cancelled_at": "cancelled at|canceled at|cancelled on|cancel date|cancelled date|storniert am",
}
# What one source calls the article, and all others its description.
ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {"sku": frozenset({"item name"})}
KNOWN_NAMES: Final[Mapping[str, frozenset[str]]] = {
    field: frozenset(
        [
            *names.split("|"),
            *(name for shape in (REDTAG, AMAZON, NETSUITE, WOO_ROWS) for name in shape.columns.get(field, ())),
        ]
    )
    - ELSEWHERE.get(field, frozenset())
    for field, names in ALSO.items()
}
# Names that say too little: which of two fields they mean depends on who wrote the file.
VAGUE: Final = frozenset(
    [
        "total",
        "amount",
        "value",
        "number",
        "name",
        "item",
        "id",
        "reference",
        "date",
        "product",
        "betrag",
        "montant",
        "importe",
    ]
)
VAGUE_AT_MOST: Final = 0.7
BY_CONTENT: Final = 0.75  # sure enough to propose, not sure enough not to ask

# Stage words that mean one thing wherever they are used.
COMMON_WORDS: Final[Mapping[str, Stage]] = {
    **dict.fromkeys(
        ("new", "pending", "processing", "in process", "in progress", "confirmed", "accepted", "entered", "booked",
         "unfulfilled", "unshipped", "on hold", "backordered", "backorder", "offen", "neu", "in arbeit", "en cours",
         "nouveau", "pendiente", "nuevo"), Stage.OPEN),
    **dict.fromkeys(("reserved", "reserviert"), Stage.ALLOCATED),
    **dict.fromkeys(("kommissioniert",), Stage.PICKED),
    **dict.fromkeys(("verpackt",), Stage.PACKED),
    **dict.fromkeys(("dispatched", "sent", "fulfilled", "versendet", "versandt", "verschickt", "expédié", "enviado",
                     "spedito"), Stage.SHIPPED),
    **dict.fromkeys(("zugestellt", "livré", "entregado"), Stage.DELIVERED),
    **dict.fromkeys(("canceled", "void", "voided", "storniert", "annulé", "cancelado", "annullato"), Stage.CANCELLED),
}  # fmt: skip

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNT: Final = re.compile(r"[0-9]{1,9}(?:[.,]0+)?|[0-9]{1,3}(?:[.,' ][0-9]{3})+")
MONEY: Final = re.compile(r"[-(]?\s?(?:[$€£¥]|[A-Z]{3})?\s?[0-9][0-9.,'’ \u00a0\u202f]*\s?(?:[$€£¥]|[A-Z]{3})?\)?")


def likeness(title: str, field: str) -> float:
    """How much this title is a name of the field, from 0 to 1."""
    words = unaccented(plain(title))
    best = max(_alike(words, name) for name in KNOWN_NAMES[field])
    return min(best, VAGUE_AT_MOST) if words in VAGUE else best


@lru_cache(maxsize=8192)
def _alike(title: str, name: str) -> float:
    if title.replace(" ", "") == name.replace(" ", ""):
        return 1.0
    said, known = title.split(), name.split()
    if set(known) <= set(said):
        return 0.5 + 0.4 * len(known) / len(said)
    ratio = SequenceMatcher(None, title, name).ratio()
    return 0.9 * ratio if ratio >= 0.75 else 0.0


def unaccented(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))


def fitness(samples: Sequence[str], field: str, rules: Rules) -> float:
    """The share of these cells that could be a value of the field. A column without any says nothing: a half."""
    fits = FITS.get(field)
    if not samples or fits is None:
        return 0.5 if not samples else 1.0
    found = sum(fits(each, rules) for each in samples) / len(samples)
    return found if field != "status" or len(set(map(fold, samples))) <= max(3, len(samples) // 2) else found / 2


def by_content(samples: Sequence[str], field: str, rules: Rules) -> float:
    """How much the cells alone say that this is the field, whatever the column is called."""
    if not samples or field not in TELLING or (field == "number" and not rules.number_form):
        return 0.0
    return BY_CONTENT if sum(TELLING[field](each, rules) for each in samples) >= 0.9 * len(samples) else 0.0


def is_date(value: str, _rules: Rules | None = None) -> bool:
    return any(_reads_as_day(value, day_first=first) for first in (True, False))


def _reads_as_day(value: str, *, day_first: bool) -> bool:
    try:
        read_day(value, day_first=day_first)
    except ValueError:
        return False
    return True


def is_count(value: str, _rules: Rules | None = None) -> bool:
    return bool(COUNT.fullmatch(value))


def is_money(value: str, _rules: Rules | None = None) -> bool:
    return bool(MONEY.fullmatch(value)) and not is_date(value)


def _is_number(value: str, rules: Rules) -> bool:
    return any(map(str.isdigit, value)) and not is_date(value) and "@" not in value and rules.number(value) is not None


def _is_email(value: str, _rules: Rules) -> bool:
    return bool(EMAIL.fullmatch(value))


def _is_currency(value: str, _rules: Rules) -> bool:
    return (is_currency(value.upper()) and value.upper() != NO_CURRENCY) or fold(value) in CURRENCIES


def _is_text(value: str, rules: Rules) -> bool:
    return any(map(str.isalpha, value)) and not is_date(value) and not _is_email(value, rules)


def _is_article(value: str, _rules: Rules) -> bool:
    return len(value) <= 60 and not is_date(value) and "@" not in value


def _is_word(value: str, _rules: Rules) -> bool:
    return len(value) <= 60 and any(map(str.isalpha, value)) and not is_date(value)


def _is_known_word(value: str, rules: Rules) -> bool:
    return fold(value) in stage_words(rules)


def stage_words(rules: Rules) -> Mapping[str, Stage]:
    """Words that need no question: ours, the policy's, and those that are the same everywhere."""
    own = {stage.value: stage for stage in Stage}
    theirs = {fold(word): own[fold(ours)] for word, ours in rules.stages.items() if fold(ours) in own}
    return {**COMMON_WORDS, **own, **theirs}


Fits = Callable[[str, Rules], bool]
FITS: Final[Mapping[str, Fits]] = {
    "number": _is_number,
    "customer": _is_text,
    "description": _is_text,
    "customer_email": _is_email,
    "currency": _is_currency,
    **dict.fromkeys(("total", "unit_price", "line_total"), is_money),
    **dict.fromkeys(("ship_by", "cancelled_at"), is_date),
    **dict.fromkeys(("line", "ordered", "cancelled", "picked", "packed", "shipped", "to_ship"), is_count),
    "sku": _is_article,
    "status": _is_word,
}
TELLING: Final[Mapping[str, Fits]] = {
    "number": _is_number,
    "customer_email": _is_email,
    "currency": _is_currency,
    "status": _is_known_word,
}

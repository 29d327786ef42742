"""The sample order files, made the same way every time: `python -m playground.samples` writes them again."""

import csv
import io
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final, TypeVar

from playground.sample_exports import amazon, netsuite, woocommerce
from playground.sample_goods import ARTICLES, CURRENCIES, CUSTOMERS, SHOPIFY_HEADER
from playground.sample_sales import Item, Sale

T = TypeVar("T")

FOLDER: Final = Path(__file__).resolve().parent.parent / "samples"
TODAY: Final = date(2026, 11, 21)
ORDERS: Final = 240
FIRST: Final = 1001

STAGES: Final = (
    *["open"] * 8,
    *["allocated"] * 3,
    *["picked"] * 2,
    *["packed"] * 2,
    *["shipped"] * 4,
    *["delivered"] * 3,
    *["cancelled"] * 2,
    *["partly picked"] * 2,
    *["partly packed"],
    *["partly shipped"] * 3,
    *["partly cancelled"] * 2,
)
GONE: Final = {"shipped", "delivered"}

# Orders that the documentation and the tour of the playground name.
KNOWN: Final = {123: "open", 1042: "partly picked", 1050: "shipped", 1060: "cancelled"}


class Dice:
    """Repeatable chance: only `random()`, whose numbers are the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)  # noqa: S311

    def below(self, count: int) -> int:
        return int(self._source.random() * count)

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]


def sales(seed: int, numbers: Iterable[int]) -> list[Sale]:
    dice = Dice(seed)
    return [_sale(dice, number) for number in numbers]


def _sale(dice: Dice, number: int) -> Sale:
    stage = KNOWN.get(number) or dice.pick(STAGES)
    customer = dice.pick(CUSTOMERS)
    currency, worth, decimals = _currency(number)
    days = -1 - dice.below(14) if stage in GONE else 2 + dice.below(40)
    return Sale(
        number=number,
        customer=customer,
        email=f"buyer{number}@customer.example",
        currency=currency,
        decimals=decimals,
        ship_by=TODAY + timedelta(days=days) if dice.below(12) else None,
        stage=stage,
        items=tuple(_items(dice, 3 if number in KNOWN else 1 + dice.below(5), stage, worth * 10 ** (decimals - 2))),
    )


def _currency(number: int) -> tuple[str, float, int]:
    if number in KNOWN:
        return "USD", 1, 2
    return next(
        ((name, worth, digits) for every, name, worth, digits in CURRENCIES if number % every == 0), ("USD", 1, 2)
    )


def _items(dice: Dice, count: int, stage: str, worth: float) -> Iterator[Item]:
    """One order in three has an article twice, as orders have when a promotion ends halfway through."""
    again = count > 1 and dice.below(3) == 0
    articles = [dice.pick(ARTICLES) for _ in range(count - again)]
    articles += articles[:1] if again else []
    for line, (sku, name, dollars) in enumerate(articles, start=1):
        price = max(round(dollars * worth * (0.9 if again and line == count else 1)), 1)
        quantity = 1 + dice.below(9) + (dice.below(60) if dice.below(6) == 0 else 0)
        yield _staged(Item(line, sku, name, quantity, price, stage), first=line == 1)


def _staged(item: Item, *, first: bool) -> Item:
    """In an order that is partly somewhere, the first line is there by half and the others wait."""
    if not item.stage.startswith("partly "):
        return item
    quantity = item.quantity if item.quantity > 1 else 2
    half = quantity // 2 if first else 0
    step = item.stage.removeprefix("partly ")
    reached = ("picked", "packed", "shipped").index(step) + 1 if step != "cancelled" else 0
    return Item(
        line=item.line,
        sku=item.sku,
        name=item.name,
        quantity=quantity,
        price=item.price,
        stage="open" if not half or step == "cancelled" else "allocated",
        cancelled=half if step == "cancelled" else 0,
        picked=half * (reached >= 1),
        packed=half * (reached >= 2),
        shipped=half * (reached >= 3),
        counted=True,
    )


REDTAG: Final = (
    *("order_number", "customer", "customer_email", "currency", "order_total", "ship_by"),
    *("line", "sku", "description", "quantity", "unit_price", "status"),
    *("quantity_cancelled", "quantity_picked", "quantity_packed", "quantity_shipped"),
)


def redtag() -> Iterator[Sequence[object]]:
    yield REDTAG
    for sale in sales(123, [123, *range(FIRST, FIRST + ORDERS)]):
        head = (f"ORD-{sale.number}", sale.customer, sale.email, sale.currency, sale.money(sale.total), sale.ship_by)
        for item in sale.items:
            counted = (item.cancelled, item.picked, item.packed, item.shipped) if item.counted else ("",) * 4
            price = sale.money(item.price)
            yield (*head, item.line, item.sku, item.name, item.quantity, price, item.stage, *counted)


SHOPIFY: Final = SHOPIFY_HEADER.split(",")
# What Shopify's own words can say: a line is fulfilled, restocked, pending or not mentioned.
LINE_WORDS: Final = {"shipped": "fulfilled", "delivered": "fulfilled", "picked": "pending", "packed": "pending"}


def shopify() -> Iterator[Sequence[object]]:
    yield SHOPIFY
    for sale in sales(79, range(FIRST, FIRST + ORDERS)):
        for place, item in enumerate(sale.items):
            cells = _shopify_line(sale, item, place)
            cells |= _shopify_head(sale) if place == 0 else {}
            yield [cells.get(title, "") for title in SHOPIFY]


def _shopify_line(sale: Sale, item: Item, place: int) -> dict[str, object]:
    return {
        "Name": f"#{sale.number}",
        "Lineitem quantity": item.quantity,
        "Lineitem name": item.name,
        "Lineitem price": sale.money(item.price),
        "Lineitem sku": item.sku,
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": _line_word(sale, place),
        "Lineitem discount": sale.money(0),
        "Vendor": "Acme",
    }


def _line_word(sale: Sale, place: int) -> str:
    """Partly shipped: the first line is. Partly cancelled: it was put back on the shelf."""
    if sale.stage == "partly shipped":
        return "fulfilled" if place == 0 else "unfulfilled"
    if sale.stage == "partly cancelled":
        return "restocked" if place == 0 else "pending"
    if sale.stage == "delivered" and sale.number % 2:
        return ""
    return LINE_WORDS.get(sale.stage, "pending" if sale.number % 3 else "")


def _shopify_head(sale: Sale) -> dict[str, object]:
    created = datetime(2026, 11, 1, 9, tzinfo=timezone(timedelta(hours=-6))) + timedelta(
        minutes=97 * (sale.number % 200)
    )
    written = f"{created:%Y-%m-%d %H:%M:%S %z}"
    order_word = {"shipped": "fulfilled", "delivered": "fulfilled", "partly shipped": "partial"}
    return {
        "Email": sale.email,
        "Financial Status": "refunded" if sale.stage == "cancelled" else "paid",
        "Paid at": written,
        "Fulfillment Status": order_word.get(sale.stage, "unfulfilled"),
        "Fulfilled at": written if sale.stage in GONE else "",
        "Accepts Marketing": "no",
        "Currency": sale.currency,
        "Subtotal": sale.money(sale.total),
        "Shipping": sale.money(0),
        "Taxes": sale.money(0),
        "Total": sale.money(sale.total),
        "Discount Amount": sale.money(0),
        "Shipping Method": "Standard",
        "Created at": written,
        "Billing Name": sale.customer,
        "Billing City": "Springfield",
        "Billing Country": "US",
        "Shipping Name": sale.customer,
        "Notes": "Leave at the back door,\nring twice" if sale.number % 20 == 0 else "",
        "Cancelled at": written if sale.stage == "cancelled" else "",
        "Payment Method": "shopify_payments",
        "Refunded Amount": sale.money(sale.total if sale.stage == "cancelled" else 0),
        "Outstanding Balance": sale.money(0),
        "Id": 5_400_000_000_000 + sale.number,
        "Risk Level": "Low",
        "Source": "web",
    }


def _others() -> list[Sale]:
    return sales(79, range(FIRST, FIRST + ORDERS))


FILES: Final[dict[str, Callable[[], Iterator[Sequence[object]]]]] = {
    "orders-redtag.csv": redtag,
    "orders-shopify.csv": shopify,
    "orders-woocommerce.csv": lambda: woocommerce(_others()),
    "orders-amazon.tsv": lambda: amazon(_others()),
    "orders-netsuite.csv": lambda: netsuite(_others()),
}


def written(name: str) -> str:
    text = io.StringIO(newline="")
    delimiter = "\t" if name.endswith(".tsv") else ","
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(FILES[name]())
    return text.getvalue()


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).write_text(written(name), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()

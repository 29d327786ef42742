"""Order files as a warehouse sends them: the sample's orders, and with them those of a story."""

import csv
import io
import subprocess
import sys
from pathlib import Path

from tests.demo_runs import environment

SAMPLE = Path(__file__).parents[2] / "samples" / "orders-redtag.csv"
STEPS = ("cancelled", "picked", "packed", "shipped")


def row(order, line, sku, description, quantity, unit_price, **moved):
    """One line of an order. `moved`: how many units came to which step."""
    counts = {f"quantity_{step}": moved.get(step, 0) for step in STEPS}
    return {
        "order_number": order,
        "customer": "Harbour & Sons",
        "customer_email": "buyer@harbour.example",
        "currency": "USD",
        "ship_by": "2099-12-01",
        "line": line,
        "sku": sku,
        "description": description,
        "quantity": quantity,
        "unit_price": unit_price,
        **counts,
    }


def bring_in(office, folder, rows):
    """Imports the sample with these rows, as the next file of the same warehouse."""
    path = folder / "next.csv"
    path.write_text(SAMPLE.read_text(encoding="utf-8") + written(rows), encoding="utf-8")
    words = (sys.executable, "-m", "bot", "orders", "import", str(path), "--yes")
    reached = environment(folder, DATABASE_URL=office.url)
    done = subprocess.run(words, env=reached, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 of them refused" in done.stdout


def written(rows):
    """Rows under the sample's header, with the total that their lines come to."""
    with SAMPLE.open(encoding="utf-8", newline="") as found:
        header = next(csv.reader(found))
    totals = {}
    for each in rows:
        value = each["quantity"] * float(each["unit_price"])
        totals[each["order_number"]] = totals.get(each["order_number"], 0) + value
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="")
    writer.writerows([{**each, "order_total": f"{totals[each['order_number']]:.2f}"} for each in rows])
    return text.getvalue()

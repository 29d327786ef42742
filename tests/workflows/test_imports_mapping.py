"""A desk's own files: what is proposed for their columns, what is asked, and how the mapping then reads them."""

import io
from pathlib import Path

import pytest

from tests.workflows.order_files import accepted, line, read, rules, written
from workflows.imports.files import open_orders
from workflows.imports.mapping import BadMapping, ColumnMapping
from workflows.imports.proposal import propose, words_in
from workflows.imports.shapes import FIELDS
from workflows.imports.values import RefusedOrder, UnknownHeader, UnreadableFile
from workflows.values import Stage

PLAIN = {"number": "Ref", "sku": "What", "ordered": "Count"}


def table(text):
    return "\n".join(";".join(cell.strip() for cell in row.split("|")) for row in text.strip().splitlines()).encode()


def opened(data, **how):
    return open_orders(io.BytesIO(data), "erp.csv", rules(), **how)


def unknown(data):
    with pytest.raises(UnknownHeader) as found:
        opened(data)
    return found.value


def proposed(data, answers=None, doubted=(), **stages):
    found = unknown(data)
    return propose(found.header, found.samples, rules(**stages), answers, doubted)


def fields(proposal):
    return {each.field: proposal.header[each.place] for each in proposal.suggestions}


def asked(proposal):
    return [question.key for question in proposal.unsure]


def mapping(columns=PLAIN, **more):
    return ColumnMapping(name="erp", columns=columns, **more)


GERMAN = table("""
    Auftragsnr | Kunde  | Artikelnr | Bezeichnung | Menge | Einzelpreis | Liefertermin | Status        | Sachbearbeiter
    ORD-1      | Müller | LMP-1     | Lampe       | 5     | 1.234,50    | 03.04.2026   | In Arbeit     | Eva
    ORD-2      | Meier  | LMP-2     | Stuhl       | 2     | 12,50       | 05.04.2026   | Versandbereit | Jo
""")
ENGLISH = table("""
    Sales Order | Account | Item Code | Qty Ordered | Price Each | Need by  | State     | Desk
    1001        | Acme    | A-1       | 5           | $10.00     | 3/4/2026 | shipped   | 7
    1002        | Beta    | A-2       | 7           | $11.50     | 3/5/2026 | Cancelled | 7
""")
STRANGE = table("""
    Ref  | Who  | What  | How many | Mailbox       | Cur
    1001 | Acme | Lamp  | 5        | a@acme.example | EUR
    1002 | Beta | Chair | 2        | b@beta.example | EUR
""")


class TestProposing:
    def test_columns_are_known_by_what_they_are_called_also_elsewhere(self):
        assert fields(proposed(GERMAN)) == {
            "number": "Auftragsnr",
            "sku": "Artikelnr",
            "ordered": "Menge",
            "status": "Status",
            "customer": "Kunde",
            "unit_price": "Einzelpreis",
            "ship_by": "Liefertermin",
            "description": "Bezeichnung",
        }

    def test_only_what_cannot_be_told_is_asked(self):
        found = proposed(GERMAN)
        assert asked(found) == ["word.versandbereit", "currency"]
        assert (found.words, found.decimal) == ({"in arbeit": Stage.OPEN}, ",")

    def test_of_two_columns_that_are_called_just_so_neither_is_taken(self):
        found = proposed(table("""
            Order ID | Item Name | SKU | Qty | Client | Buyer | Price | Cur
            1001     | Lamp      | L-1 | 5   | Acme   | Eva   | 1.50  | EUR
        """))  # fmt: skip
        assert (fields(found)["sku"], fields(found)["description"]) == ("SKU", "Item Name")
        assert "column.customer" in asked(found)

    def test_dates_with_two_meanings_are_asked_about_and_the_sign_of_the_currency_is_proposed(self):
        found = proposed(ENGLISH)
        assert asked(found) == ["day_first", "currency"]
        assert found.unsure[0].text == "How are dates like 3/4/2026 meant?"
        assert found.unsure[1].suggestion == "USD"

    def test_numbers_with_two_meanings_are_asked_about(self):
        found = proposed(ENGLISH.replace(b"$10.00", b"1.234").replace(b"$11.50", b"2.345"))
        assert "decimal" in asked(found)

    def test_cells_speak_where_the_title_says_nothing_and_are_only_proposed(self):
        found = proposed(STRANGE)
        suggestions = {question.key: question.suggestion for question in found.unsure}
        assert suggestions["column.customer_email"] == "4"
        assert suggestions["column.number"] == "0"
        assert set(suggestions) >= {"column.sku", "column.ordered", "column.status"}
        needed = next(question for question in found.unsure if question.key == "column.ordered")
        assert needed.choices[0].label == "How many"
        assert "" not in [choice.value for choice in needed.choices]

    def test_a_column_whose_cells_contradict_its_title_is_not_taken(self):
        data = ENGLISH.replace(b"Qty Ordered", b"Quantity").replace(b";5;", b";lamp;").replace(b";7;$", b";chair;$")
        assert "column.ordered" in asked(proposed(data))

    def test_answers_bring_it_to_an_end_and_make_the_mapping(self):
        answers = {}
        while (found := proposed(STRANGE, answers)).unsure:
            question = found.unsure[0]
            wish = {"column.number": "0", "column.sku": "2", "column.ordered": "3"}
            answers[question.key] = wish.get(question.key, "")
        kept = found.mapping("strange")
        assert kept.columns == {"number": "Ref", "sku": "What", "ordered": "How many"}
        assert kept.header == found.header
        orders = list(opened(STRANGE, mapping=kept).orders())
        assert [(order.number, order.lines[0].sku, order.lines[0].ordered) for order in orders] == [
            ("1001", "Lamp", 5),
            ("1002", "Chair", 2),
        ]

    def test_what_seemed_sure_can_be_doubted(self):
        assert "column.customer" in asked(proposed(ENGLISH, doubted=["customer"]))
        found = proposed(ENGLISH, {"column.customer": "7"}, doubted=["customer"])
        assert fields(found)["customer"] == "Desk"

    def test_the_policys_words_need_no_question(self):
        assert "word.versandbereit" not in asked(proposed(GERMAN, Versandbereit="packed"))

    def test_words_beyond_the_first_rows_are_found_in_the_whole_file(self):
        told = proposed(GERMAN, {"word.versandbereit": "packed", "currency": "EUR"}).mapping("erp")
        rows = b"".join(b"\nORD-%d;M;LMP-1;L;1;1,00;;Neu;Eva" % number for number in range(3, 700))
        data = GERMAN + rows + b"\nORD-701;M;LMP-1;L;1;1,00;;Im  Zulauf;Eva"
        words = words_in(opened(data, mapping=told))
        assert words == ("in arbeit", "versandbereit", "neu", "im zulauf")
        found = unknown(data)
        again = propose(found.header, found.samples, rules(), {"currency": "EUR"}, words=words)
        assert asked(again) == ["word.versandbereit", "word.im zulauf"]

    def test_answers_that_are_none_are_asked_for_again(self):
        silly = {"column.number": "99", "column.ordered": "x", "word.versandbereit": "gone", "decimal": "?"}
        assert asked(proposed(GERMAN, silly)) == ["word.versandbereit", "currency"]
        assert set(asked(proposed(STRANGE, silly))) >= {"column.number", "column.ordered"}

    def test_a_file_without_a_column_that_could_do_has_no_choice(self):
        found = proposed(b"a;a;a;b;c\n1;2;3;x;y\n", {"column.number": "3", "column.sku": "4"})
        assert [question.choices for question in found.unsure if question.key == "column.ordered"] == [()]

    @pytest.mark.parametrize(
        "data",
        [b"Dear Sir,\nplease find our orders\n", b"a,b,c\n", b"one;two\n1;2\n", bytes(range(256)) * 8],
    )
    def test_there_is_nothing_to_ask_about_what_is_no_table(self, data):
        with pytest.raises(UnreadableFile) as found:
            opened(data)
        assert not isinstance(found.value, UnknownHeader)


class TestReading:
    def test_a_mapping_reads_what_it_was_told(self):
        columns = {**PLAIN, "unit_price": "Price", "ship_by": "Day", "status": "State", "shipped": "Gone"}
        told = mapping(
            columns, words={"Backordered": "allocated", "": "open"}, day_first=True, decimal=",", currency="eur"
        )
        data = table("""
            ref | WHAT | Count | Price    | Day      | State       | Gone
            1   | LMP  | 1.200 | 1.234,5  | 3/4/2026 | backordered |
            2   | CHR  | 3     | 1.234    | 4/3/2026 |             | 2
        """)
        first, second = opened(data, mapping=told).orders()
        assert (first.currency, first.total, str(first.ship_by)) == ("EUR", 1200 * 123450, "2026-04-03")
        assert (first.lines[0].ordered, first.lines[0].allocated) == (1200, 1200)
        assert (second.lines[0].unit_price, second.lines[0].shipped) == (123400, 2)

    def test_what_the_told_sign_does_not_allow_is_refused(self):
        told = mapping({**PLAIN, "unit_price": "Price"}, decimal=",", currency="EUR")
        data = table("""
            Ref | What | Count | Price
            1   | LMP  | 1.5   | 12.50
        """)
        (order,) = opened(data, mapping=told).orders()
        assert [(each.column, each.reason) for each in order.problems] == [
            ("Count", "is not a whole number of units"),
            ("Price", "is not an amount with a decimal comma, as the mapping says"),
        ]

    def test_an_unknown_word_is_refused_with_the_list(self):
        told = mapping({**PLAIN, "status": "State"}, words={"Backordered": "allocated"})
        (order,) = opened(table("Ref | What | Count | State\n1 | LMP | 2 | lost"), mapping=told).orders()
        assert isinstance(order, RefusedOrder)
        assert "open, allocated" in order.problems[0].reason
        assert "backordered" in order.problems[0].reason

    def test_a_file_without_stages_and_prices_has_open_lines_and_none(self):
        (order,) = opened(table("Ref | What | Count\n1 | LMP | 2"), mapping=mapping()).orders()
        assert (order.currency, order.total, order.lines[0].allocated) == ("XXX", 0, 0)

    def test_a_column_that_went_away_is_named(self):
        with pytest.raises(UnreadableFile, match="lacks columns of the shape erp: count"):
            opened(table("Ref | What | Many\n1 | LMP | 2"), mapping=mapping())

    def test_columns_that_no_field_uses_are_given_beside(self):
        data = table("Shelf | Ref | What | Count | Note | Note |\nA7 | 1 | LMP | 2 | x | y |")
        file = opened(data, mapping=mapping())
        (part,) = file.parts()
        assert file.layout.others == ("Shelf", "Note", "Note (2)")
        assert part.rows[0].others == ("A7", "x", "y")


class TestRecognising:
    DATA = table("Ref | What | Count | Shelf\n1 | LMP | 2 | A7")

    def test_a_saved_mapping_is_recognised_by_its_columns(self):
        other = ColumnMapping(name="other", columns={**PLAIN, "customer": "Who"})
        assert opened(self.DATA, mappings=[other, mapping()]).preset == "erp"

    def test_of_several_the_one_that_reads_most_is_taken(self):
        more = ColumnMapping(name="more", columns={**PLAIN, "description": "Shelf"})
        assert opened(self.DATA, mappings=[mapping(), more]).preset == "more"

    def test_a_preset_comes_before_a_mapping_that_merely_fits_and_after_one_made_for_this_header(self):
        columns = {"number": "order_number", "sku": "sku", "ordered": "quantity"}
        data = written([line()])
        assert opened(data, mappings=[mapping(columns)]).preset == "redtag"
        own = mapping(columns, header=tuple(reversed(line())))
        assert opened(data, mappings=[own]).preset == "erp"

    def test_without_mappings_the_presets_are_as_they_were(self):
        assert len(accepted([line()])) == len(read([line()])) == 1


class TestDocument:
    def test_it_goes_to_toml_and_back(self):
        told = mapping(
            {**PLAIN, "status": "State “x”"}, words={"done": "shipped", "": "open"}, day_first=False, decimal=".",
            currency="USD", header=("Ref", "What", "Count", "State “x”"),
        )  # fmt: skip
        assert ColumnMapping.from_toml(told.to_toml()) == told

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name = ", "This is not TOML"),
            ("name = 'a'\n", "columns: Field required"),
            ("name = 'a'\n[columns]\nnumber = 'A'\n", "must name the column of ordered, sku or description"),
            ("name = 'a'\n[columns]\nnumbr = 'A'\n", "numbr: not a field; the fields are number, customer"),
            ("name = 'a'\n[columns]\nnumber='A'\nsku='B'\nordered='C'\n[words]\nx = 'gone'\n", "words.x: Input should be 'open'"),
            ("name = 'a'\ncurrency = 'EURO'\n[columns]\nnumber='A'\nsku='B'\nordered='C'\n", "currency: must be a currency code"),
            ("name = 'a/b'\n[columns]\nnumber='A'\nsku='B'\nordered='C'\n", "name: String should match"),
            ("name = 'a'\nfoo = 1\n[columns]\nnumber='A'\nsku='B'\nordered='C'\n", "foo: Extra inputs"),
            ("#" * 300_000, "too long"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_with_it_is_said_in_sentences(self, text, said):
        with pytest.raises(BadMapping) as wrong:
            ColumnMapping.from_toml(text)
        assert said in str(wrong.value)

    def test_the_example_of_the_page_about_files_is_one(self):
        page = (Path(__file__).parents[2] / "docs" / "file-formats.md").read_text(encoding="utf-8")
        told = ColumnMapping.from_toml(page.split("```toml\n")[1].split("```")[0])
        assert (told.day_first, told.decimal, told.words[""]) == (True, ",", Stage.OPEN)
        assert ", ".join(FIELDS) in " ".join(page.split())

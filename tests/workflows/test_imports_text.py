"""Bytes to text: what spreadsheets and systems write, and what only looks like an order file."""

import gzip

import pytest

from tests.workflows.order_files import accepted, line, numbers, only, opened, read, refused, written
from workflows.imports.source import delimiter_of
from workflows.imports.values import Guess, UnreadableFile

ROW = {"customer": "Café Zoë", "description": "Lamp – brass", "unit_price": "20.00"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_is_read_as_spreadsheets_write_it(encoding, delimiter):
    data = written([line(**ROW)], delimiter=delimiter).decode().encode(encoding)
    found = only(data)
    assert (found.customer, found.lines[0].description) == ("Café Zoë", "Lamp – brass")


@pytest.mark.parametrize(
    ("encoding", "customer"),
    [
        ("cp1252", "Señor Muñoz, A Coruña"),
        ("cp1252", "Société Générale, Besançon"),
        ("cp1252", "Zoë"),
        ("cp1252", "“Quoted” — 5 € ½"),
        ("cp1250", "Zakład Usługowy Żółw, Łódź"),
        ("cp1251", "ООО Ромашка, Москва"),
        ("cp1253", "Παπαδόπουλος, Αθήνα"),
        ("cp932", "東京都千代田区, 山田太郎"),
        ("gb18030", "北京市朝阳区建国路, 张伟, 台灯"),
        ("big5", "臺北市信義區, 王小明, 檯燈"),
        ("euc_kr", "서울특별시 강남구, 김철수"),
    ],
)
def test_letters_of_older_encodings_are_told_by_what_they_look_like(encoding, customer):
    data = written([line("ORD-1"), line("ORD-2", customer=customer)]).decode().encode(encoding)
    assert [order.customer for order in read(data)] == ["Harbour Hardware", customer]


@pytest.mark.parametrize(
    ("encoding", "customer", "said"),
    [
        ("cp1250", "Zakład Żółw, Łódź", Guess("Windows-1250", ("Zakład", "Żółw", "Łódź"))),
        ("cp1250", "Dvořák", Guess("Windows-1252", ("Dvoøák",))),
        ("cp1252", "Zoë & Zoë Ltd", Guess("Windows-1252", ("Zoë",))),
        ("utf-8", "Zoë", None),
        ("utf-16", "Zoë", None),
        ("ascii", "Zoe", None),
    ],
)
def test_a_guessed_encoding_is_told_with_words_by_which_people_see_it(encoding, customer, said):
    file = opened(written([line(), line("ORD-2", customer=customer)]).decode().encode(encoding))
    assert len(list(file.orders())) == 2
    assert file.guess == said


@pytest.mark.parametrize(
    ("header", "rows", "separator"),
    [
        ("Name;Amount, net;Amount, gross\n", ["A;1,50;2,50\n"], ";"),
        ("no,qty;pcs,sku\n", ["1,2,3\n"], ","),
        ("no\tline|no\tqty\n", ["1\t2\t3\n"], "\t"),
        ("no,qty;pcs,sku\n", [], ","),
        ("alone\n", [], ","),
    ],
)
def test_a_header_with_several_separators_is_settled_by_the_rows(header, rows, separator):
    assert delimiter_of(header, rows * 5) == separator


def test_what_an_export_marked_as_no_formula_is_read_as_it_was():
    found = only([line("'=2+5", customer="'@home", sku="'-9")], any_number=True)
    assert (found.number, found.customer, found.lines[0].sku) == ("=2+5", "@home", "-9")


def test_excels_own_line_about_the_separator_is_no_header():
    assert numbers(read(b"sep=;\r\n" + written([line()], delimiter=";"))) == ["ORD-1"]


def test_a_separator_inside_the_quotes_of_the_header_does_not_count():
    data = written([{"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r;": "x", **line()}], delimiter=";")
    assert numbers(read(data)) == ["ORD-1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_compressed_file_is_unpacked_as_it_is_read(encoding):
    data = written([line(**ROW), line("ORD-2")]).decode().encode(encoding)
    assert [order.customer for order in read(gzip.compress(data))] == ["Café Zoë", "Harbour Hardware"]


def test_a_broken_byte_in_a_file_that_is_utf_8_refuses_its_row():
    data = written([line(customer="Zoë"), line("ORD-2", customer="Caf#"), line("ORD-3")]).replace(b"Caf#", b"Caf\xe9")
    (problem,) = refused(data)
    assert (problem.row, problem.column, problem.value) == (3, "customer", "Caf\ufffd")
    assert "is not UTF-8, as the rest of the file is" in problem.reason
    assert numbers(read(data)) == ["ORD-1", "ORD-3"]


def test_a_nul_byte_refuses_the_order_it_stands_in_and_no_other():
    data = written([line(), line("ORD-2", sku="LMP#"), line("ORD-3")]).replace(b"LMP#", b"LMP\0")
    assert [(problem.row, problem.column) for problem in refused(data)] == [(3, "sku")]
    assert numbers(read(data)) == ["ORD-1", "ORD-3"]


@pytest.mark.parametrize("names", [['"Rugged" case 5"'], ['"Pro'], ['"Pro', '27" Case'], ['"a', "b", '"c']])
def test_tabs_without_quotes_are_read_as_they_stand(names):
    rows = [line(f"ORD-{at}", customer=f"NAME{at}") for at in range(len(names))]
    data = written([line("ORD-8", description="two\nlines"), *rows, line("ORD-9")], delimiter="\t").decode()
    for at, name in enumerate(names):
        data = data.replace(f"NAME{at}", name)
    found = accepted(data.encode())
    assert [order.customer for order in found] == ["Harbour Hardware", *names, "Harbour Hardware"]
    assert found[0].lines[0].description == "two lines"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"  <!doctype html><title>Sign in</title>", "a web page or XML: perhaps the page that asks to log in"),
        (b"\xef\xbb\xbf<html><body>Sign in to continue</body></html>", "perhaps the page that asks to log in"),
        (b'{"orders": []}', "JSON"),
        (b'[{"order": 1}]', "JSON"),
        (b"\x1f\x8brest", "compressed file is damaged"),
        (gzip.compress(written([line()]), mtime=0)[:-20], "compressed file is damaged"),
        (gzip.compress(b"PK\x03\x04rest", mtime=0), "workbook"),
        (b"\xff\xfeo\x00r\x00d\x00e", "looks like UTF-16 and is damaged"),
        (bytes(range(256)) * 8, "not a header that is known here"),
        (b"Dear Sir,\nplease find our orders attached.\n", "not a header that is known here"),
        (written([line()]).splitlines(keepends=True)[0], "it is a redtag header and nothing else"),
        (written([line()]).splitlines(keepends=True)[0] + b",,,\r\n\r\n", "nothing else"),
    ],
)
def test_what_is_no_order_file_is_refused_in_one_sentence(data, said):
    with pytest.raises(UnreadableFile, match=said) as refusal:
        read(data)
    assert str(refusal.value).count(". ") <= 1


def test_a_file_that_grows_without_end_is_given_up():
    with pytest.raises(UnreadableFile, match="grows more than a thousandfold"):
        read(gzip.compress(written([line()]) + (b" " * 100_000 + b"\n") * 1000))


def test_a_preset_that_was_named_is_taken_without_its_markers():
    assert opened(written([line()]), preset="redtag").preset == "redtag"

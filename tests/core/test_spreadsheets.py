"""Any file gives rows or words, never a crash."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.spreadsheets import CsvWriter, Unreadable, XlsxWriter, read, writer


def rows_of(path):
    sheet = read(path)
    return sheet.header, list(sheet.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("客户编码,地址\n0012,王顶堤\n".encode(encoding))

    assert rows_of(path) == (["客户编码", "地址"], [(2, ["0012", "王顶堤"])])


def test_line_numbers_count_blank_lines_and_skip_them(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\n code* ,name\n,\n1,2\n")

    assert rows_of(path) == (["code", "name"], [(4, ["1", "2"])])


def test_xlsx_keeps_types(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "day"])
        sheet.write_number(1, 0, 12)
        sheet.write_datetime(1, 1, dt.datetime(2026, 10, 1), book.add_format({"num_format": "yyyy-mm-dd"}))

    header, rows = rows_of(path)

    assert header == ["code", "day"]
    assert rows == [(2, [12.0, dt.date(2026, 10, 1)])]


def zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的。"),
        (b"\n\n,,\n", "文件里没有表头。"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "这不是表格文件。请上传 .csv 或 .xlsx。"),
        (b"code,name\n1,a\0b\n", "这不是表格文件。请上传 .csv 或 .xlsx。"),
        (b"PK\x03\x04 not a zip", "文件打不开：它不是完整的 .xlsx。"),
        (b"code,name\n1,\xff\xff\n", "文字的编码认不出来。请另存为 UTF-8 或 GB18030 的 .csv，或者 .xlsx。"),
        (",".join(f"c{n}" for n in range(1000)).encode(), "文件有 1000 列，最多 200 列。"),
        (zip_bomb(), "文件展开后过大，已拒绝打开。"),
    ],
)
def test_no_table_is_refused_in_words(tmp_path, content, message):
    path = tmp_path / "a.bin"
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refusal:
        rows_of(path)

    assert str(refusal.value) == message


FORMULAS = ["=1+1", "+8613800000000", "-2", "@x", "'=1", "''-a", "it's", "'", "\t=x"]


@pytest.mark.parametrize("make", [CsvWriter, XlsxWriter])
def test_text_like_a_formula_survives_as_text(tmp_path, make):
    path = tmp_path / ("a.csv" if make is CsvWriter else "a.xlsx")
    with make(path, ["text"]) as out:
        for text in FORMULAS:
            out.row([text])

    assert [cells for _line, cells in rows_of(path)[1]] == [[text] for text in FORMULAS]


def test_csv_starts_no_cell_with_a_formula(tmp_path):
    path = tmp_path / "a.csv"
    with CsvWriter(path, ["text"]) as out:
        out.row(["=cmd|' /C calc'!A0"])

    assert path.read_text("utf-8-sig").splitlines()[1] == "'=cmd|' /C calc'!A0"


def test_writer_knows_two_endings(tmp_path):
    with pytest.raises(Unreadable):
        writer(tmp_path / "a.txt", ["a"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "a"
    path.write_bytes(content)
    try:
        rows_of(path)
    except Unreadable as refusal:
        assert str(refusal)

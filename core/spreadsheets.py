"""Tables in .csv and .xlsx: read row by row, written row by row, whatever is in them."""

import codecs
import csv
import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, load_workbook

from core.refusals import Refusal

MAX_BYTES = 600 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200  # of unpacked to packed; an honest workbook stays under 50
MAX_COLUMNS = 200
XLSX_ROWS = 1_048_576

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | Decimal | None

# A program that opens a .csv takes such text for a formula; a leading apostrophe stops it, and reading takes it away.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DISARMED = re.compile(r"'+[=+\-@\t\r]")


class Unreadable(Refusal):
    """The file is not a table that can be read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and, once, the rows below it with their line numbers as a spreadsheet shows them."""

    header: list[str]
    rows: Iterator[tuple[int, list[Cell]]]


def read(path: Path) -> Sheet:
    """Open a .csv (UTF-8 or GB18030) or .xlsx by its content, not its name. Raises Unreadable."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("文件是空的。"))
    if size > MAX_BYTES:
        raise Unreadable(_("文件太大，最多 600 MB。请分成几个文件。"))
    with path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    numbered = enumerate(_xlsx_rows(path) if is_zip else _csv_rows(path), start=1)
    for _line, cells in numbered:
        header = [_title(cell) for cell in cells]
        while header and not header[-1]:
            header.pop()
        if header:
            break
    else:
        raise Unreadable(_("文件里没有表头。"))
    if len(header) > MAX_COLUMNS:
        raise Unreadable(_("文件有 %(count)s 列，最多 200 列。") % {"count": len(header)})
    return Sheet(header, ((line, cells) for line, cells in numbered if any(c not in (None, "") for c in cells)))


def _title(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip().strip("*").strip()


def _xlsx_rows(path: Path) -> Iterator[list[Cell]]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(_("文件打不开：它不是完整的 .xlsx。")) from error
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(path.stat().st_size, 50_000):
        raise Unreadable(_("文件展开后过大，已拒绝打开。"))
    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        above = sheet.start[0] if sheet.start else 0
        yield from ([] for _row in range(above if sheet.height else 0))
        for row in sheet.to_python(skip_empty_area=True):
            yield list(row)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Unreadable(_("文件打不开：它不是完整的 .xlsx。")) from error


def _csv_rows(path: Path) -> Iterator[list[Cell]]:
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(1 << 16)
            file.seek(0)
            reader = csv.reader(file, delimiter="\t" if "\t" in first and "," not in first else ",")
            for row in reader:
                yield [_armed(cell) for cell in row]
    except csv.Error as error:
        raise Unreadable(_("文件不是规范的 .csv:%(error)s") % {"error": error}) from error


def _encoding(path: Path) -> str:
    """Which of the encodings decodes the whole file; a file with NUL bytes is no text."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")}
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if b"\0" in block:
                raise Unreadable(_("这不是表格文件。请上传 .csv 或 .xlsx。"))
            _drop_failing(decoders, block, final=False)
    _drop_failing(decoders, b"", final=True)
    return next(iter(decoders))


def _drop_failing(decoders: dict[str, codecs.IncrementalDecoder], block: bytes, *, final: bool) -> None:
    for name in list(decoders):
        if name == "gb18030" and "utf-8-sig" in decoders and not final and block.isascii():
            continue
        try:
            decoders[name].decode(block, final)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise Unreadable(_("文字的编码认不出来。请另存为 UTF-8 或 GB18030 的 .csv，或者 .xlsx。"))


def _armed(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _DISARMED.match(cell) else cell


def plain(value: Any) -> str:
    """A value as the files write it: ISO days, 是/否, numbers without trailing zeros, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class CsvWriter:
    """Writes rows as UTF-8 .csv with BOM, which every spreadsheet program opens right."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self.row(header)

    def row(self, values: Iterable[Any], *, marks: dict[int, str] | None = None) -> None:
        self._writer.writerow([_disarmed(value) for value in values])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _disarmed(value: Any) -> str:
    text = plain(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


class XlsxWriter:
    """Writes rows as text cells, one at a time; nothing of it becomes a formula."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "in_memory": False})
        self.sheet = self.book.add_worksheet()
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(header) - 1, 18)
        self._bold = self.book.add_format({"bold": True, "bottom": 1})
        self._text = self.book.add_format({"num_format": "@"})
        self._red = self.book.add_format({"num_format": "@", "bg_color": "#fde2e0", "font_color": "#9b1c1c"})
        self._next = 0
        self.row(header, format=self._bold)

    def row(self, values: Iterable[Any], *, marks: dict[int, str] | None = None, format: Any = None) -> None:
        """Add a row; `marks` paints cells by position and hangs a comment on them."""
        if self._next >= XLSX_ROWS:
            raise Unreadable(_("超过 .xlsx 的 1,048,576 行，请导出为 .csv。"))
        marks = marks or {}
        for column, value in enumerate(values):
            style = self._red if column in marks else format or self._text
            self.sheet.write_string(self._next, column, plain(value)[:32_767], style)
            if marks.get(column):
                self.sheet.write_comment(self._next, column, marks[column])
        self._next += 1

    def offer(self, column: int, words: Sequence[str]) -> None:
        """A drop-down of fixed words below the header of a column."""
        self.sheet.data_validation(1, column, 10_000, column, {"validate": "list", "source": list(words)})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.book.close()


def writer(path: Path, header: Sequence[str]) -> CsvWriter | XlsxWriter:
    """The writer for a path's ending. Raises Unreadable for another than .csv and .xlsx."""
    makers: dict[str, type[CsvWriter] | type[XlsxWriter]] = {".csv": CsvWriter, ".xlsx": XlsxWriter}
    if path.suffix.lower() not in makers:
        raise Unreadable(_("只能写成 .csv 或 .xlsx。"))
    return makers[path.suffix.lower()](path, header)

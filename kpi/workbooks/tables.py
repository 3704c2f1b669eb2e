"""A table of a workbook: its columns are named, so that formulas can be written without counting letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

HEAD = 2  # rows: the group and, below it, the column

STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "text": {"valign": "top", "text_wrap": True},
    "group": {"bold": True, "bg_color": "#DDEFF1", "border": 1, "border_color": "#B8C6C9"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "plain": {},
    "name": {"num_format": "@"},
    "input": {"bg_color": "#EAF3FB"},
    "input2": {"bg_color": "#EAF3FB", "num_format": "0.00"},
    "given": {"bg_color": "#FCEFCF", "num_format": "0.0000"},
    "n0": {"num_format": "#,##0"},
    "n2": {"num_format": "0.00", "bold": True},
    "n4": {"num_format": "0.0000"},
    "n6": {"num_format": "0.000000"},
    "help": {"font_color": "#5F6D71"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `group` stands above neighbours that share it; a helper can be folded away."""

    key: str
    title: str
    style: str = "plain"
    group: str = ""
    width: float = 9
    is_helper: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds: a formula with the value it has now, or only a value; `style` differs from the column's."""

    formula: str = ""
    value: Any = None
    style: str = ""


class Book:
    """A workbook with its formats. Without `cached`, formulas carry no value: the reader has to work them out."""

    def __init__(self, path: str, *, cached: bool = True) -> None:
        self.file = Workbook(path)
        self.formats = {name: self.file.add_format(format) for name, format in STYLES.items()}
        self.cached = cached

    def put(self, sheet: Any, row: int, column: int, cell: Cell, style: str) -> None:
        """Write one cell; rows and columns count from 0."""
        format = self.formats[cell.style or style]
        if cell.formula:
            sheet.write_formula(row, column, f"={cell.formula}", format, cell.value if self.cached else 0)
        elif isinstance(cell.value, str):
            sheet.write_string(row, column, cell.value, format)
        elif cell.value is None:
            sheet.write_blank(row, column, None, format)
        else:
            sheet.write_number(row, column, float(cell.value), format)

    def close(self) -> None:
        self.file.close()


class Table:
    """A sheet with a head of two rows and, below it, one row a subject. Rows count from 1 below the head."""

    def __init__(self, book: Book, title: str, columns: Sequence[Column], count: int) -> None:
        self.book, self.title, self.columns, self.count = book, title, columns, count
        self.sheet = book.file.add_worksheet(title)
        self._letter = {column.key: xl_col_to_name(place) for place, column in enumerate(columns)}
        self._draw_head()

    def __contains__(self, key: str) -> bool:
        return key in self._letter

    def at(self, key: str, row: int) -> str:
        """The cell of a column in a row, for a formula of the same sheet: F3."""
        return f"{self._letter[key]}{row + HEAD}"

    def of(self, key: str, row: int) -> str:
        """The same for a formula of another sheet: '网格得分'!F3."""
        return f"'{self.title}'!{self.at(key, row)}"

    def span(self, key: str) -> str:
        """All cells of a column: '网格得分'!$F$3:$F$25."""
        letter = self._letter[key]
        return f"'{self.title}'!${letter}${1 + HEAD}:${letter}${max(self.count, 1) + HEAD}"

    def row(self, row: int, cells: Mapping[str, Cell]) -> None:
        """Write a row; columns without a cell stay empty."""
        for place, column in enumerate(self.columns):
            if cell := cells.get(column.key):
                self.book.put(self.sheet, row + HEAD - 1, place, cell, column.style)

    def _draw_head(self) -> None:
        formats = self.book.formats
        for place, column in enumerate(self.columns):
            before = self.columns[place - 1].group if place else ""
            shown = column.group if column.group != before else ""
            self.sheet.write_string(0, place, shown, formats["group" if column.group else "plain"])
            self.sheet.write_string(1, place, column.title, formats["head"])
            options = {"level": 1, "hidden": True} if column.is_helper else {}
            self.sheet.set_column(place, place, column.width, None, options)
        self.sheet.freeze_panes(HEAD, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0, HEAD - 1)


def added(terms: Iterable[str]) -> str:
    """A + B + C, or 0."""
    return "+".join(terms) or "0"

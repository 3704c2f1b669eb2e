"""The pack of a review meeting as a workbook: scheme, inputs, scores of grids and people, ranks, all as formulas."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.formats import named
from kpi.choices import ItemClass, Measure, RatingItem
from kpi.workbooks import branches, sums
from kpi.workbooks.sums import CLASSES, Figures, Sum, word
from kpi.workbooks.tables import Book, Cell, Column, Table

Notes = Sequence[tuple[str, str]]


def write(path: Path, figures: Figures, *, notes: Notes, cached: bool = True) -> None:
    """Write the workbook of `queries.packs.pack` figures. `notes` open its first sheet, as heading and text.

    Without `cached`, no formula carries a value: whoever opens the file has to work all of them out.
    """
    book = Book(str(path), cached=cached)
    try:
        _Pack(book, figures).write(notes)
    finally:
        book.close()


class _Pack:
    """The tables of one workbook; each knows where the cells of the others are."""

    def __init__(self, book: Book, figures: Figures) -> None:
        self.book, self.figures = book, figures
        self.rules: list[Figures] = figures["rules"]
        self.grids, self.people, self.served = figures["grids"], figures["people"], figures["served"]
        self.branches: list[Figures] = figures.get("branches", [])  # of a pack of the whole company
        self.rated = next((rule["code"] for rule in self.rules if rule["measure"] == Measure.RATING), None)
        self.row_of_grid = {grid["code"]: row for row, grid in enumerate(self.grids, 1)}
        self.row_of_person = {person["staff_no"]: row for row, person in enumerate(self.people, 1)}

    def write(self, notes: Notes) -> None:
        self.front = self.book.file.add_worksheet(_("说明"))
        self._make_tables()
        self._write_scheme()
        self._write_grid_inputs()
        self._write_person_inputs()
        self._write_service()
        self._write_grids()
        self._write_people()
        self._write_summary()
        if self.branches:
            branches.write(self.branch_table, self.grid_table, self.person_table, self.branches, self.grids)
        self._write_front(notes)

    def _make_tables(self) -> None:
        items = self.rules
        book, grids, people = self.book, len(self.grids), len(self.people)
        self.overview = Table(book, _("汇总"), _summary_columns(), len(items) + 1)
        if self.branches:
            self.branch_table = Table(book, _("分公司"), branches.columns(), len(self.branches))
        self.scheme = Table(book, _("方案"), _scheme_columns(), len(items))
        self.classes = Table(book, _("类别"), _class_columns(), len(CLASSES))
        self.grid_inputs = Table(book, _("网格输入"), _grid_input_columns(items), grids)
        self.person_inputs = Table(book, _("评价输入"), _person_input_columns(), people)
        self.service = Table(book, _("任职天数"), _service_columns(items), len(self.served))
        name = Column("name", _("网格"), "name", "", 16)
        place = [Column("branch", _("分公司"), "name", "", 14)] if self.branches else []
        with_rate, without = sums.sum_columns(items, with_rate=True), sums.sum_columns(items, with_rate=False)
        self.grid_table = Table(book, _("网格得分"), [_code(), name, *place, *with_rate], grids)
        self.person_table = Table(book, _("人员得分"), [_code(_("工号")), _name(), *place, *without], people)

    def _row(self, code: str) -> int:
        return next(row for row, rule in enumerate(self.rules, 1) if rule["code"] == code)

    def _rule(self, key: str, code: str) -> str:
        return self.scheme.of(key, self._row(code))

    def _write_scheme(self) -> None:
        at = self.scheme.at
        for row, rule in enumerate(self.rules, 1):
            cells = {
                "code": Cell(value=rule["code"]),
                "name": Cell(value=named(rule["name"])),
                "class": Cell(value=str(ItemClass(rule["item_class"]).label)),
                "measure": Cell(value=str(Measure(rule["measure"]).label)),
                **{key: Cell(value=float(rule[key])) for key in ("weight", "floor", "cap")},
                "target rate": Cell(value=float(rule["target_rate"])),
                "per unit": Cell(value=float(rule["points_per_unit"])),
            }
            for key, source, scale in _WHOLE:
                formula = f"ROUND({at(source, row)}*{scale},0)"
                cells[key] = Cell(formula, round(float(cells[source].value) * scale))
            self.scheme.row(row, cells)
        for row, name in enumerate(CLASSES, 1):
            label, total = str(name.label), sum(float(r["weight"]) for r in self.rules if r["item_class"] == name)
            sum_of = f"SUMIF({self.scheme.span('class')},{self.classes.at('class', row)},{self.scheme.span('weight')})"
            self.classes.row(
                row,
                {
                    "class": Cell(value=label),
                    "total": Cell(sum_of, total),
                    "whole": Cell(f"ROUND({self.classes.at('total', row)}*100,0)", round(total * 100)),
                },
            )

    def _write_grid_inputs(self) -> None:
        for row, grid in enumerate(self.grids, 1):
            cells = {"code": Cell(value=grid["code"]), "name": Cell(value=grid["name"])}
            for code, item in grid["items"].items():
                fields = ("gained", "lost", "base", "target")
                cells |= {f"{key} {code}": _number(item[key]) for key in fields if item[key] is not None}
                is_exempt = item["status"] == "exempt" and float(item["base"] or 1) != 0
                if is_exempt:
                    cells[f"exempt {code}"] = Cell(value=item.get("reason") or _("是"))
            self.grid_inputs.row(row, cells)

    def _write_person_inputs(self) -> None:
        for row, person in enumerate(self.people, 1):
            cells = {"code": Cell(value=person["staff_no"]), "name": Cell(value=person["name"])}
            cells |= {item: _number(score) for item, score in person["ratings"].items()}
            if person["mean"] is not None:
                cells["mean"] = Cell(value=float(person["mean"]), style="given")
            self.person_inputs.row(row, cells)

    def _write_service(self) -> None:
        for row, days in enumerate(self.served, 1):
            own_grid, own_person = self.row_of_grid.get(days["grid"]), self.row_of_person.get(days["staff_no"])
            at = self.service.at
            cells = {
                "code": Cell(value=days["staff_no"]),
                "name": Cell(value=days["name"]),
                "grid": Cell(value=days["grid"]),
                "grid name": Cell(value=days["grid_name"]),
                "days": Cell(value=days["days"]),
                "grid row": _match(at("grid", row), self.grid_table, own_grid),
                "person row": _match(at("code", row), self.person_table, own_person),
            }
            for rule in self.rules:
                cells |= self._served_item(row, rule, days, own_grid, own_person)
            self.service.row(row, cells)

    def _served_item(
        self, row: int, rule: Figures, days: Figures, own_grid: int | None, own_person: int | None
    ) -> dict[str, Cell]:
        """What a grid scored, or how its person was rated, and that times the days in ten-thousandths."""
        code, at = rule["code"], self.service.at
        is_rating = rule["measure"] == Measure.RATING
        table, key = (self.person_table, "person row") if is_rating else (self.grid_table, "grid row")
        own = own_person if is_rating else own_grid
        score = Cell(value=_held(days["foreign"].get(code)), style="given")
        if own:
            subject = (self.people if is_rating else self.grids)[own - 1]
            formula = f"INDEX({table.span(f'score {code}')},{at(key, row)})"
            score = Cell(formula, _shown(subject["items"].get(code)))
        units = round(days["days"] * float(score.value) * 10**4) if isinstance(score.value, float) else 0
        times = f"{at('days', row)}*ROUND(N({at(f'score {code}', row)})*10^4,0)"
        return {f"score {code}": score, f"times {code}": Cell(times, units)}

    def _sum(self, table: Table) -> Sum:
        weight = {rule["code"]: self._rule("w", rule["code"]).replace("!", "!$") for rule in self.rules}
        whole = {name: self.classes.of("whole", row) for row, name in enumerate(CLASSES, 1)}
        return Sum(table, self.rules, weight, whole)

    def _write_grids(self) -> None:
        total = self._sum(self.grid_table)
        for row, grid in enumerate(self.grids, 1):
            cells = {
                "code": Cell(self.grid_inputs.of("code", row), grid["code"]),
                "name": Cell(self.grid_inputs.of("name", row), grid["name"]),
                "branch": Cell(value=grid.get("branch", "")),
            }
            for rule in self.rules:
                cells |= self._grid_item(row, rule, grid["items"][rule["code"]])
            self.grid_table.row(row, {**cells, **total.cells(row, grid)})

    def _grid_item(self, row: int, rule: Figures, item: Figures) -> dict[str, Cell]:
        code, at, of = rule["code"], self.grid_table.at, self.grid_inputs.of
        rate = at(f"rate {code}", row)
        shown = float(item["rate"]) if item["rate"] is not None else word(item["status"])
        if item.get("given"):
            return {f"rate {code}": Cell(value=shown, style="given"), f"score {code}": Cell(rate, _shown(item))}
        if rule["measure"] == Measure.RATING:
            mean = self._mean(code, "grid row", row, f'"{word("no_rating")}"')
            return {f"rate {code}": Cell(mean, shown), f"score {code}": Cell(rate, _shown(item))}
        gained, lost, base, target, exempt = (
            of(f"{key} {code}", row) if f"{key} {code}" in self.grid_inputs else ""
            for key in ("gained", "lost", "base", "target", "exempt")
        )
        formula = {
            Measure.COMPLETION: lambda: sums.completion(gained, lost, target, exempt),
            Measure.POINTS: lambda: sums.points(gained, lost, self._rule("u", code), exempt),
            Measure.RETENTION: lambda: sums.retention(base, lost, self._rule("t", code), exempt),
        }[Measure(rule["measure"])]()
        limits = sums.clamped(rate, self._rule("floor", code), self._rule("cap", code))
        return {f"rate {code}": Cell(formula, shown), f"score {code}": Cell(limits, _shown(item))}

    def _mean(self, code: str, keys: str, row: int, otherwise: str) -> str:
        span = self.service.span
        return sums.by_days(span("days"), span(f"score {code}"), span(f"times {code}"), span(keys), str(row), otherwise)

    def _write_people(self) -> None:
        total = self._sum(self.person_table)
        for row, person in enumerate(self.people, 1):
            cells = {
                "code": Cell(self.person_inputs.of("code", row), person["staff_no"]),
                "name": Cell(self.person_inputs.of("name", row), person["name"]),
                "branch": Cell(value=person.get("branch", "")),
            }
            for rule in self.rules:
                code = rule["code"]
                cells[f"score {code}"] = self._person_item(row, rule, person["items"][code])
            self.person_table.row(row, {**cells, **total.cells(row, person)})

    def _person_item(self, row: int, rule: Figures, item: Figures) -> Cell:
        if item.get("given"):
            return Cell(value=_shown(item), style="given")
        code = rule["code"]
        if rule["measure"] == Measure.RATING:
            at = self.person_inputs.at
            first, last = (at(name, row) for name in (RatingItem.values[0], RatingItem.values[-1]))
            sheet = f"'{self.person_inputs.title}'!"
            mean = sums.rating(f"{sheet}{first}:{last}", f"{sheet}{at('mean', row)}")
            # The mean stands once for the question whether it is one and once for each limit.
            limits = f"MIN(MAX({mean},{self._rule('floor', code)}),{self._rule('cap', code)})"
            return Cell(f"IF(ISNUMBER({mean}),{limits},{mean})", _shown(item))
        span = self.service.span
        missing = f'COUNTIFS({span("person row")},{row},{span(f"score {code}")},"{word("no_target")}")'
        otherwise = f'IF({missing}>0,"{word("no_target")}","{word("exempt")}")'
        return Cell(self._mean(code, "person row", row, otherwise), _shown(item))

    def _write_summary(self) -> None:
        """Means of the items and of the total, over the grids and over the people."""
        for row, rule in enumerate(self.rules, 1):
            code = rule["code"]
            cells = {"name": Cell(value=f"{code} {named(rule['name'])}")}
            for key, table, subjects in self._sides():
                found = [float(s["items"][code]["weighted"]) for s in subjects]
                scores = [_shown(s["items"][code]) for s in subjects]
                numbers = [score for score in scores if isinstance(score, float)]
                span = table.span(f"score {code}")
                cells[f"score {key}"] = Cell(f'IFERROR(AVERAGE({span}),"")', _average(numbers))
                mean = f'IFERROR(AVERAGE({table.span(f"weighted {code}")}),"")'
                cells[f"points {key}"] = Cell(mean, _average(found))
            self.overview.row(row, cells)
        last = len(self.rules) + 1
        cells = {"name": Cell(value=_("总分"))}
        for key, table, subjects in self._sides():
            totals = [float(s["total"]) for s in subjects]
            cells[f"points {key}"] = Cell(f'IFERROR(AVERAGE({table.span("total")}),"")', _average(totals))
            cells[f"low {key}"] = Cell(f'COUNTIF({table.span("total")},"<80")', sum(t < 80 for t in totals))
            cells[f"wrong {key}"] = Cell(f'COUNTIF({table.span("same")},"{_("不一致")}")', 0)
        self.overview.row(last, cells)

    def _sides(self) -> list[tuple[str, Table, list[Figures]]]:
        return [("grid", self.grid_table, self.grids), ("person", self.person_table, self.people)]

    def _write_front(self, notes: Notes) -> None:
        self.front.set_column(0, 0, 16)
        self.front.set_column(1, 1, 100)
        self.front.hide_gridlines(2)
        for row, (head, text) in enumerate(notes):
            self.front.write_string(row, 0, head, self.book.formats["head" if row else "title"])
            self.front.write_string(row, 1, text, self.book.formats["text" if row else "title"])


def _number(value: Any) -> Cell:
    return Cell(value=float(value))


def _held(value: Any) -> Any:
    """A score that was handed over: a number, or the word for why there is none."""
    if value is None:
        return word("exempt")
    return word(value) if str(value).isidentifier() else float(value)


def _shown(item: Mapping[str, Any] | None) -> Any:
    if item is None:
        return word("exempt")
    return float(item["score"]) if item["score"] is not None else word(item["status"])


def _average(numbers: list[float]) -> float | str:
    return sum(numbers) / len(numbers) if numbers else ""


def _match(cell: str, table: Table, row: int | None) -> Cell:
    return Cell(f'IFERROR(MATCH({cell},{table.span("code")},0),"")', row or "")


def _code(title: str = "") -> Column:
    return Column("code", title or _("编码"), "name", "", 14)


def _name() -> Column:
    return Column("name", _("姓名"), "name", "", 10)


#: Whole numbers that the formulas count in: key, source, scale.
_WHOLE = (("w", "weight", 100), ("t", "target rate", 100), ("u", "per unit", 10_000))


def _scheme_columns() -> list[Column]:
    whole = _("整数，公式用")
    return [
        Column("code", _("代码"), "name", "", 7),
        Column("name", _("指标"), "name", "", 20),
        Column("class", _("类别"), "name", "", 12),
        Column("measure", _("计量"), "name", "", 12),
        Column("weight", _("权重 %"), "input2", "", 9),
        Column("floor", _("下限"), "input2", "", 9),
        Column("cap", _("封顶"), "input2", "", 9),
        Column("target rate", _("目标率 %"), "input2", "", 10),
        Column("per unit", _("每户分值"), "given", "", 10),
        Column("w", _("权重 × 100"), "help", whole, 11),
        Column("t", _("目标率 × 100"), "help", whole, 12),
        Column("u", _("每户分值 × 10000"), "help", whole, 16),
    ]


def _class_columns() -> list[Column]:
    return [
        Column("class", _("类别"), "name", "", 14),
        Column("total", _("权重合计 %"), "n2", "", 12),
        Column("whole", _("合计 × 100"), "help", "", 12),
    ]


def _grid_input_columns(rules: Sequence[Figures]) -> list[Column]:
    fields = {
        Measure.COMPLETION: [("gained", _("新增")), ("lost", _("撤销")), ("target", _("目标"))],
        Measure.POINTS: [("gained", _("新增")), ("lost", _("撤销"))],
        Measure.RETENTION: [("base", _("月初在网")), ("lost", _("流失"))],
    }
    found = [_code(), Column("name", _("网格"), "name", "", 16)]
    for rule in rules:
        for key, title in fields.get(Measure(rule["measure"]), []):
            group = f"{rule['code']} {named(rule['name'])}"
            found.append(Column(f"{key} {rule['code']}", title, "input2" if key == "target" else "input", group))
        if rule["measure"] in fields:
            group = f"{rule['code']} {named(rule['name'])}"
            found.append(Column(f"exempt {rule['code']}", word("exempt"), "input", group))
    return found


def _person_input_columns() -> list[Column]:
    group = _("主观评价子项")
    items = [Column(item.value, str(item.label), "input2", group, 11) for item in RatingItem]
    return [_code(_("工号")), _name(), *items, Column("mean", _("均值（子项后来改过）"), "given", "", 20)]


def _service_columns(rules: Sequence[Figures]) -> list[Column]:
    found = [
        _code(_("工号")),
        _name(),
        Column("grid", _("网格编码"), "name", "", 14),
        Column("grid name", _("网格"), "name", "", 16),
        Column("days", _("天数"), "input", "", 7),
        Column("grid row", _("网格行"), "help", "", 7, True),
        Column("person row", _("人员行"), "help", "", 7, True),
    ]
    for rule in rules:
        group = f"{rule['code']} {named(rule['name'])}"
        found.append(Column(f"score {rule['code']}", _("得分"), "n4", group, 10))
        found.append(Column(f"times {rule['code']}", _("天数×得分×10000"), "help", group, 14, True))
    return found


def _summary_columns() -> list[Column]:
    found = [Column("name", _("指标"), "name", "", 22)]
    for key, group in (("grid", _("网格")), ("person", _("人员"))):
        found.append(Column(f"score {key}", _("平均得分"), "n4", group, 12))
        found.append(Column(f"points {key}", _("平均贡献分"), "n6", group, 12))
        found.append(Column(f"low {key}", _("不到 80 分"), "n0", group, 11))
        found.append(Column(f"wrong {key}", _("与系统不一致"), "n0", group, 13))
    return found

"""A score explained as plain data, for commands, the API and files: numbers as strings exactly as stored."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.formats import named
from core.periods import Month
from grids.models import Grid
from kpi.indicators import MEASURES
from kpi.models import Run
from kpi.queries.effects import Effect
from kpi.queries.persons import own_development, served_grids
from kpi.queries.published import figure
from kpi.queries.records import (
    ItemRecords,
    RatingRecord,
    Record,
    Uncounted,
    records_of_item,
    uncounted_of_item,
)
from kpi.queries.sheets import Item, Sheet
from managers.models import Manager

Row = dict[str, Any]


def text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def item_document(found: ItemRecords, uncounted: list[Uncounted]) -> Row:
    """An item of a grid: the formula with its numbers, every record behind it, and those that don't count."""
    item = found.item
    return {
        "item": item.code,
        "name": found.indicator.name,
        "status": item.status,
        "formula": found.formula,
        "actual": figure(item.actual),
        "base": figure(item.base),
        "target": figure(item.target),
        "gained": item.gained,
        "lost": item.lost,
        "score": text(item.score),
        "weight": f"{item.weight:f}",
        "weighted": f"{item.weighted:f}",
        "records": [record_row(row) for row in found.records],
        "ratings": [_rating(row) for row in found.ratings],
        "uncounted": [
            {
                "reason": why.reason,
                "label": why.label,
                "count": why.count,
                "records": [record_row(row) for row in why.rows],
            }
            for why in uncounted
        ],
    }


def explained_item(run: Run, grid: Grid, code: str) -> Row | None:
    """`item_document` of a run's item, or None when the run has no such item."""
    found = records_of_item(run=run, grid=grid, code=code)
    return None if found is None else item_document(found, uncounted_of_item(run=run, grid=grid, code=code))


def record_row(row: Record) -> Row:
    return {
        "delta": row.delta,
        "day": row.day.isoformat(),
        "number": row.number,
        "slip_no": row.slip_number,
        "product": row.product,
        "address": row.address,
        "developer_no": row.developer_no,
        "developer": row.developer,
        "operator_no": row.operator,
        "note": row.note,
    }


def _rating(row: RatingRecord) -> Row:
    return {
        "staff_no": row.staff_no,
        "name": row.name,
        "days": row.days,
        "score": None if row.score is None else f"{row.score:.4f}",
        "items": {part.item: f"{part.score:f}" for part in row.parts},
    }


def sheet_document(sheet: Sheet) -> Row:
    """A total as the sum of its items, each with the formula and the numbers in it."""
    score = sheet.score
    return {
        "month": f"{score.month:%Y-%m}",
        "branch": score.branch.code,
        "scheme": str(sheet.run.scheme),
        "watermark": sheet.run.watermark_at.isoformat() if sheet.run.watermark_at else None,
        "days": score.days,
        "total": f"{score.total:f}",
        "exact": f"{sheet.exact:f}",
        "rank_in_branch": score.rank_in_branch,
        "count_in_branch": sheet.count_in_branch,
        "is_provisional": score.is_provisional,
        "formula": " + ".join(f"{item.result.weighted:f}" for item in sheet.items) + f" = {sheet.exact:f}",
        "items": {item.rule.code: _sheet_item(item) for item in sheet.items},
    }


def _sheet_item(item: Item) -> Row:
    result = item.result
    return {
        "name": item.rule.name,
        "class": item.rule.item_class,
        "status": result.status,
        "formula": MEASURES[item.rule.measure].formula(result) if result.actual is not None else None,
        "gained": result.gained,
        "lost": result.lost,
        "actual": figure(result.actual),
        "base": figure(result.base),
        "target": figure(result.target),
        "rate": text(result.rate),
        "floor": text(item.rule.floor),
        "cap": text(item.rule.cap),
        "score": text(result.score),
        "weight": text(result.weight),
        "weighted": text(result.weighted),
    }


def served_document(manager: Manager, sheet: Sheet) -> Row:
    """How the items of a person come from the grids served: item → grid, days and the grid's score."""
    return {
        item.rule.code: [
            {"grid": s.grid.code, "days": s.days, "score": text(s.result.score) if s.result else None}
            for s in served_grids(manager, sheet.run, item.rule.code)
        ]
        for item in sheet.items
    }


def development_document(manager: Manager, month: Month, products: list[str]) -> list[Row]:
    """The acceptances credited to a person, with the share that counts."""
    return [
        {
            "order_no": d.acceptance.order_no,
            "day": str(d.acceptance.cancelled_on if d.is_cancelled else d.acceptance.accepted_on),
            "product": d.acceptance.product_id,
            "share": f"{d.share:f}",
            "counted": f"{d.counted:f}",
        }
        for d in own_development(manager, month, products)
    ]


def effect_document(effect: Effect) -> Row:
    """What one record does to one month."""
    return {
        "month": str(effect.month) if effect.month else None,
        "grid": effect.grid.code if effect.grid else None,
        "item": effect.code or None,
        "counted": effect.counted,
        "is_pending": effect.is_pending,
        "delta": effect.delta,
        "rule": effect.rule.value,
        "reason": effect.reason,
        "points": text(effect.points),
        "checks": [{"text": check.text, "passed": check.passed} for check in effect.checks],
    }


def file_header() -> list[str]:
    """The columns of an explanation as a file."""
    return [
        *(_("指标"), _("部分"), _("单号或线路"), _("来源单"), _("日期"), _("产品"), _("地址")),
        *(_("业务发展人"), _("发展人工号"), _("操作工号"), _("计"), _("说明")),
    ]


def file_rows(sheet: Sheet, grid: Grid, codes: list[str]) -> Iterator[list[Any]]:
    """The explanation of some items of a grid, row by row: the working, what counts, what doesn't and why.

    Under the part 计入 the last number column adds up to the net new, or to the lost lines, of the item.
    """
    for item in sheet.items:
        if item.rule.code in codes:
            yield from _file_rows(item, sheet.run, grid)
    yield ["", _("总分"), "", "", "", "", "", "", "", "", sheet.score.total, sheet_document(sheet)["formula"]]


def _file_rows(item: Item, run: Run, grid: Grid) -> Iterator[list[Any]]:
    code = item.rule.code
    found = records_of_item(run=run, grid=grid, code=code)
    working = found.formula if found and item.is_scored else str(item.result.get_status_display())
    weighted = f"{working}；{text(item.result.score) or '—'} × {item.result.weight:f}% = {item.result.weighted:f}"
    name = named(item.rule.name)
    yield [code, _("算式"), name, "", "", "", "", "", "", "", item.result.weighted, weighted]
    for row in found.records if found else []:
        yield _file_row(code, _("计入"), row, row.note)
    for rating in found.ratings if found else []:
        note = _("%(days)d 天") % {"days": rating.days}
        yield [code, _("成员评价"), "", "", "", "", "", rating.name, rating.staff_no, "", rating.score, note]
    for why in uncounted_of_item(run=run, grid=grid, code=code):
        for row in why.rows:
            yield _file_row(code, _("未计入"), row, why.label)


def _file_row(code: str, part: str, row: Record, note: str) -> list[Any]:
    record = [row.number, row.slip_number, row.day, named(row.product), row.address]
    return [code, part, *record, row.developer, row.developer_no, row.operator, row.delta, note]

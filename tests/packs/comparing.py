"""A recalculated workbook against what the database holds, as text to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kpi.workbooks.sums import word
from tests.packs.office import Sheets

HEAD = 2
PLACES = {"得分": 4, "完成率": 4, "权重%": 6, "加权": 6}


def differences(sheets: Sheets, figures: dict[str, Any]) -> tuple[int, list[str]]:
    """How many figures were compared, and those that differ."""
    count, found = 0, []
    for title, subjects, key in (("网格得分", figures["grids"], "code"), ("人员得分", figures["people"], "staff_no")):
        groups, heads, *rows = sheets[title]
        places = _places(groups, heads)
        for row, subject in zip(rows, subjects, strict=False):
            assert row[0] == subject[key]
            for (code, head), place in places.items():
                wanted = _wanted(subject, code, head)
                if wanted is None:
                    continue
                count += 1
                shown = _text(row[place], wanted)
                if shown != wanted:
                    found.append(f"{subject[key]} {code} {head}: {row[place]!r}, not {wanted}")
    return count, found


def _places(groups: list[Any], heads: list[Any]) -> dict[tuple[str, str], int]:
    found, group = {}, ""
    for place, head in enumerate(heads):
        group = groups[place] or group
        found[str(group).split(" ")[0], str(head)] = place
    return found


def _wanted(subject: dict[str, Any], code: str, head: str) -> str | None:
    if code == "结果":
        return {"总分": subject["total"], "名次": str(subject["rank"])}.get(head) or (
            ("是" if subject["is_provisional"] else "") if head == "有缺项" else None
        )
    item = subject["items"].get(code)
    if item is None or head not in PLACES:
        return None
    if head == "完成率":
        return item["rate"] if item["rate"] is not None else word(item["status"])
    if head == "得分":
        return item["score"] if item["score"] is not None else word(item["status"])
    return str(item["weight" if head == "权重%" else "weighted"])


def _text(value: Any, wanted: str) -> str:
    """A number of a cell with as many places as the stored one. The cell has to hold that very number."""
    if not isinstance(value, int | float) or not wanted or wanted[-1] not in "0123456789":
        return str(value)
    places = len(wanted.partition(".")[2])
    shown = f"{value:.{places}f}"
    return shown if abs(Decimal(repr(value)) - Decimal(shown)) < Decimal("1e-9") else repr(value)

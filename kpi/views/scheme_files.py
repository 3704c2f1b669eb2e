"""An issued scheme as a file: one row an indicator, each with the version it belongs to."""

from typing import Any

from django.http import FileResponse, JsonResponse

from core.downloads import Table, sent
from core.spreadsheets import plain
from kpi.choices import ItemClass, Level
from kpi.indicators import MEASURES
from kpi.models import Indicator, Scheme

# Written as they stand, in either language: programs of another department read these files.
HEADER = ["方案", "版本", "生效日期", "下发时间", "重点业务合计", "保有维系合计", "其它合计", "理由"]
HEADER += ["次序", "代码", "名称", "类别", "计量", "层级", "产品编码", "权重%", "下限", "封顶", "目标率%", "每户分值"]


def _head(scheme: Scheme) -> list[Any]:
    totals = [scheme.business_total, scheme.retention_total, scheme.other_total]
    quarter = f"{scheme.year}Q{scheme.quarter}"
    return [quarter, scheme.version, scheme.effective_on, scheme.issued_at, *totals, scheme.override_reason]


def _row(indicator: Indicator) -> list[Any]:
    measure = MEASURES[indicator.measure]
    return [
        indicator.position,
        indicator.code,
        indicator.name,
        ItemClass(indicator.item_class).label,
        measure.label,
        Level(indicator.level).label,
        " ".join(indicator.products),
        indicator.weight if measure.has_weight else None,
        indicator.floor,
        indicator.cap,
        indicator.target_rate if "target_rate" in measure.reads else None,
        indicator.points_per_unit if "points_per_unit" in measure.reads else None,
    ]


def _name(scheme: Scheme) -> str:
    return f"考核方案-{scheme.year}Q{scheme.quarter}-v{scheme.version}"


def as_table(scheme: Scheme, ending: str) -> FileResponse:
    """The scheme as .xlsx or .csv."""
    head = _head(scheme)
    return sent(Table(_name(scheme), HEADER, ([*head, *_row(row)] for row in scheme.indicators.all())), ending)


def as_json(scheme: Scheme) -> JsonResponse:
    """The same with the head once; numbers as text, so that no program rounds them."""
    head = dict(zip(HEADER, map(plain, _head(scheme)), strict=False))
    rows = [dict(zip(HEADER[len(head) :], map(plain, _row(row)), strict=True)) for row in scheme.indicators.all()]
    response = JsonResponse({**head, "指标": rows}, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = (
        f'attachment; filename="scheme-{scheme.year}Q{scheme.quarter}-v{scheme.version}.json"'
    )
    return response

"""The sheet of the branches in a pack of the whole company: what its grids and people come to, counted by formulas."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kpi.workbooks.sums import Figures
from kpi.workbooks.tables import Cell, Column, Table

LOW = 80  # points; below it a grid counts as low


def columns() -> list[Column]:
    return [
        Column("name", _("分公司"), "name", "", 18),
        Column("grids", _("网格数"), "n0", "", 9),
        Column("people", _("人数"), "n0", "", 9),
        Column("mean", _("网格均分"), "n2", "", 11),
        Column("rank", _("名次"), "n0", "", 7),
        Column("low", _("不到 80 分"), "n0", "", 11),
        Column("stored", _("系统均分"), "n2", _("核对"), 11),
        Column("same", _("是否一致"), "plain", _("核对"), 10),
    ]


def write(table: Table, grids: Table, people: Table, found: Sequence[Figures], subjects: Sequence[Figures]) -> None:
    """One row a branch. `grids` and `people` are the sheets of scores, `subjects` the grids as they were scored."""
    means = [Decimal(one["mean"]) for one in found if one["mean"] is not None]
    for row, one in enumerate(found, 1):
        totals = [Decimal(grid["total"]) for grid in subjects if grid["branch"] == one["name"]]
        mean = Decimal(one["mean"]) if one["mean"] is not None else None
        rank = "" if mean is None else 1 + sum(other > mean for other in means)
        values = {"grids": one["grids"], "people": one["people"], "low": sum(total < LOW for total in totals)}
        values |= {"mean": "" if mean is None else float(mean), "rank": rank, "same": _("一致")}
        formulas = _formulas(table, grids, people, row)
        cells = {key: Cell(formulas[key], value) for key, value in values.items()}
        stored = Cell(value=None if mean is None else float(mean))
        table.row(row, {"name": Cell(value=one["name"]), "stored": stored, **cells})


def _formulas(table: Table, grids: Table, people: Table, row: int) -> dict[str, str]:
    name, count, mean, stored = (table.at(key, row) for key in ("name", "grids", "mean", "stored"))
    own, total = f"{grids.span('branch')},{name}", grids.span("total")
    # Hundredths are whole numbers: their sum over the count is an exact half where it is one.
    hundredths = f"ROUND(SUMIF({own},{total})*100,0)"
    column = table.span("mean").split("!")[1]
    same = f'IF({mean}="",{stored}="",ROUND(N({mean})*100,0)=ROUND({stored}*100,0))'
    return {
        "grids": f"COUNTIF({own})",
        "people": f"COUNTIF({people.span('branch')},{name})",
        "mean": f'IF({count}=0,"",ROUND({hundredths}/{count},0)/100)',
        "rank": f'IF({mean}="","",RANK({mean},{column}))',
        "low": f'COUNTIFS({own},{total},"<{LOW}")',
        "same": f'IF({same},"{_("一致")}","{_("不一致")}")',
    }

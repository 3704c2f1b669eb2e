"""What is shown, as a file."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from core.downloads import Table
from core.formats import named
from kpi.models import Indicator
from kpi.queries.branches import BranchRow
from kpi.queries.league import Row
from kpi.queries.people import Person
from kpi.queries.records import Record


def league_table(rows: Iterable[Row], indicators: Sequence[Indicator], month: object) -> Table:
    """The league as it is shown, figures uncapped as on the page."""
    header = [_("名次"), _("上月名次"), _("网格编码"), _("网格"), _("分公司"), _("总分"), _("上月总分")]
    lines = (
        [r.rank, r.climbed + r.rank if r.climbed is not None else None, r.code, r.name, r.branch_name, r.total]
        + [r.old_total]
        + [_figure(r, indicator) for indicator in indicators]
        + [r.team]
        for r in rows
    )
    names = [f"{indicator.code} {named(indicator.name)}" for indicator in indicators]
    return Table(_("网格排名-%(month)s") % {"month": month}, [*header, *names, _("小组")], lines)


def _figure(row: Row, indicator: Indicator) -> float | None:
    cell = row.items.get(indicator.code)
    return None if cell is None else cell.rate if cell.rate is not None else cell.score


def people_table(people: Iterable[Person], month: object) -> Table:
    header = [
        _("名次"),
        _("工号"),
        _("姓名"),
        _("分公司"),
        _("总分"),
        _("上月总分"),
        _("天数"),
        _("本人发展"),
        _("网格"),
    ]
    lines = (
        [p.rank, p.staff_no, p.name, p.branch_name, p.total, p.old_total, p.days, p.developed, p.team] for p in people
    )
    return Table(_("个人排名-%(month)s") % {"month": month}, header, lines)


def branch_table(rows: Iterable[BranchRow], indicators: Sequence[Indicator], month: object) -> Table:
    header = [
        _("名次"),
        _("分公司编码"),
        _("分公司"),
        _("均值"),
        _("上月均值"),
        _("网格数"),
        _("不到 80 分"),
        _("人数"),
    ]
    names = [f"{indicator.code} {named(indicator.name)}" for indicator in indicators]
    lines = (
        [r.rank, r.code, r.name, r.mean, r.old_mean, r.grids, r.low, r.people]
        + [r.items.get(indicator.code) for indicator in indicators]
        for r in rows
    )
    return Table(_("分公司排名-%(month)s") % {"month": month}, [*header, *names], lines)


def records_table(records: Iterable[Record], subject: str, code: str, month: object) -> Table:
    header = [
        _("单号或线路"),
        _("来源单"),
        _("日期"),
        _("产品"),
        _("地址"),
        _("业务发展人"),
        _("发展人工号"),
        _("操作工号"),
        _("计"),
    ]
    lines = (
        [r.number, r.slip_number, r.day, r.product, r.address, r.developer, r.developer_no, r.operator, r.delta]
        for r in records
    )
    return Table(f"{subject}-{code}-{month}", header, lines)

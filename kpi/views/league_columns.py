"""Which columns the leagues of grids, people, branches and teams have."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formats import listed, number, plain, signed
from core.svg import chip, rank_change, score_bar, spark
from kpi.choices import Measure, MonthState
from kpi.models import Indicator
from kpi.queries.branches import BranchRow, company_mean
from kpi.queries.generations import Generation
from kpi.queries.league import LOW_TOTAL, Summary
from kpi.queries.sums import Sums
from kpi.views.asks import DIFFERENCE, LeagueAsk
from kpi.views.columns import Column, Links, class_columns, figure_column, item_columns, item_foot, time_columns
from kpi.views.rows import figure, short
from managers.choices import Duty

Link = Callable[[Any, str], str]
CHIPS = {MonthState.OPEN: "draft", MonthState.TRIAL: "info", MonthState.PUBLISHED: "work", MonthState.CLOSED: "good"}


def rank_columns(name: str, cell: Callable[[Any], str], value: Callable[[Any], str], count: str) -> list[Column]:
    """Place, change of place, and who it is."""
    change = cache(lambda climbed: f"<td>{rank_change(climbed)}</td>")
    return [
        Column(
            "rank",
            _("名次"),
            lambda row: f'<td class="num strong">{row.rank}</td>',
            lambda row: row.rank,
            is_num=True,
            is_fixed=True,
            can_sort=False,
        ),
        Column("change", _("升降"), lambda row: change(row.climbed), lambda row: row.climbed),
        Column(
            "name",
            name,
            cell,
            value,
            is_text=True,
            is_fixed=True,
            foot=f'<th scope="row">{escape(count)}</th>' if count else "",
        ),
    ]


def branch_column(ask: LeagueAsk) -> list[Column]:
    if ask.branch:
        return []
    cell = cache(lambda name: muted(escape(name)))
    return [Column("branch", _("分公司"), lambda row: cell(row.branch_name), lambda row: row.branch_name, is_text=True)]


def total_column(ask: LeagueAsk, link: Link, total: Summary) -> Column:
    """The total as a bar against the mean; its foot is the mean, with what it is the mean of."""
    mean = None if total.mean is None else float(total.mean)

    def cell(row: Any) -> str:
        bar = score_bar(figure(row.total), row.total, low=row.total < LOW_TOTAL, mean=mean)
        return f'<td><a class="ink" href="{link(row, "")}" tabindex="-1">{bar}</a></td>'

    return Column(
        "total", _total_word(ask, _("总分")), cell, lambda row: row.total, is_fixed=True, foot=mean_foot(total)
    )


def _total_word(ask: LeagueAsk, usual: str) -> str:
    """Beside what it was corrected to, a total is the published one."""
    return _("公布时") if ask.basis == DIFFERENCE else usual


def mean_foot(total: Summary) -> str:
    small = escape(_("均值 = %(sum)s ÷ %(n)s") % {"sum": number(total.total, 2), "n": total.count})
    return f'<td><b>{number(total.mean, 2)}</b> <small class="muted">{small}</small></td>'


def trend_column(values: dict[int, list[float | None]], key: Callable[[Any], int], link: Link) -> Column:
    """Twelve months as a small line."""

    def cell(row: Any) -> str:
        known = [value for value in values.get(key(row), []) if value is not None]
        label = _("十二个月：%(a)s 到 %(b)s") % {"a": figure(known[0]), "b": figure(known[-1])} if known else ""
        return f'<td><a href="{link(row, "")}" tabindex="-1">{spark(known, label=label)}</a></td>'

    return Column("trend", _("十二个月"), cell, lambda row: row.total, is_usual=False, can_sort=False)


def grid_columns(
    ask: LeagueAsk,
    indicators: Sequence[Indicator],
    link: Links,
    total: Summary,
    sums: dict[str, Sums],
    odd: dict[int, str],
) -> list[Column]:
    gap = f'<span class="tag">{_("有缺项")}</span>'

    def name(row: Any) -> str:
        word = odd.get(row.grid_id)
        tags = (f'<span class="tag">{escape(word)}</span>' if word else "") + (gap if row.is_provisional else "")
        return f'<th scope="row"><a class="strong" href="{link(row, "")}">{escape(row.name)}</a>{tags}</th>'

    def team(row: Any) -> str:
        return f'<td class="muted ppl" title="{(words := escape(row.team))}">{words}</td>'

    count = ngettext("%(n)d 个网格", "%(n)d 个网格", total.count) % {"n": total.count}
    return [
        *rank_columns(_("网格"), name, lambda row: row.name, count),
        *branch_column(ask),
        Column("code", _("网格编码"), lambda row: f'<td class="muted">{escape(row.code)}</td>', lambda row: row.code,
               is_text=True, is_usual=False),
        total_column(ask, link, total),
        *time_columns(ask, total.mean, total.corrected_mean),
        *class_columns(indicators),
        *item_columns(indicators, link, sums=sums),
        Column("team", _("小组"), team, lambda row: row.team, is_text=True),
    ]  # fmt: skip


def name_cell(link: Link) -> Callable[[Any], str]:
    """The name, which opens the score sheet."""
    return lambda row: f'<th scope="row"><a class="strong" href="{link(row, "")}">{escape(row.name)}</a></th>'


def muted(words: str) -> str:
    return f'<td class="muted">{words}</td>'


def count_column(key: str, word: str, count: Callable[[Any], int]) -> Column:
    """A column of whole numbers."""
    return Column(key, word, lambda row: f'<td class="num">{count(row)}</td>', count, is_num=True)


def person_columns(ask: LeagueAsk, indicators: Sequence[Indicator], link: Links, total: Summary) -> list[Column]:
    gap = f'<span class="tag">{_("有缺项")}</span>'

    def name(row: Any) -> str:
        tag = gap if row.is_provisional else ""
        return f'<th scope="row"><a class="strong" href="{link(row, "")}">{escape(row.name)}</a>{tag}</th>'

    count = ngettext("%(n)d 人", "%(n)d 人", total.count) % {"n": total.count}
    return [
        *rank_columns(_("姓名"), name, lambda row: row.name, count),
        Column("staff_no", _("工号"), lambda row: muted(escape(row.staff_no)), lambda row: row.staff_no, is_text=True),
        *branch_column(ask),
        total_column(ask, link, total),
        *time_columns(ask, total.mean, total.corrected_mean),
        *class_columns(indicators),
        *item_columns(indicators, link, usual=False),
        *_work_columns(),
    ]


def _work_columns() -> list[Column]:
    """What stands beside a person's score: days, own development, duty and grids."""
    duties = {duty.value: escape(str(duty.label)) for duty in Duty}

    def developed(row: Any) -> str:
        return f'<td class="num">{short(row.developed)}</td>'

    def duty(row: Any) -> str:
        return duties.get(row.duty, "")

    return [
        count_column("days", _("天数"), lambda row: row.days),
        Column("developed", _("本人发展，净增"), developed, lambda row: row.developed, is_num=True),
        Column("duty", _("分工"), lambda row: muted(duty(row)), duty, is_text=True),
        Column("team", _("网格"), lambda row: muted(escape(row.team)), lambda row: row.team, is_text=True),
    ]


def branch_columns(
    ask: LeagueAsk,
    indicators: Sequence[Indicator],
    shown: Generation,
    sums: dict[str, Sums],
    rows: list[BranchRow],
    corrected_mean: Decimal | None,
) -> list[Column]:
    """The league of branches: means of their grids; each number opens what it is the mean of."""
    league = reverse("kpi:league")
    words, mean = ngettext("%(n)d 个分公司", "%(n)d 个分公司", len(rows)) % {"n": len(rows)}, company_mean(rows)
    name = name_cell(lambda row, _item: escape(f"{league}?{ask.address_with(branch=row.code, sort='', cols='')}"))
    return [
        *rank_columns(_("分公司"), name, lambda row: row.name, words),
        _state_column(shown),
        _mean_column(ask, mean),
        *time_columns(ask, mean, corrected_mean, lambda row: float(row.mean), lambda row: row.old_mean),
        *[_branch_item(i, ask, sums) for i in indicators],
        count_column("grids", pgettext("count", "网格"), lambda row: row.grids),
        _low_column(),
        count_column("people", _("人数"), lambda row: row.people),
    ]


def _state_column(shown: Generation) -> Column:
    states = {branch: str(MonthState(state).label) for branch, state in shown.states.items()}
    chips = {branch: chip(CHIPS[MonthState(state)], states[branch]) for branch, state in shown.states.items()}
    cell, value = (lambda row: f"<td>{chips.get(row.branch_id, '—')}</td>"), (lambda row: states.get(row.branch_id, ""))
    return Column("state", _("状态"), cell, value, is_text=True)


def _mean_column(ask: LeagueAsk, mean: Decimal | None) -> Column:
    """The mean of a branch's grids, with what it is the mean of; its foot is the mean of all grids."""
    line = None if mean is None else float(mean)

    def cell(row: Any) -> str:
        words = escape(_("%(sum)s ÷ %(n)s 个网格") % {"sum": number(row.total, 2), "n": row.grids})
        return f'<td title="{words}">{score_bar(number(row.mean, 2), float(row.mean), mean=line)}</td>'

    note = _("全部网格的均值")
    foot = f'<td><b>{number(mean, 2)}</b> <small class="muted">{note}</small></td>'
    word = _total_word(ask, _("网格均值"))
    return Column("total", word, cell, lambda row: row.mean, is_fixed=True, foot=foot)


def _low_column() -> Column:
    def cell(row: Any) -> str:
        return f'<td class="num{" bad-t strong" if row.low else ""}">{row.low}</td>'

    return Column("low", _("不到 %(n)s 分") % {"n": plain(LOW_TOTAL)}, cell, lambda row: row.low, is_num=True)


def _branch_item(indicator: Indicator, ask: LeagueAsk, sums: dict[str, Sums]) -> Column:
    """The mean score of an item; it opens the sums of the branch."""
    page = reverse("kpi:totals")

    def cell(row: Any) -> str:
        score = row.items.get(indicator.code)
        text = signed(score, 1) if indicator.measure == Measure.POINTS else plain(score, 1)
        address = escape(f"{page}?{ask.address_with(branch=row.code, item=indicator.code, sort='', cols='')}")
        return f'<td class="num"><a class="ink" href="{address}" tabindex="-1">{text}</a></td>'

    (usual,) = item_columns([indicator], Links("", ask, lambda row: row.code))
    foot = item_foot(indicator, sums.get(indicator.code))
    return replace(usual, cell=cell, value=lambda row: row.items.get(indicator.code), foot=foot)


def team_columns(ask: LeagueAsk, indicators: Sequence[Indicator], link: Links, people: Link, mean: Any) -> list[Column]:
    """The teams: the members' own scores, the rating by days, and who is missing."""
    ratings = [i for i in indicators if i.measure == Measure.RATING]
    total = _team_total(None if mean is None else float(mean))
    return [
        *rank_columns(_("网格"), name_cell(link), lambda row: row.name, ""),
        *branch_column(ask),
        Column("total", _("成员均分，按天数"), total, lambda row: row.total, is_fixed=True),
        figure_column("spread", _("最高减最低"), lambda row: row.spread),
        figure_column("grid_total", _("网格总分"), lambda row: row.grid_total),
        *item_columns(ratings, link),
        count_column("people", _("人数"), lambda row: len(row.members)),
        Column("gaps", _("编制"), _gaps, lambda row: listed(row.gaps), is_text=True),
        Column("members", _("成员"), _members(people), _member_names, is_text=True, can_sort=False),
    ]


def _team_total(mean: float | None) -> Callable[[Any], str]:
    def cell(row: Any) -> str:
        if row.total is None:
            return '<td class="muted">—</td>'
        return f"<td>{score_bar(figure(row.total), row.total, low=row.total < LOW_TOTAL, mean=mean)}</td>"

    return cell


def _gaps(row: Any) -> str:
    if not row.gaps:
        return muted(escape(_("满编")))
    return f'<td class="{"muted" if row.is_waived else "bad-t strong"}">{escape(listed(row.gaps))}</td>'


def _members(link: Link) -> Callable[[Any], str]:
    """Each member with the own total and the days in the grid."""
    days = escape(_("天"))

    def member(one: Any) -> str:
        total = figure(one.total) if one.total is not None else "—"
        words = f'{escape(one.name)} <b>{total}</b><small class="muted"> {one.days} {days}</small>'
        return f'<a class="member" href="{link(one, "")}">{words}</a>'

    return lambda row: f'<td class="wrap">{" ".join(map(member, row.members)) or "—"}</td>'


def _member_names(row: Any) -> str:
    """As a file holds them: 张三 86.20, 李四 85.10."""
    return listed(f"{m.name} {figure(m.total)}" if m.total is not None else m.name for m in row.members)

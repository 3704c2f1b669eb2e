"""Which columns the leagues of grids, people, branches and teams have."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import listed, number, plain, signed
from core.svg import chip, rank_change, score_bar, spark
from kpi.choices import Measure, MonthState
from kpi.models import Indicator
from kpi.queries.branches import BranchRow, company_mean
from kpi.queries.generations import Generation
from kpi.queries.league import LOW_TOTAL, Summary
from kpi.queries.sums import Sums
from kpi.views.asks import LeagueAsk
from kpi.views.columns import Column, class_columns, figure_column, item_columns, item_foot, time_columns
from kpi.views.rows import figure, short
from managers.choices import Duty

Link = Callable[[Any, str], str]
CHIPS = {MonthState.OPEN: "draft", MonthState.TRIAL: "info", MonthState.PUBLISHED: "work", MonthState.CLOSED: "good"}


def linked(address: str, ask: LeagueAsk, code: Callable[[Any], str]) -> Link:
    """Addresses of score sheets; `address` holds CODE where the code goes. Corrected leagues open corrected sheets."""
    basis = f"as={ask.basis}" if ask.basis != "published" else ""

    def link(row: Any, item: str) -> str:
        query = "&amp;".join(filter(None, (f"item={item}" if item else "", basis)))
        return address.replace("CODE", escape(code(row))) + (f"?{query}" if query else "")

    return link


def rank_columns(name: str, cell: Callable[[Any], str], value: Callable[[Any], str], count: str) -> list[Column]:
    """Place, change of place, and who it is."""
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
        Column("change", _("升降"), lambda row: f"<td>{rank_change(row.climbed)}</td>", lambda row: row.climbed),
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
    cell = lambda row: f'<td class="muted">{escape(row.branch_name)}</td>'  # noqa: E731
    return [Column("branch", _("分公司"), cell, lambda row: row.branch_name, is_text=True)]


def total_column(link: Link, total: Summary) -> Column:
    """The total as a bar against the mean; its foot is the mean, with what it is the mean of."""
    mean = None if total.mean is None else float(total.mean)

    def cell(row: Any) -> str:
        bar = score_bar(figure(row.total), row.total, low=row.total < LOW_TOTAL, mean=mean)
        return f'<td><a class="ink" href="{link(row, "")}" tabindex="-1">{bar}</a></td>'

    return Column("total", _("总分"), cell, lambda row: row.total, is_fixed=True, foot=mean_foot(total))


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
    link: Link,
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
        total_column(link, total),
        *time_columns(ask),
        *class_columns(indicators),
        *item_columns(indicators, link, sums=sums),
        Column("team", _("小组"), team, lambda row: row.team, is_text=True),
    ]  # fmt: skip


def person_columns(ask: LeagueAsk, indicators: Sequence[Indicator], link: Link, total: Summary) -> list[Column]:
    duties = {duty.value: escape(str(duty.label)) for duty in Duty}
    gap = f'<span class="tag">{_("有缺项")}</span>'

    def name(row: Any) -> str:
        tag = gap if row.is_provisional else ""
        return f'<th scope="row"><a class="strong" href="{link(row, "")}">{escape(row.name)}</a>{tag}</th>'

    def muted(words: str) -> str:
        return f'<td class="muted">{words}</td>'

    count = ngettext("%(n)d 人", "%(n)d 人", total.count) % {"n": total.count}
    return [
        *rank_columns(_("姓名"), name, lambda row: row.name, count),
        Column("staff_no", _("工号"), lambda row: muted(escape(row.staff_no)), lambda row: row.staff_no, is_text=True),
        *branch_column(ask),
        total_column(link, total),
        *time_columns(ask),
        *class_columns(indicators),
        *item_columns(indicators, link, usual=False),
        Column("days", _("天数"), lambda row: f'<td class="num">{row.days}</td>', lambda row: row.days, is_num=True),
        Column("developed", _("本人发展，净增"), lambda row: f'<td class="num">{short(row.developed)}</td>',
               lambda row: row.developed, is_num=True),
        Column("duty", _("分工"), lambda row: muted(duties.get(row.duty, "")), lambda row: duties.get(row.duty, ""),
               is_text=True),
        Column("team", _("网格"), lambda row: muted(escape(row.team)), lambda row: row.team, is_text=True),
    ]  # fmt: skip


def branch_columns(
    ask: LeagueAsk,
    indicators: Sequence[Indicator],
    shown: Generation,
    sums: dict[str, Sums],
    rows: list[BranchRow],
) -> list[Column]:
    """The league of branches: means of their grids; each number opens what it is the mean of."""
    league, mean, count = reverse("kpi:league"), company_mean(rows), len(rows)
    states = {branch: str(MonthState(state).label) for branch, state in shown.states.items()}
    chips = {branch: chip(CHIPS[MonthState(state)], states[branch]) for branch, state in shown.states.items()}

    def name(row: Any) -> str:
        address = escape(f"{league}?{ask.address_with(branch=row.code, sort='', cols='', item='')}")
        return f'<th scope="row"><a class="strong" href="{address}">{escape(row.name)}</a></th>'

    def total(row: Any) -> str:
        bar = score_bar(number(row.mean, 2), float(row.mean), mean=None if mean is None else float(mean))
        words = escape(_("%(sum)s ÷ %(n)s 个网格") % {"sum": number(row.total, 2), "n": row.grids})
        return f'<td title="{words}">{bar}</td>'

    words = ngettext("%(n)d 个分公司", "%(n)d 个分公司", count) % {"n": count}
    return [
        *rank_columns(_("分公司"), name, lambda row: row.name, words),
        Column("state", _("状态"), lambda row: f"<td>{chips.get(row.branch_id, '—')}</td>",
               lambda row: states.get(row.branch_id, ""), is_text=True),
        Column("total", _("网格均值"), total, lambda row: row.mean, is_fixed=True,
               foot=f"<td><b>{number(mean, 2)}</b> <small class=\"muted\">{_('全部网格的均值')}</small></td>"),
        *time_columns(ask, lambda row: float(row.mean), lambda row: row.old_mean),
        *[_branch_item(i, ask, sums) for i in indicators],
        Column("grids", _("网格"), lambda row: f'<td class="num">{row.grids}</td>', lambda row: row.grids, is_num=True),
        Column("low", _("不到 %(n)s 分") % {"n": plain(LOW_TOTAL)},
               lambda row: f'<td class="num{" bad-t strong" if row.low else ""}">{row.low}</td>', lambda row: row.low,
               is_num=True),
        Column("people", _("人数"), lambda row: f'<td class="num">{row.people}</td>', lambda row: row.people,
               is_num=True),
    ]  # fmt: skip


def _branch_item(indicator: Indicator, ask: LeagueAsk, sums: dict[str, Sums]) -> Column:
    page = reverse("kpi:totals")

    def cell(row: Any) -> str:
        score = row.items.get(indicator.code)
        text = signed(score, 1) if indicator.measure == Measure.POINTS else plain(score, 1)
        address = escape(f"{page}?{ask.address_with(branch=row.code, item=indicator.code, sort='', cols='')}")
        return f'<td class="num"><a class="ink" href="{address}" tabindex="-1">{text}</a></td>'

    (usual,) = item_columns([indicator], lambda row, code: "")
    return Column(
        indicator.code,
        usual.word,
        cell,
        lambda row: row.items.get(indicator.code),
        code=usual.code,
        weight=usual.weight,
        is_num=True,
        foot=item_foot(indicator, sums.get(indicator.code)),
    )


def team_columns(ask: LeagueAsk, indicators: Sequence[Indicator], link: Link, people: Link, mean: Any) -> list[Column]:
    """The teams: the members' own scores, the rating by days, and who is missing."""
    ratings = [i for i in indicators if i.measure == Measure.RATING]

    def name(row: Any) -> str:
        return f'<th scope="row"><a class="strong" href="{link(row, "")}">{escape(row.name)}</a></th>'

    def members(row: Any) -> str:
        words = " ".join(
            f'<a class="member" href="{people(m, "")}">{escape(m.name)} <b>{figure(m.total) if m.total else "—"}</b>'
            f'<small class="muted"> {m.days} {escape(_("天"))}</small></a>'
            for m in row.members
        )
        return f'<td class="wrap">{words or "—"}</td>'

    def gaps(row: Any) -> str:
        if not row.gaps:
            return f'<td class="muted">{escape(_("满编"))}</td>'
        kind = "muted" if row.is_waived else "bad-t strong"
        return f'<td class="{kind}">{escape(listed(row.gaps))}</td>'

    def total(row: Any) -> str:
        if row.total is None:
            return '<td class="muted">—</td>'
        return f"<td>{score_bar(figure(row.total), row.total, low=row.total < LOW_TOTAL, mean=mean)}</td>"

    return [
        *rank_columns(_("网格"), name, lambda row: row.name, ""),
        *branch_column(ask),
        Column("total", _("成员均分，按天数"), total, lambda row: row.total, is_fixed=True),
        figure_column("spread", _("最高减最低"), lambda row: row.spread),
        figure_column("grid_total", _("网格总分"), lambda row: row.grid_total),
        *item_columns(ratings, link),
        Column("people", _("人数"), lambda row: f'<td class="num">{len(row.members)}</td>',
               lambda row: len(row.members), is_num=True),
        Column("gaps", _("编制"), gaps, lambda row: listed(row.gaps), is_text=True),
        Column("members", _("成员"), members, lambda row: " ".join(m.name for m in row.members), is_text=True,
               can_sort=False),
    ]  # fmt: skip

"""The order in which a demo company comes into being."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from acceptance.domain import reconciling
from accounts.choices import Role
from accounts.models import Company
from core import sql
from core.periods import day_start
from core.pinyin import initials
from demo import desk, facts, homes, inputs, losses, sales, slips
from demo.holidays import load_holidays
from demo.load import BIG, numbered, put, require_empty
from demo.market import Market
from demo.partners import CHANNEL_COLUMNS, PERMISSION_COLUMNS, Partners
from demo.people import PASSWORD, People, hire
from demo.places import Places, lay_out
from demo.plan import Plan

Say = Callable[[str], None]
CAMPAIGNS = [("QJGW", "秋季光网进社区", 60), ("SQXC", "社区现场月", 200), ("3GQQ", "3G 亲情季", 120)]


def build(plan: Plan, *, say: Say) -> dict[str, int]:
    """Fill an empty database; returns rows written by table. Raises DatabaseInUse. All or nothing."""
    with transaction.atomic():
        require_empty()
        places = lay_out(plan)
        people = hire(plan, places)
        written = _write_places(plan, places) | _write_people(plan, people)
        say(f"{len(places.grids)} grids, {len(people.managers)} managers")
        written["acceptance_specialday"] = load_holidays()
        sql.run("demo/drop_derived", tables=BIG)
        written |= _write_homes(plan, places)
        say(f"{written['customers_household']:,} households, {written['customers_subscription']:,} lines")
        for table, rows in _write_work(plan, places, people).items():
            written[table] = written.get(table, 0) + rows
        written["customers_case"] = sql.run("demo/open_cases", start=plan.start, today=plan.today, seed=plan.seed)
        sql.run("demo/note_cases")
        say(f"{written['acceptance_acceptance']:,} acceptances, {written['acceptance_slip']:,} slips")
        sql.run("demo/restore_derived")
        sql.run("demo/advance_sequences")
        sql.run("demo/advance_slip_numbers")
        sql.run("demo/bill_orders", today=plan.today)
        reconciling.reconcile(now=plan.now)
        sql.run("demo/age_differences")
        Company.objects.create(name="演示公司", is_demo=True, recipe=plan.recipe, built_at=plan.now)
        say("indexes and keys")
    if not connection.in_atomic_block:  # a test builds inside a transaction of its own
        sql.run("demo/vacuum_all")
    return written


def _span(since: dt.date, until: dt.date | None = None) -> str:
    return f"[{since},{until or ''})"


def _write_places(plan: Plan, places: Places) -> dict[str, int]:
    whole = _span(plan.founded)
    waived = [(places.too_large.id, "band", whole, "新建小区集中入住，年底前拆分")] if places.too_large else []
    figures = [(c, n, v, u, "2010-12-31", "家庭客户高级客户经理建设指导意见") for c, n, v, u in facts.FIGURES]
    stays = (
        (grid.id, community.id, _span(since, until))
        for community in places.communities
        for grid, since, until in community.stays
    )
    return {
        "grids_branch": put("grids_branch", ["id", "code", "name"], ((b.id, b.code, b.name) for b in places.branches)),
        "grids_subbureau": put(
            "grids_subbureau",
            ["id", "code", "name", "branch_id"],
            ((s.id, s.code, s.name, s.branch.id) for s in places.sub_bureaus),
        ),
        "grids_street": put(
            "grids_street",
            ["id", "code", "name", "district", "area_type"],
            ((s.id, s.fact.code, s.fact.name, s.fact.district, s.fact.area_type) for s in places.streets),
        ),
        "grids_hall": put(
            "grids_hall",
            ["id", "code", "name", "branch_id", "street_id", "lon", "lat", "has_family_zone", "address", "phone"],
            (
                (h.id, h.code, h.name, h.branch.id, h.street.id, *h.street.centre.tolist(), h.id % 3 > 0)
                + (f"{h.street.fact.district}{h.street.fact.name}中心路 {h.id} 号", f"022-5550{h.id:04d}")
                for h in places.halls
            ),
        ),
        "grids_community": put(
            "grids_community",
            ["id", "code", "name", "sub_bureau_id", "street_id", "lon", "lat"],
            ((c.id, c.code, c.name, c.sub_bureau.id, c.street.id, c.lon, c.lat) for c in places.communities),
        ),
        "grids_grid": put(
            "grids_grid",
            ["id", "code", "name", "branch_id", "sub_bureau_id", "hall_id", "period"],
            ((g.id, g.code, g.name, g.branch.id, g.sub_bureau.id, g.hall.id, whole) for g in places.grids),
        ),
        "grids_gridcommunity": put("grids_gridcommunity", ["grid_id", "community_id", "period"], stays),
        "grids_gridwaiver": put("grids_gridwaiver", ["grid_id", "kind", "period", "reason"], waived),
        "grids_publishedfigure": put(
            "grids_publishedfigure", ["code", "name", "value", "unit", "as_of", "source"], figures
        ),
    }


def _write_people(plan: Plan, people: People) -> dict[str, int]:
    hashed = make_password(PASSWORD)
    joined = day_start(plan.founded)
    users = (
        (
            u.id,
            hashed,
            u.role == Role.IT_ADMIN,
            u.username,
            u.name,
            u.role.value,
            u.staff_code,
            u.branch_code,
            u.sub_bureau_code,
            u.hall_code,
            True,
            u.role == Role.IT_ADMIN,
            joined,
        )
        for u in people.users
    )
    postings = ((m.id, p.grid.id, p.duty, _span(p.since, p.until)) for m in people.managers for p in m.postings)
    short = [(people.short_team.id, "short", _span(plan.founded), "一人借调，年内补齐")] if people.short_team else []
    return {
        "accounts_user": put(
            "accounts_user",
            ["id", "password", "is_superuser", "username", "name", "role", "staff_code", "branch_code",
             "sub_bureau_code", "hall_code", "is_active", "is_staff", "date_joined"],
            users,
        ),
        "managers_manager": put(
            "managers_manager",
            ["id", "staff_no", "name", "branch_id", "phone", "name_key"],
            ((m.id, m.staff_no, m.name, m.first_grid.branch.id, m.phone, initials(m.name)) for m in people.managers),
        ),
        "managers_posting": put("managers_posting", ["manager_id", "grid_id", "duty", "period"], postings),
        "managers_teamwaiver": put("managers_teamwaiver", ["grid_id", "gap", "period", "reason"], short),
        "managers_operator": put(
            "managers_operator",
            ["id", "operator_no", "name", "hall_id"],
            ((o.id, o.operator_no, o.name, o.hall.id) for o in people.operators),
        ),
    }  # fmt: skip


def _write_homes(plan: Plan, places: Places) -> dict[str, int]:
    return {
        "customers_household": put("customers_household", homes.HOUSEHOLD_COLUMNS, homes.households(plan, places)),
        "customers_subscription": put("customers_subscription", homes.LINE_COLUMNS, homes.lines(plan, places)),
    }


def _write_work(plan: Plan, places: Places, people: People) -> dict[str, int]:
    market = Market(plan, places)
    counter = sales.open_counter(plan, people, market)
    office = desk.Desk(plan, places, people, counter.pad)
    lost = losses.Losses(plan, places, people, counter.pad)
    campaigns = ((c, n, plan.today - dt.timedelta(days=days), None) for c, n, days in CAMPAIGNS)
    written = {
        "campaigns_campaign": put(
            "campaigns_campaign", ["id", "code", "name", "starts_on", "ends_on"], numbered(campaigns)
        ),
        "kpi_target": put("kpi_target", inputs.TARGET_COLUMNS, inputs.targets(plan, places, market)),
        "kpi_rating": put("kpi_rating", inputs.RATING_COLUMNS, inputs.ratings(plan, people)),
    }
    for table, rows in _months(plan, places, market, counter, office, lost):
        written[table] = written.get(table, 0) + rows
    partners = Partners(plan, people)
    partners.fill(places)
    written["acceptance_communitychannel"] = put("acceptance_communitychannel", CHANNEL_COLUMNS, partners.channels)
    written["acceptance_channelpermission"] = put(
        "acceptance_channelpermission", PERMISSION_COLUMNS, partners.permissions
    )
    written["campaigns_visit"] = put("campaigns_visit", desk.VISIT_COLUMNS, office.visits())
    written["campaigns_followup"] = put("campaigns_followup", desk.FOLLOW_UP_COLUMNS, office.follow_ups())
    return written


def _months(
    plan: Plan, places: Places, market: Market, counter: sales.Counter, office: desk.Desk, lost: losses.Losses
) -> Iterator[tuple[str, int]]:
    """Sales and slips, a month at a time so that never more than one month is in memory."""
    for index, month in enumerate(plan.month_list):
        for sale in sales.month_of_sales(plan, places, market, index):
            counter.sell(sale)
        lost.write(month)
        if index == len(plan.month_list) - 1:
            office.open_slips()
        slip_rows, slip_lines, events = counter.pad.take()
        acceptances, lines = counter.take()
        yield "acceptance_slip", put("acceptance_slip", slips.SLIP_COLUMNS, slip_rows)
        yield "acceptance_slipline", put("acceptance_slipline", slips.SLIP_LINE_COLUMNS, slip_lines)
        yield "acceptance_slipevent", put("acceptance_slipevent", slips.EVENT_COLUMNS, events)
        yield "acceptance_acceptance", put("acceptance_acceptance", sales.ACCEPTANCE_COLUMNS, acceptances)
        yield "customers_subscription", put("customers_subscription", homes.LINE_COLUMNS, lines)

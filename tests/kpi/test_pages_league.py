"""The leagues: what they show, to whom, at what cost, and that nothing is sent twice."""

import csv
import re

import pytest
from django.urls import reverse

from accounts.models import AccessLog
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import MonthState
from kpi.domain import corrections, recompute
from kpi.models import BranchMonth, Indicator, Score
from managers.models import Manager
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import BranchFactory, GridFactory, SubBureauFactory
from tests.factories.kpi import NOW, OCTOBER, TargetFactory, recomputed
from tests.factories.managers import PostingFactory, full_team
from tests.factories.periods import period

pytestmark = pytest.mark.django_db


def league_of(branch, grids: int):
    for _n in range(grids):
        full_team(GridFactory(branch=branch))
    return recomputed()


def get(client, user, name="kpi:league", **query):
    client.force_login(user)
    return client.get(reverse(name), {"month": "2026-10", **query})


def test_league_shows_every_grid_of_the_branch_and_no_other(client) -> None:
    branch, neighbour = BranchFactory(), BranchFactory()
    own, foreign = GridFactory(branch=branch), GridFactory(branch=neighbour)
    recomputed()
    page = get(client, user_of_branch(branch)).content.decode()
    assert own.name in page
    assert foreign.name not in page


def test_league_of_the_company_shows_all_branches(client) -> None:
    one, two = GridFactory(), GridFactory()
    recomputed()
    page = get(client, UserFactory()).content.decode()
    assert one.name in page
    assert two.name in page


def test_league_of_a_foreign_branch_is_not_chosen(client) -> None:
    own, foreign = GridFactory(), GridFactory()
    recomputed()
    page = get(client, user_of_branch(own.branch), branch=foreign.branch.code).content.decode()
    assert own.name in page
    assert foreign.name not in page


def test_league_of_a_manager_shows_the_own_grid_only(client) -> None:
    branch = BranchFactory()
    own, other = GridFactory(branch=branch), GridFactory(branch=branch)
    posting = full_team(own)[0]
    recomputed()
    page = get(client, user_of_manager(posting.manager)).content.decode()
    assert own.name in page
    assert other.name not in page


def test_league_is_not_sent_again_until_a_recompute(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    user = user_of_branch(branch)
    first = get(client, user)
    address = f"{reverse('kpi:league')}?month=2026-10"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    recomputed()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda grid: Grid.objects.filter(pk=grid.pk).update(name="新名网格"),
        lambda grid: Branch.objects.filter(pk=grid.branch_id).update(name="新名分公司"),
        lambda grid: PostingFactory(grid=grid),
        lambda grid: Manager.objects.filter(postings__grid=grid).update(name="新名"),
        lambda _grid: Indicator.objects.filter(code="A").update(name="新名指标"),
    ],
)
def test_league_is_sent_again_when_a_name_on_it_changes(client, change) -> None:
    grid = GridFactory()
    PostingFactory(grid=grid)
    recomputed()
    before = get(client, user_of_branch(grid.branch))["ETag"]
    address = f"{reverse('kpi:league')}?month=2026-10"
    assert client.get(address, headers={"if-none-match": before}).status_code == 304
    change(grid)
    assert client.get(address, headers={"if-none-match": before}).status_code == 200


def test_unchanged_league_of_people_is_not_sent_again_until_somebody_wins_or_loses(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    grid, user = branch.grids.first(), user_of_branch(branch)
    tag = get(client, user, "kpi:people")["ETag"]

    def again():
        return client.get(reverse("kpi:people"), {"month": "2026-10"}, headers={"if-none-match": tag})

    assert (again().status_code, again().content) == (304, b"")
    # No score moves: the month may be closed, the figure beside the score is today's.
    AcceptanceFactory(grid=grid, household=HouseholdFactory(), developer=grid.postings.first().manager)
    assert again().status_code == 200


def test_league_etag_differs_between_readers_and_languages(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    tags = {get(client, user_of_branch(branch))["ETag"] for _reader in range(2)}
    client.cookies["django_language"] = "en"
    tags.add(get(client, user_of_branch(branch))["ETag"])
    assert len(tags) == 3


@pytest.mark.parametrize("name", ["kpi:league", "kpi:people", "kpi:branches"])
def test_leagues_ask_no_more_with_three_rows_than_with_one(client, name, django_assert_num_queries) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    user = user_of_branch(branch)
    get(client, user, name)
    counts = []
    for grids in (0, 2):
        league_of(branch, grids)
        get(client, user, name)  # fills the cache of the new generation
        with django_assert_num_queries(QUERIES[name]) as asked:
            client.get(reverse(name), {"month": "2026-10"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


QUERIES = {"kpi:league": 20, "kpi:people": 18, "kpi:branches": 19}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_league_is_exported_as_shown(client, kind) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    answer = get(client, user_of_branch(branch), export=kind)
    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content)


def test_league_without_scores_says_what_to_do(client) -> None:
    branch = BranchFactory()
    page = get(client, user_of_branch(branch)).content.decode()
    assert "这个月还没有成绩" in page
    assert "不到 80 分" not in page


@pytest.mark.parametrize("name", ["kpi:league", "kpi:people", "kpi:teams"])
def test_league_of_a_place_without_grids_says_so(client, name) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    place = SubBureauFactory(branch=branch).code
    page = get(client, user_of_branch(branch), name, sub_bureau=place).content.decode()
    assert "这个范围里没有要排的" in page
    assert "这个月还没有成绩" not in page


def codes(page: str, *names: str) -> list[int]:
    """Where the names stand on the page, in order of rows."""
    return [page.index(name) for name in names]


def two_grids(branch):
    """One with all of its FTTH and nothing else, one with half of it and points."""
    full, half = GridFactory(branch=branch, name="满格"), GridFactory(branch=branch, name="半格")
    for grid in (full, half):
        full_team(grid)
        TargetFactory(grid=grid, code="A", value=4)
    AcceptanceFactory.create_batch(4, grid=full, recorded_at=NOW)
    AcceptanceFactory.create_batch(2, grid=half, recorded_at=NOW)
    AcceptanceFactory.create_batch(9, grid=half, product_id="2G_BUNDLE", recorded_at=NOW)
    recomputed()
    return full, half


@pytest.mark.parametrize(
    ("sort", "first"), [("A", "满格"), ("-A", "半格"), ("D", "半格"), ("points", "半格"), ("zzz", "满格")]
)
def test_league_sorts_by_item_and_by_class(client, sort, first) -> None:
    branch = BranchFactory()
    two_grids(branch)
    page = get(client, user_of_branch(branch), sort=sort).content.decode()
    places = dict(zip(("满格", "半格"), codes(page, "满格", "半格"), strict=True))
    assert min(places, key=places.get) == first


def exported(client, user, name="kpi:league", **query) -> list[list[str]]:
    answer = get(client, user, name, export="csv", **query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_export_holds_the_columns_chosen_in_the_order_shown(client) -> None:
    branch = BranchFactory()
    two_grids(branch)
    rows = exported(client, user_of_branch(branch), cols="code,points,A", sort="-A")
    assert rows[0] == ["名次", "网格", "网格编码", "总分", "加减分", "A FTTH"]
    assert [(row[1], row[4], row[5]) for row in rows[1:]] == [("半格", "1.8", "50"), ("满格", "0", "100")]


def test_export_is_kept_in_the_access_log(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    user = user_of_branch(branch)
    exported(client, user, cols="A")
    assert list(AccessLog.objects.values_list("user", "action", "subject")) == [
        (user.pk, "export", f"grids month=2026-10&branch={branch.code}&cols=A")
    ]


def test_foot_adds_up_what_the_rows_show(client) -> None:
    branch = BranchFactory()
    two_grids(branch)
    page = get(client, user_of_branch(branch)).content.decode()
    # 4 and 2 of 4 each: 6 of 8.
    assert '75<small class="muted">6 / 8</small>' in page
    totals = [score.total for score in Score.objects.filter(grid__isnull=False)]
    assert f"均值 = {sum(totals)} ÷ 2" in page


def test_totals_page_adds_grids_to_the_branch_and_branches_to_the_company(client) -> None:
    branch, other = BranchFactory(), GridFactory()
    two_grids(branch)
    AcceptanceFactory(grid=other, recorded_at=NOW)
    AcceptanceFactory(grid=None, branch=branch, recorded_at=NOW)
    recomputed()
    of_branch = exported(client, user_of_branch(branch), "kpi:totals", item="A")
    assert [row[:4] for row in of_branch[1:]] == [
        ["满格", "4", "0", "4"],
        ["半格", "2", "0", "2"],
        ["合计", "6", "0", "6"],
    ]
    company = exported(client, UserFactory(), "kpi:totals", item="A")
    assert {row[0]: row[3] for row in company[1:]} == {branch.name: "6", other.branch.name: "1", "合计": "7"}
    page = get(client, UserFactory(), "kpi:totals", item="A").content.decode()
    assert "另有 1 笔受理当日不属于任何网格" in page


def test_league_compares_with_last_month_and_last_year(client) -> None:
    branch = BranchFactory()
    grid = GridFactory(branch=branch)
    for month, count in ((Month(2025, 10), 1), (Month(2026, 9), 2), (OCTOBER, 3)):
        TargetFactory(grid=grid, code="A", value=4, month=month.first)
        AcceptanceFactory.create_batch(count, grid=grid, accepted_on=month.first, recorded_at=NOW)
        recomputed(month)
    rows = exported(client, user_of_branch(branch), cols="mom,yoy,old_total,year_total")
    found = dict(zip(rows[0], rows[1], strict=True))
    totals = {s.month: s.total for s in Score.objects.filter(grid=grid)}
    now = totals[OCTOBER.first]
    assert float(found["环比"]) == float(now - totals[Month(2026, 9).first])
    assert float(found["同比"]) == float(now - totals[Month(2025, 10).first])


def test_teams_show_the_mean_of_the_members_by_days_and_who_is_missing(client) -> None:
    branch = BranchFactory()
    grid, other = GridFactory(branch=branch, name="甲格"), GridFactory(branch=branch, name="乙格")
    mover = PostingFactory(grid=grid, period=period("2026-01-01", "2026-10-11")).manager
    PostingFactory(grid=other, manager=mover, period=period("2026-10-11", None))
    stayer = PostingFactory(grid=grid).manager
    TargetFactory(grid=grid, code="A", value=4)
    AcceptanceFactory.create_batch(2, grid=grid, recorded_at=NOW)
    recomputed()
    totals = {s.manager_id: s.total for s in Score.objects.filter(manager__isnull=False)}
    rows = exported(client, user_of_branch(branch), "kpi:teams")
    found = {row[2]: row for row in rows[1:]}
    mean = (10 * totals[mover.pk] + 31 * totals[stayer.pk]) / 41
    assert float(found["甲格"][3]) == round(float(mean), 2)
    assert "厅内缺 1 人" in found["甲格"][rows[0].index("编制")]


@pytest.mark.parametrize("of", ["grids", "people", "branches"])
@pytest.mark.parametrize("item", ["", "A", "business", "nonsense"])
def test_trends_draw_one_chart_each(client, of, item) -> None:
    two_grids(BranchFactory())
    page = get(client, UserFactory(), "kpi:trends", of=of, item=item).content.decode()
    assert page.count('class="multiple"') == {"grids": 2, "people": 6, "branches": 1}[of]


def test_density_is_kept_and_leaves_the_address(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    answer = get(client, user_of_branch(branch), density="loose", sort="-A")
    assert (answer.status_code, answer.cookies["density"].value) == (302, "loose")
    assert answer["Location"] == "/kpi/?month=2026-10&sort=-A"
    assert 'class="tbl league"' in client.get(answer["Location"]).content.decode()


@pytest.fixture
def corrected():
    return corrected_in(BranchFactory())


def corrected_in(branch):
    """A closed month whose grid is corrected from 50 to 75 of A, with a signed correction."""
    grid = GridFactory(branch=branch)
    TargetFactory(grid=grid, code="A", value=4)
    AcceptanceFactory.create_batch(2, grid=grid, recorded_at=NOW)
    recomputed()
    published = Score.objects.get(grid=grid).total
    BranchMonth.objects.update(state=MonthState.CLOSED)
    AcceptanceFactory(grid=grid, recorded_at=NOW)
    run = corrections.request(branch=branch, month=OCTOBER, by=None, now=NOW)
    assert recompute.run(run.pk, now=NOW)
    run.refresh_from_db()
    corrections.sign(run=run, reason="晚到的订单", by=UserFactory(), now=NOW)
    return grid, published, Score.objects.get(grid=grid, run=run).total


def test_closed_month_shows_as_published_until_asked_for_the_corrected(client, corrected) -> None:
    grid, published, later = corrected
    user = user_of_branch(grid.branch)
    assert "公布之后有更正" in get(client, user).content.decode()
    totals = {basis: exported(client, user, **{"as": basis})[1][3] for basis in ("published", "corrected")}
    assert {basis: float(text) for basis, text in totals.items()} == {
        "published": float(published),
        "corrected": float(later),
    }
    rows = exported(client, user, **{"as": "difference"})
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (float(found["公布时"]), float(found["更正后"])) == (float(published), float(later))
    assert float(found["差异"]) == float(later - published)


@pytest.mark.parametrize("name", ["kpi:league", "kpi:branches"])
def test_difference_is_shown_for_the_mean_of_all_grids_too(client, name) -> None:
    branch = BranchFactory()
    GridFactory(branch=branch)
    corrected_in(branch)
    page = get(client, user_of_branch(branch), name, **{"as": "difference"}).content.decode()
    heads = [re.sub("<.*?>", "", cell) for cell in re.findall(r"<th scope=\"col\".*?</th>", page)]
    foot = [
        re.sub("<small.*?</small>|<.*?>", "", cell).strip()
        for cell in re.findall(r"<t[dh].*?</t[dh]>", page.partition("<tfoot>")[2])
    ]
    found = dict(zip(heads, foot, strict=True))
    assert {word: found[word] for word in ("公布时", "更正后", "差异")} == {
        "公布时": "7.82",  # 15.63 and 0 over two
        "更正后": "11.72",  # 23.44 and 0 over two
        "差异": "+3.90",
    }


@pytest.mark.parametrize("name", ["kpi:people", "kpi:branches", "kpi:teams", "kpi:totals", "kpi:trends"])
@pytest.mark.parametrize("basis", ["corrected", "difference"])
def test_every_league_offers_the_corrected_result(client, corrected, name, basis) -> None:
    grid, _published, _later = corrected
    page = get(client, user_of_branch(grid.branch), name, **{"as": basis})
    assert page.status_code == 200
    assert "更正后" in page.content.decode()


@pytest.mark.parametrize("name", ["kpi:people", "kpi:branches", "kpi:teams", "kpi:trends"])
def test_difference_is_offered_only_where_it_is_shown(client, corrected, name) -> None:
    page = get(client, user_of_branch(corrected[0].branch), name).content.decode()
    assert ("as=difference" in page) is (name in ("kpi:people", "kpi:branches"))


def test_sheet_shows_published_and_corrected_item_by_item(client, corrected) -> None:
    grid, published, later = corrected
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:grid_score", args=["2026-10", grid.code])
    assert f"{published}" in client.get(address).content.decode()
    assert f"{later}" in client.get(address, {"as": "corrected"}).content.decode()
    both = client.get(address, {"as": "difference"}).content.decode()
    assert f"+{later - published}" in both
    found = client.get(f"/api/v1/kpi/scores/2026-10/grids/{grid.code}/", {"as": "corrected"}).json()
    assert found["total"] == str(later)


def test_explanation_is_exported_with_its_records(client) -> None:
    branch = BranchFactory()
    full, _half = two_grids(branch)
    client.force_login(user_of_branch(branch))
    address = reverse("kpi:grid_score", args=["2026-10", full.code])
    answer = client.get(address, {"item": "A", "export": "csv"})
    rows = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    counted = [row for row in rows if row[1] == "计入"]
    assert sum(int(row[10]) for row in counted) == 4
    assert "(4 − 0) ÷ 4 × 100 = 100" in rows[1][11]
    everything = client.get(address, {"all": "", "export": "csv"})
    rows = list(csv.reader(b"".join(everything.streaming_content).decode("utf-8-sig").splitlines()))
    assert {row[0] for row in rows[1:]} == {*"ABCDEFG", ""}

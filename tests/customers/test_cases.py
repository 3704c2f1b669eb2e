"""Faults and complaints: the rules, what the database refuses, their pages and their file."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.scope import Scope
from core.periods import SHANGHAI, local_day
from customers import queries
from customers.domain import cases
from customers.models import Case, CaseEvent, Household
from tests.factories.acceptance import SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_hall, user_of_manager
from tests.factories.customers import CaseFactory, HouseholdFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.managers import PostingFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2025, 3, 10, 9, 0, tzinfo=SHANGHAI)
TODAY = dt.date(2025, 3, 10)
HEADER = "事项编号,客户编码,类别,内容,发生日期,办结日期,处理结果\n"


def register(household: Household, **fields: object) -> Case:
    given = {"kind": "fault", "subject": "宽带掉线", "opened_on": TODAY, "number": "", "by": UserFactory(), "now": NOW}
    return cases.register(household=household, **(given | fields))


def somebody(role: str, **fields: object) -> User:
    """Of this role for the rule; which place is theirs doesn't matter to it."""
    user = UserFactory(**fields)
    user.role = role
    return user


def close(case: Case, role: str = Role.HALL_MANAGER, **fields: object) -> bool:
    given = {"outcome": "已换光猫", "by": somebody(role), "now": NOW}
    return cases.close(case=case, **(given | fields))


# Writing it down --------------------------------------------------------------------------------


def test_case_written_twice_is_one() -> None:
    household = HouseholdFactory()
    first, again = register(household), register(household, subject=" 宽带掉线 ")
    assert (first.pk, Case.objects.count()) == (again.pk, 1)


def test_case_with_a_known_number_is_the_one_of_the_file() -> None:
    known = CaseFactory(number="GZ1")
    assert register(known.household, number="GZ1", subject="又掉线了") == known
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"subject": "  "}, "subject", "请写一句出了什么事。"),
        ({"opened_on": TODAY + dt.timedelta(days=1)}, "opened_on", "发生日期不能晚于今天。"),
        ({"kind": "praise"}, "kind", "请选故障还是投诉。"),
        ({"number": "GZ1"}, "number", "这个编号登记在另一户名下，请核对。"),
        ({"number": "GZ2"}, "number", "这个编号已经办结。又出了事，请不填编号再登记一条。"),
    ],
)
def test_case_that_cannot_be_is_refused(fields: dict[str, object], field: str, words: str) -> None:
    household = HouseholdFactory()
    CaseFactory(number="GZ1")
    CaseFactory(number="GZ2", household=household, is_over=True)
    with pytest.raises(cases.CannotRegister) as refused:
        register(household, **fields)
    assert (refused.value.field, str(refused.value)) == (field, words)


# Closing it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "closers"),
    [
        ({"kind": "fault"}, {Role.ACCOUNT_MANAGER, Role.HALL_CLERK, Role.HALL_MANAGER, Role.BRANCH}),
        ({"kind": "fault", "number": "GZ1"}, {Role.HALL_MANAGER, Role.BRANCH}),
        ({"kind": "complaint"}, {Role.HALL_MANAGER, Role.BRANCH}),
    ],
)
def test_case_is_closed_by_those_who_may(fields: dict[str, object], closers: set[str]) -> None:
    case = CaseFactory(**fields)
    assert {role for role in Role if cases.may_close(case, role)} == closers
    for role in set(Role) - closers:
        with pytest.raises(cases.CannotClose):
            close(case, role)


def test_case_is_closed_once_and_keeps_the_first_outcome() -> None:
    case = CaseFactory()
    seen_earlier = Case.objects.get(pk=case.pk)
    assert close(case) is True
    assert close(seen_earlier, outcome="别的") is False
    case.refresh_from_db()
    assert (case.outcome, case.closed_on) == ("已换光猫", TODAY)


def test_case_is_not_closed_without_an_outcome() -> None:
    with pytest.raises(cases.CannotClose) as refused:
        close(CaseFactory(), outcome=" ")
    assert refused.value.field == "outcome"


def test_history_is_written_with_who_and_what() -> None:
    teller = UserFactory()
    case = register(HouseholdFactory(), by=teller)
    closer = somebody(Role.HALL_CLERK)
    close(case, by=closer)
    told = list(CaseEvent.objects.values_list("subject", "closed_on", "outcome", "by"))
    assert told == [("宽带掉线", None, "", teller.pk), ("宽带掉线", TODAY, "已换光猫", closer.pk)]


# What the database refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "praise"},
        {"subject": ""},
        {"number": ""},
        {"closed_on": dt.date(2025, 3, 10)},
        {"outcome": "好了"},
        {"closed_on": dt.date(2025, 2, 1), "outcome": "好了"},
        {"opened_on": dt.date(2190, 1, 1)},
    ],
)
def test_database_refuses_what_cannot_be(fields: dict[str, object]) -> None:
    household = HouseholdFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFactory(household=household, **fields)


def test_database_knows_a_number_once() -> None:
    CaseFactory(number="GZ1")
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFactory(number="GZ1")


@pytest.mark.parametrize("model", [Case, CaseEvent])
def test_database_never_forgets_a_case(model: type[Case] | type[CaseEvent]) -> None:
    CaseFactory()
    with pytest.raises(InternalError), transaction.atomic():
        model.objects.all().delete()


# What it shows ----------------------------------------------------------------------------------


def test_late_cases_come_first_and_closed_ones_last() -> None:
    since = {"fault": [3, 2], "complaint": [15, 16]}
    for kind, ages in since.items():
        for age in ages:
            CaseFactory(kind=kind, subject=f"{age}", opened_on=TODAY - dt.timedelta(days=age))
    CaseFactory(subject="over", is_over=True, opened_on=TODAY - dt.timedelta(days=40))
    shown = [(matter.case.subject, matter.is_late) for matter in queries.matters(Case.objects.all(), on=TODAY)]
    assert shown == [("16", True), ("3", True), ("15", False), ("2", False), ("over", False)]


def test_cases_of_another_place_are_not_there() -> None:
    here, there = CaseFactory(), CaseFactory()
    scope = Scope(branches=frozenset([here.household.branch_id]))
    assert list(Case.objects.within(scope)) == [here]
    assert set(Case.objects.within(Scope(everything=True))) == {here, there}


# Pages ------------------------------------------------------------------------------------------


@pytest.fixture
def home() -> Household:
    return HouseholdFactory(community=GridCommunityFactory(grid=PostingFactory().grid).community)


def field_user(home: Household) -> User:
    grid = home.community.memberships.get().grid
    return user_of_manager(grid.postings.get().manager)


def tell(client: Client, home: Household, **fields: object):
    given = {"kind": "complaint", "subject": "多收了月租", "opened_on": str(local_day(timezone.now())), "number": ""}
    return client.post(reverse("customers:case_new", args=[home.code]), given | fields)


def card(client: Client, home: Household) -> str:
    return client.get(reverse("acceptance:household_card", args=[home.code])).content.decode()


def test_field_manager_tells_of_a_complaint_and_the_hall_closes_it(client: Client, home: Household) -> None:
    user = field_user(home)
    client.force_login(user)
    assert tell(client, home).status_code == tell(client, home).status_code == 302
    case = Case.objects.get()
    assert (case.kind, case.reported_by) == ("complaint", user)
    address = reverse("customers:case_close", args=[case.pk])
    page = card(client, home)
    assert ("多收了月租" in page, "先处理，再推销" in page, address in page) == (True, True, False)
    client.post(address, {"outcome": "退还"})
    case.refresh_from_db()
    assert case.closed_on is None
    hall_manager = user_of_hall(home.community.memberships.get().grid.hall)
    client.force_login(hall_manager)
    assert address in card(client, home)
    client.post(address, {"outcome": "退还费用"})
    case.refresh_from_db()
    assert (case.outcome, case.closed_by, case.closed_on) == ("退还费用", hall_manager, local_day(timezone.now()))
    page = card(client, home)
    assert ("退还费用" in page, "先处理，再推销" in page) == (True, False)


def test_form_says_what_is_missing(client: Client, home: Household) -> None:
    client.force_login(field_user(home))
    answer = tell(client, home, opened_on="2190-01-01")
    assert (answer.status_code, "发生日期不能晚于今天。" in answer.content.decode()) == (422, True)
    assert tell(client, home, kind="").status_code == 422
    assert not Case.objects.exists()


def test_case_is_told_on_the_first_page_of_its_grid_only(client: Client, home: Household) -> None:
    CaseFactory(household=home, subject="光猫红灯")
    CaseFactory(household=home, subject="早好了", is_over=True)
    CaseFactory(subject="别处")
    client.force_login(field_user(home))
    page = client.get(reverse("kpi:my_day")).content.decode()
    assert ("光猫红灯" in page, "早好了" in page, "别处" in page) == (True, False, False)


def test_branch_sees_the_case_and_may_close_it(client: Client, home: Household) -> None:
    case = CaseFactory(household=home, number="TS1")
    client.force_login(user_of_branch(home.branch))
    page = card(client, home)
    assert reverse("customers:case_close", args=[case.pk]) in page
    assert reverse("customers:case_new", args=[home.code]) not in page


@pytest.mark.parametrize("is_over", [False, True])
def test_hall_is_told_before_it_accepts(client: Client, home: Household, is_over: bool) -> None:
    grid = home.community.memberships.get().grid
    CaseFactory(household=home, subject="光猫红灯", is_over=is_over)
    slip = SlipFactory(household=home, grid=grid)
    client.force_login(user_of_hall(grid.hall))
    page = client.get(reverse("acceptance:queue_slip", args=[slip.number])).content.decode()
    assert ("光猫红灯" in page, "先处理，再推销" in page) == (not is_over, not is_over)


# The file ---------------------------------------------------------------------------------------


def test_file_opens_and_a_later_one_closes(tmp_path) -> None:
    HouseholdFactory(code="H1")
    open_line, closed_line = "GZ1,H1,故障,掉线,2025-03-01,,\n", "GZ1,H1,故障,掉线,2025-03-01,2025-03-02,换光猫\n"
    counts = [take_text(tmp_path, "cases", HEADER + line)[0].counts for line in (open_line, open_line, closed_line)]
    assert counts == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    case = Case.objects.get()
    assert (case.closed_on, case.outcome, case.closed_by) == (dt.date(2025, 3, 2), "换光猫", None)
    assert list(CaseEvent.objects.values_list("closed_on", "by")) == [(None, None), (dt.date(2025, 3, 2), None)]


def test_bad_lines_of_the_file_say_why(tmp_path) -> None:
    HouseholdFactory(code="H1")
    CaseFactory(number="GZ7", household__code="H7", closed_by=UserFactory(name="赵敏"), is_over=True)
    text = (
        "GZ1,H9,故障,掉线,2025-03-01,,\nGZ2,H1,表扬,掉线,2025-03-01,,\nGZ3,H1,故障,掉线,2025-03-01,2025-03-02,\n"
        "GZ4,H1,投诉,掉线,2025-03-02,2025-03-01,好了\nGZ5,H1,故障,掉线,2190-01-01,,\nGZ6,H1,故障,,2025-03-01,,\n"
        "GZ7,H1,故障,掉线,2025-06-01,,\n"
    )
    _outcome, rejected = take_text(tmp_path, "cases", HEADER + text)
    assert rejected == [
        (2, ["客户编码 H9 不存在"]),
        (3, ["类别：“表扬”不认识，请写故障、投诉"]),
        (4, ["办结日期和处理结果要一起填"]),
        (5, ["办结日期不能早于发生日期"]),
        (6, ["2190-01-01 还没到，请核对日期"]),
        (7, ["内容没有填"]),
        (8, ["这一条 2025-03-02 已由赵敏办结，发生日期不能更晚"]),
    ]


def test_case_closed_here_stays_closed_while_the_file_has_it_open(tmp_path) -> None:
    case = CaseFactory(number="GZ1", household__code="H1", opened_on=dt.date(2025, 3, 1), subject="掉线")
    closer = somebody(Role.BRANCH)
    close(case, by=closer)
    outcome, _rejected = take_text(tmp_path, "cases", HEADER + "GZ1,H1,故障,掉线,2025-03-01,,\n")
    case.refresh_from_db()
    assert (outcome.counts, case.closed_on, case.closed_by) == ((0, 0, 1), TODAY, closer)
    take_text(tmp_path, "cases", HEADER + "GZ1,H1,故障,掉线,2025-03-01,2025-03-12,换线\n")
    case.refresh_from_db()
    assert (case.closed_on, case.outcome, case.closed_by) == (dt.date(2025, 3, 12), "换线", None)


def test_file_without_ends_keeps_them(tmp_path) -> None:
    case = CaseFactory(number="GZ1", household__code="H1", is_over=True)
    head = "事项编号,客户编码,类别,内容,发生日期,办结日期\n"
    outcome, rejected = take_text(tmp_path, "cases", head + "GZ1,H1,故障,又掉线,2025-03-01,\n")
    case.refresh_from_db()
    assert (outcome.counts, rejected) == ((0, 1, 0), [])
    assert (case.subject, case.closed_on, case.outcome) == ("又掉线", dt.date(2025, 3, 2), "已修复")

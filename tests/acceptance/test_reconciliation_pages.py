"""The page where hall and branch settle what the billing system tells otherwise."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from acceptance.domain import reconciling
from acceptance.models import Acceptance, Difference
from core.periods import local_day
from imports.domain import batches
from imports.models import Batch
from tests.factories.acceptance import AcceptanceFactory, DeveloperAliasFactory, DifferenceFactory
from tests.factories.accounts import ItAdminFactory, UserFactory, user_of_branch, user_of_hall
from tests.factories.managers import ManagerFactory, OperatorFactory, PostingFactory

pytestmark = pytest.mark.django_db
PAGE = "acceptance:reconciliation"


def line_of_hall(**fields) -> Difference:
    operator = OperatorFactory()
    order = AcceptanceFactory(operator=operator, keyed_here=True, accepted_on=local_day(timezone.now()))
    order.branch = operator.hall.branch
    order.save()
    return DifferenceFactory(acceptance=order, **fields)


def numbers(page) -> list[str]:
    return [line.order.order_no for line in page.context["lines"]]


def test_lines_are_those_of_ones_place_and_filters(client: Client) -> None:
    mine, other = line_of_hall(due_on=dt.date(2099, 1, 1)), line_of_hall()
    client.force_login(user_of_hall(mine.hall))
    assert numbers(client.get(reverse(PAGE))) == [mine.acceptance.order_no]
    client.force_login(UserFactory())
    assert numbers(client.get(reverse(PAGE))) == [other.acceptance.order_no, mine.acceptance.order_no]
    assert numbers(client.get(reverse(PAGE), {"kind": "overdue"})) == [other.acceptance.order_no]
    assert numbers(client.get(reverse(PAGE), {"hall": mine.hall.code})) == [mine.acceptance.order_no]
    assert numbers(client.get(reverse(PAGE), {"kind": "differs"})) == []
    assert numbers(client.get(reverse(PAGE), {"state": "settled"})) == []
    page = client.get(reverse(PAGE))
    assert (page.context["tally"].open, page.context["tally"].overdue) == (2, 1)


def test_page_goes_on_behind_the_last_line(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acceptance.views.reconciliation.PAGE", 2)
    made = [line_of_hall(due_on=dt.date(2026, 10, day)).acceptance.order_no for day in (3, 1, 2)]
    client.force_login(UserFactory())
    first = client.get(reverse(PAGE))
    second = client.get(reverse(PAGE), {"after": first.context["after"]})
    assert numbers(first) + numbers(second) == [made[1], made[2], made[0]]


def test_hall_settles_its_line_and_a_second_click_is_told(client: Client) -> None:
    line = line_of_hall()
    client.force_login(user_of_hall(line.hall))
    address = reverse("acceptance:difference_settle", args=[line.pk])
    given = {"how": "billing", "word": "没有办成", "back": "?kind=overdue"}
    answer = client.post(address, given)
    assert (answer.status_code, answer.url) == (302, f"{reverse(PAGE)}?kind=overdue")
    again = client.post(address, given | {"back": "//evil.example"}, follow=True)
    assert "刚被别人处理" in again.content.decode()
    line.refresh_from_db()
    assert (line.settled_how, line.word) == ("billing", "没有办成")
    assert Acceptance.objects.get().cancelled_on == line.acceptance.accepted_on
    assert numbers(client.get(reverse(PAGE), {"state": "settled"})) == [line.acceptance.order_no]


@pytest.mark.parametrize("state", ["open", "settled", "agreed"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_is_exported_as_shown(client: Client, state: str, kind: str) -> None:
    line_of_hall()
    client.force_login(UserFactory())
    answer = client.get(reverse(PAGE), {"state": state, "export": kind})
    assert (answer.status_code, len(b"".join(answer)) > 40) == (200, True)


def test_page_takes_the_same_queries_for_one_and_three(client: Client, django_assert_max_num_queries) -> None:
    for _line in range(3):
        line_of_hall()
    client.force_login(UserFactory())
    client.get(reverse(PAGE))
    with django_assert_max_num_queries(10):
        client.get(reverse(PAGE))


def test_branch_says_whom_a_name_means(client: Client) -> None:
    today = local_day(timezone.now())
    meant = PostingFactory(manager=ManagerFactory(name="张三")).manager
    order = AcceptanceFactory(grid__branch=meant.branch, developer_name="张三", accepted_on=today)
    twin = [ManagerFactory(name="李四", branch=meant.branch) for _one in range(2)]
    AcceptanceFactory(grid__branch=meant.branch, developer_name="李四", accepted_on=today)
    client.force_login(user_of_branch(meant.branch))
    page = client.get(reverse("acceptance:name_list"))
    told = {name.name: (len(name.bearers), name.suggested) for name in page.context["names"]}
    assert told == {"张三": (1, meant), "李四": (2, None)}
    sent = {"branch": meant.branch.code, "name": "张三", "staff_no": meant.staff_no}
    for _click in range(2):
        client.post(reverse("acceptance:name_give"), sent)
    order.refresh_from_db()
    assert order.developer == meant
    client.post(reverse("acceptance:name_give"), sent | {"name": "李四", "staff_no": twin[0].staff_no})
    assert Acceptance.objects.filter(developer=None).count() == 1


def test_branch_takes_back_what_it_said_of_a_name(client: Client) -> None:
    alias = DeveloperAliasFactory()
    client.force_login(user_of_branch(alias.branch))
    address = reverse("acceptance:name_withdraw", args=[alias.pk])
    assert address in client.get(reverse("acceptance:name_list")).content.decode()
    for _click in range(2):
        client.post(address, {"reason": "另有其人"})
    page = client.get(reverse("acceptance:name_list")).content.decode()
    assert ("撤回：另有其人" in page, address in page) == (True, False)


def test_file_that_brings_nothing_new_is_confirmed_and_settles_what_it_confirms(
    client: Client, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    line = line_of_hall(kind="not_billed")
    order = line.acceptance
    head = "订单号,客户编码,产品编码,受理日期,操作工号,渠道\n"
    row = f"{order.order_no},{order.household.code},FTTH,{order.accepted_on},{order.operator.operator_no},own_hall\n"
    client.force_login(ItAdminFactory())
    client.post(reverse("imports:batch_upload"), {"file": SimpleUploadedFile("受理.csv", (head + row).encode())})
    batch = Batch.objects.get()
    batches.run(batch.pk, now=timezone.now())
    page = client.get(reverse("imports:batch_detail", args=[batch.pk])).content.decode()
    assert "0</b>" in page and "计费系统也有这些订单" in page

    address = reverse("imports:batch_confirm", args=[batch.pk])
    assert f'action="{address}"' in page
    client.post(address)
    batches.run(batch.pk, now=timezone.now())
    reconciling.reconcile(now=timezone.now())
    line.refresh_from_db()
    assert line.settled_how == "matched"
    assert "确认之后记下" not in client.get(reverse("imports:batch_detail", args=[batch.pk])).content.decode()

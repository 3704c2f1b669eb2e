"""What was keyed in wrong is put right at the counter, until the billing system brings the order."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from acceptance.domain import amendments, slips
from acceptance.domain.acceptances import BadOrder, Order
from acceptance.domain.actors import Actor
from acceptance.domain.amendments import CannotAmend
from acceptance.models import Acceptance, Difference, FormerAcceptance, OrderAmendment, Product
from core.periods import local_day
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_reconciling import DAY, HEAD, LATER, billed, key_in, look
from tests.acceptance.test_slips import make
from tests.factories.accounts import user_of_hall, user_of_operator
from tests.factories.managers import OperatorFactory
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def street():
    return Street()


def keyed(street, order_no="ORDER001", **fields) -> Acceptance:
    """An order of the street's clerk, keyed in on the morning of NOW."""
    order = key_in(street, order_no, **fields)
    Acceptance.objects.filter(pk=order.pk).update(recorded_at=NOW)
    order.refresh_from_db()
    return order


def head_of(street, hall=None) -> Actor:
    hall = hall or street.hall
    return Actor(user=user_of_hall(hall).pk, halls=frozenset({hall.pk}), leads=True)


def correct(order, by, *, order_no="ORDER009", product="FTTH", reason="少抄一位", now=NOW) -> Acceptance:
    amendments.correct(order=order, order_no=order_no, product=product, reason=reason, by=by, now=now)
    return Acceptance.objects.get(pk=order.pk)


def withdraw(order, by, *, reason="客户没有办", now=NOW) -> Acceptance:
    amendments.withdraw(order=order, reason=reason, by=by, now=now)
    return Acceptance.objects.get(pk=order.pk)


def told() -> list[tuple[str, str, str, str]]:
    rows = OrderAmendment.objects.order_by("pk")
    return list(rows.values_list("kind", "former_no", "former_product", "reason"))


def test_clerk_corrects_number_and_product_on_the_day(street):
    order = correct(keyed(street), street.clerk, product="3G")
    assert (order.order_no, order.product_id, order.accepted_on) == ("ORDER009", "3G", DAY)
    assert (order.developer, order.grid, order.cancelled_on) == (street.manager, street.grid, None)
    assert told() == [("corrected", "ORDER001", "FTTH", "少抄一位")]
    assert FormerAcceptance.objects.get().product_id == "FTTH"


def test_number_alone_moves_nothing_that_counts(street):
    correct(keyed(street), street.clerk)
    assert not FormerAcceptance.objects.exists()


def test_withdrawn_order_ends_today_and_the_slip_keeps_its_state(street):
    order = keyed(street)
    FormerAcceptance.objects.all().delete()
    order = withdraw(order, head_of(street), now=TOMORROW)
    assert order.cancelled_on == local_day(TOMORROW)
    assert order.slip.state == "accepted"
    assert told() == [("withdrawn", "ORDER001", "FTTH", "客户没有办")]
    assert FormerAcceptance.objects.get().cancelled_on is None


def test_withdrawn_order_of_last_month_counts_against_this_one(street):
    order = keyed(street)
    Acceptance.objects.filter(pk=order.pk).update(accepted_on=dt.date(2026, 10, 30))
    order = withdraw(order, street.clerk)
    assert (order.accepted_on, order.cancelled_on) == (dt.date(2026, 10, 30), DAY)


@pytest.mark.parametrize("step", [correct, withdraw])
def test_said_twice_it_is_done_once(street, step):
    order = keyed(street)
    once, again = step(order, street.clerk), step(order, street.clerk)
    assert (once.order_no, once.cancelled_on) == (again.order_no, again.cancelled_on)
    assert OrderAmendment.objects.count() == 1
    with pytest.raises(CannotAmend, match="已经退订" if step is withdraw else "没有要改的"):
        step(order, street.clerk, reason="另一个原因")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_clicks_at_one_moment_withdraw_once(street):
    order = keyed(street)

    def click(_n: int) -> None:
        try:
            withdraw(order, street.clerk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(8)))
    assert OrderAmendment.objects.count() == FormerAcceptance.objects.count() == 1


def test_clerk_amends_only_her_own_and_only_on_the_day(street):
    order = keyed(street)
    with pytest.raises(CannotAmend, match="录入的当天才能自己改"):
        withdraw(order, street.clerk, now=TOMORROW)
    colleague = street.clerk_of(OperatorFactory(hall=street.hall))
    with pytest.raises(CannotAmend, match="请录入的营业员"):
        withdraw(order, colleague)
    with pytest.raises(CannotAmend, match="请录入的营业员"):
        withdraw(order, head_of(street, street.other_hall))
    with pytest.raises(CannotAmend, match="请录入的营业员"):
        withdraw(order, street.field)
    assert withdraw(order, head_of(street), now=TOMORROW).cancelled_on == local_day(TOMORROW)


def test_seller_without_an_operator_number_amends_his_own_counter_sale(street):
    order = keyed(street)
    Acceptance.objects.filter(pk=order.pk).update(operator=None, slip=None)
    seller = Actor(user=street.seller.pk, manager=street.manager.pk, halls=frozenset({street.hall.pk}))
    with pytest.raises(CannotAmend, match="过后等对账列出来"):  # no hall has it, so no head of one is named
        withdraw(order, seller, now=TOMORROW)
    assert withdraw(order, seller).cancelled_on == DAY


def test_order_that_the_billing_system_has_is_for_reconciliation(tmp_path, street):
    order = keyed(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street))
    for step in (correct, withdraw):
        with pytest.raises(CannotAmend, match="计费系统已经有这笔订单"):
            step(order, head_of(street))
    assert told() == []


def test_order_that_only_the_file_brought_is_the_billing_systems(tmp_path, street):
    take_text(tmp_path, "acceptances", HEAD + billed(street))
    with pytest.raises(CannotAmend, match="计费系统的文件带来的"):
        withdraw(Acceptance.objects.get(), head_of(street))


def test_finished_order_is_not_withdrawn_here(street):
    order = keyed(street)
    Acceptance.objects.filter(pk=order.pk).update(completed_on=DAY)
    with pytest.raises(CannotAmend, match="已经竣工"):
        withdraw(order, head_of(street))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "请写明原因"),
        ({"order_no": "12"}, "订单号应为"),
        ({"order_no": "TAKEN001"}, "TAKEN001 已经用过"),
        ({"product": "nothing"}, "没有这个产品"),
        ({"product": "3G"}, "已有另一笔订单"),
    ],
)
def test_corrections_that_cannot_be_are_refused_in_words(street, fields, words):
    slip = make(street, "working", claimed_by=street.operator, submitted_at=NOW - dt.timedelta(days=1))
    orders = [Order("FTTH", "ORDER001", DAY), Order("3G", "TAKEN001", DAY)]
    slips.accept(slip=slip, orders=orders, by=street.clerk, now=NOW)
    Acceptance.objects.update(recorded_at=NOW)
    order = Acceptance.objects.get(order_no="ORDER001")
    with pytest.raises((CannotAmend, BadOrder), match=words):
        correct(order, street.clerk, **fields)
    order.refresh_from_db()
    assert (order.order_no, order.product_id, told()) == ("ORDER001", "FTTH", [])


def test_product_of_an_earlier_month_is_withdrawn_and_keyed_in_anew(street):
    order = keyed(street)
    Acceptance.objects.filter(pk=order.pk).update(accepted_on=dt.date(2026, 10, 31))
    with pytest.raises(CannotAmend, match="以前月份受理的不能换产品"):
        correct(order, street.clerk, product="3G")
    assert correct(order, street.clerk).order_no == "ORDER009"


def test_product_no_longer_sold_is_refused(street):
    Product.objects.filter(code="3G").update(is_sold=False)
    with pytest.raises(CannotAmend, match="没有这个产品"):
        correct(keyed(street), street.clerk, product="3G")


def test_corrected_number_agrees_with_the_file(tmp_path, street):
    correct(keyed(street), street.clerk)
    outcome, rejected = take_text(tmp_path, "acceptances", HEAD + billed(street, "ORDER009"))
    assert (outcome.counts.new, rejected, look()) == (0, [], {})
    assert Acceptance.objects.get().keyed_here


def test_file_that_says_a_withdrawn_order_stands_makes_a_line(tmp_path, street):
    order = withdraw(keyed(street), street.clerk)
    assert look() == {}
    take_text(tmp_path, "acceptances", HEAD + billed(street))
    order.refresh_from_db()
    assert order.cancelled_on is None
    assert look() == {"ORDER001": ("differs", ["cancelled"], "hall")}
    take_text(tmp_path, "acceptances", HEAD + billed(street, cancelled_on=str(DAY)))
    assert look() == {}


def test_order_missed_by_the_billing_system_is_settled_by_its_withdrawal(tmp_path, street):
    order = keyed(street)
    take_text(tmp_path, "acceptances", HEAD + billed(street, "OTHER001", product_code="3G", accepted_on="2026-11-10"))
    assert look()["ORDER001"][0] == "not_billed"
    withdraw(order, head_of(street), now=LATER)
    assert "ORDER001" not in look()
    assert Difference.objects.get(acceptance=order).settled_how == "matched"


def test_what_was_put_right_is_never_rewritten(street):
    correct(keyed(street), street.clerk)
    for change in (lambda: OrderAmendment.objects.update(reason="别的"), lambda: OrderAmendment.objects.all().delete()):
        with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
            change()


# Pages: these orders are keyed in now.


@pytest.fixture
def order(street) -> Acceptance:
    return key_in(street, day=local_day(timezone.now()), now=timezone.now())


def test_slip_page_leads_to_the_order_and_the_order_back(client, street, order):
    client.force_login(street.clerk_user)
    there = reverse("acceptance:order_detail", args=[order.pk])
    assert there in client.get(reverse("acceptance:slip_detail", args=[order.slip.number])).content.decode()
    page = client.get(there).content.decode()
    assert "这笔订单录错了什么？" in page
    assert reverse("acceptance:slip_detail", args=[order.slip.number]) in page
    effect = client.get(reverse("kpi:acceptance_effect", args=[order.order_no])).content.decode()
    assert there in effect


def test_clerk_corrects_on_the_page_and_the_history_says_so(client, street, order):
    client.force_login(street.clerk_user)
    given = {"order_no": "ORDER 009", "product": "3G", "reason": "看错一行"}
    for _click in range(2):
        answer = client.post(reverse("acceptance:order_correct", args=[order.pk]), given)
        assert answer.url == reverse("acceptance:order_detail", args=[order.pk])
    page = client.get(answer.url).content.decode()
    assert "原来是 ORDER001 · FTTH宽带" in page
    assert page.count("看错一行") == 1


def test_refused_correction_keeps_what_was_typed(client, street, order):
    client.force_login(street.clerk_user)
    given = {"order_no": "12", "product": "3G", "reason": "看错一行"}
    answer = client.post(reverse("acceptance:order_correct", args=[order.pk]), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "订单号应为 6–30 位字母或数字。" in page
    assert 'value="看错一行"' in page
    assert '<option value="3G" selected>' in page


def test_head_of_the_hall_withdraws_and_is_led_to_key_in_anew(client, street, order):
    client.force_login(user_of_hall(street.hall))
    for _click in range(2):
        answer = client.post(reverse("acceptance:order_withdraw", args=[order.pk]), {"reason": "录成别家的了"})
        assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "已退订" in page
    anew = (
        f"{reverse('acceptance:direct_new')}?household={street.household.code}&amp;developer={street.manager.staff_no}"
    )
    assert anew in page
    form = client.get(anew.replace("&amp;", "&")).content.decode()
    assert f'value="{street.manager.staff_no}"' in form
    assert "已退订" in client.get(reverse("acceptance:slip_detail", args=[order.slip.number])).content.decode()


def test_colleague_sees_the_order_but_no_form(client, street, order):
    client.force_login(user_of_operator(OperatorFactory(hall=street.hall)))
    page = client.get(reverse("acceptance:order_detail", args=[order.pk])).content.decode()
    assert "请录入的营业员或本厅的营业厅经理来改。" in page
    assert reverse("acceptance:order_withdraw", args=[order.pk]) not in page
    answer = client.post(reverse("acceptance:order_withdraw", args=[order.pk]), {"reason": "不该有"})
    assert answer.status_code == 422
    assert told() == []


def test_list_holds_ones_own_orders_of_the_day_and_for_the_head_the_halls(client, street, order):
    colleague = OperatorFactory(hall=street.hall)
    client.force_login(user_of_operator(colleague))
    address = reverse("acceptance:order_list")
    assert "这一天没有录入订单" in client.get(address).content.decode()
    client.force_login(street.clerk_user)
    assert order.order_no in client.get(address).content.decode()
    yesterday = local_day(timezone.now()) - dt.timedelta(days=1)
    assert order.order_no not in client.get(address, {"day": str(yesterday)}).content.decode()
    client.force_login(user_of_hall(street.hall))
    page = client.get(address).content.decode()
    assert order.order_no in page
    assert street.operator.operator_no in page
    assert client.get(address, {"day": "gestern"}).status_code == 404

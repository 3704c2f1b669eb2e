"""Community channels: permissions are opened step by step, by a policy, and taken back with a reason."""

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acceptance.domain import community_channels as rules
from acceptance.domain.community_channels import CannotEnd, CannotOpen, CannotRegister, CannotWithdraw, Details
from acceptance.models import ChannelPermission, CommunityChannel
from acceptance.queries import community_channels as queries
from accounts.scope import EVERYTHING, Scope
from core.periods import SHANGHAI
from tests.factories.acceptance import ChannelPermissionFactory, CommunityChannelFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager
from tests.factories.grids import CommunityFactory, GridCommunityFactory
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 6, 9, 12, tzinfo=SHANGHAI)
TODAY = NOW.date()
MARCH, APRIL, MAY = (dt.date(2026, month, 1) for month in (3, 4, 5))


@pytest.fixture
def channel() -> CommunityChannel:
    return CommunityChannelFactory()


def opened(channel: CommunityChannel, step: str, on: dt.date = MARCH, policy: str = "津家客〔2026〕12 号"):
    return rules.open_step(channel=channel, step=step, policy=policy, on=on, by=UserFactory(), now=NOW)


def withdrawn(channel: CommunityChannel, step: str, on: dt.date = MAY, reason: str = "未按日上缴"):
    return rules.withdraw(channel=channel, step=step, reason=reason, on=on, by=UserFactory(), now=NOW)


def held(channel: CommunityChannel) -> list[str]:
    return list(channel.permissions.filter(withdrawn_on=None).order_by("pk").values_list("step", flat=True))


def test_steps_are_opened_one_after_the_other_with_policy_and_day(channel: CommunityChannel) -> None:
    assert rules.next_step(channel) == "agency"
    for step, day in (("agency", MARCH), ("payment", APRIL), ("service", MAY)):
        opened(channel, step, day)
    assert held(channel) == ["agency", "payment", "service"]
    assert rules.next_step(channel) is None
    last = ChannelPermission.objects.get(step="service")
    assert (last.opened_on, last.policy, last.opened_at) == (MAY, "津家客〔2026〕12 号", NOW)


@pytest.mark.parametrize(
    ("before", "step", "words"),
    [
        ([], "payment", "先开通业务代办，再开通缴费"),
        ([], "service", "先开通业务代办，再开通服务"),
        (["agency"], "service", "先开通缴费，再开通服务"),
        (["agency"], "agency", "业务代办已经开通"),
        ([], "all", "没有这样的权限"),
    ],
)
def test_step_cannot_be_skipped_nor_opened_twice(
    channel: CommunityChannel, before: list[str], step: str, words: str
) -> None:
    for one in before:
        opened(channel, one)
    with pytest.raises(CannotOpen, match=words):
        opened(channel, step)
    assert held(channel) == before


@pytest.mark.parametrize(
    ("on", "policy", "words"),
    [
        (TODAY + dt.timedelta(days=1), "文", "不能晚于今天"),
        (dt.date(2025, 12, 31), "文", "合作从 2026-01-01 起"),
        (MARCH, " ", "请写依据的政策文件"),
    ],
)
def test_opening_wants_a_policy_and_a_day_that_can_be(
    channel: CommunityChannel, on: dt.date, policy: str, words: str
) -> None:
    with pytest.raises(CannotOpen, match=words):
        opened(channel, "agency", on, policy)


def test_step_begins_no_earlier_than_the_one_it_rests_on(channel: CommunityChannel) -> None:
    opened(channel, "agency", APRIL)
    with pytest.raises(CannotOpen, match="业务代办从 2026-04-01 起"):
        opened(channel, "payment", MARCH)


def test_withdrawing_takes_back_what_rests_on_the_step(channel: CommunityChannel) -> None:
    for step in ("agency", "payment", "service"):
        opened(channel, step)
    assert withdrawn(channel, "payment") == ["payment", "service"]
    assert held(channel) == ["agency"]
    assert {(one.withdrawn_on, one.withdrawn_reason) for one in ChannelPermission.objects.exclude(step="agency")} == {
        (MAY, "未按日上缴")
    }
    opened(channel, "payment", TODAY)
    assert held(channel) == ["agency", "payment"]


def test_withdrawing_wants_a_reason_an_open_step_and_a_day_after_its_opening(channel: CommunityChannel) -> None:
    opened(channel, "agency", APRIL)
    with pytest.raises(CannotWithdraw, match="请写撤回的理由"):
        withdrawn(channel, "agency", reason=" ")
    with pytest.raises(CannotWithdraw, match="没有开通"):
        withdrawn(channel, "payment")
    with pytest.raises(CannotWithdraw, match="2026-04-01 和今天之间"):
        withdrawn(channel, "agency", MARCH)
    assert held(channel) == ["agency"]


def test_step_opened_again_must_not_overlap_its_first_time(channel: CommunityChannel) -> None:
    opened(channel, "agency", MARCH)
    withdrawn(channel, "agency", MAY)
    with pytest.raises(CannotOpen, match="还开通着"):
        opened(channel, "agency", APRIL)
    opened(channel, "agency", MAY)
    assert held(channel) == ["agency"]


def test_database_refuses_a_skipped_step_whoever_writes(channel: CommunityChannel) -> None:
    with pytest.raises(IntegrityError, match="rests on the step before"), transaction.atomic():
        ChannelPermissionFactory(channel=channel, step="payment")
    first = ChannelPermissionFactory(channel=channel, step="agency")
    ChannelPermissionFactory(channel=channel, step="payment")
    with pytest.raises(IntegrityError, match="rests on the step before"), transaction.atomic():
        ChannelPermission.objects.filter(pk=first.pk).update(
            withdrawn_on=MAY, withdrawn_by=UserFactory(), withdrawn_reason="停业"
        )
    assert held(channel) == ["agency", "payment"]


def test_database_keeps_what_was_opened_and_withdrawn(channel: CommunityChannel) -> None:
    permission = ChannelPermissionFactory(channel=channel)
    found = ChannelPermission.objects.filter(pk=permission.pk)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        found.update(policy="别的文件")
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        found.delete()
    withdrawn(channel, "agency")
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        found.update(withdrawn_reason="别的理由")
    permission.refresh_from_db()
    assert (permission.policy, permission.withdrawn_reason) == ("津家客〔2026〕12 号", "未按日上缴")


def test_withdrawal_without_a_reason_is_none_for_the_database(channel: CommunityChannel) -> None:
    permission = ChannelPermissionFactory(channel=channel)
    with pytest.raises(IntegrityError, match="permission_withdrawn_with_reason"), transaction.atomic():
        ChannelPermission.objects.filter(pk=permission.pk).update(withdrawn_on=MAY, withdrawn_by=UserFactory())


def test_reason_without_a_day_ends_nothing_for_the_database(channel: CommunityChannel) -> None:
    permission = ChannelPermissionFactory(channel=channel)
    with pytest.raises(IntegrityError, match="permission_withdrawn_with_reason"), transaction.atomic():
        ChannelPermission.objects.filter(pk=permission.pk).update(
            withdrawn_reason="未按日上缴", withdrawn_by=UserFactory()
        )
    with pytest.raises(IntegrityError, match="community_channel_ends_with_reason"), transaction.atomic():
        CommunityChannel.objects.filter(pk=channel.pk).update(ended_reason="关门")


def test_ending_withdraws_everything_and_nothing_follows(channel: CommunityChannel) -> None:
    opened(channel, "agency")
    rules.end(channel=channel, reason="门店转让", on=MAY, by=UserFactory(), now=NOW)
    channel.refresh_from_db()
    assert (channel.ended_on, channel.ended_reason, held(channel)) == (MAY, "门店转让", [])
    assert rules.next_step(channel) is None
    with pytest.raises(CannotOpen, match="合作已经终止"):
        opened(channel, "agency", TODAY)
    with pytest.raises(CannotEnd, match="合作已经终止"):
        rules.end(channel=channel, reason="再来", on=TODAY, by=UserFactory(), now=NOW)
    with pytest.raises(IntegrityError, match="within the days of its channel"), transaction.atomic():
        ChannelPermissionFactory(channel=channel, opened_on=TODAY)


def test_channel_is_registered_once_a_community_and_corrected(channel: CommunityChannel) -> None:
    by = UserFactory()
    details = Details(channel.name, "shop", channel.community, "1 号楼", "何娜", "13900002222")
    with pytest.raises(CannotRegister, match="同名"):
        rules.register(details=details, since=MARCH, by=by, now=NOW)
    rules.amend(channel=channel, details=details, by=by, now=NOW)
    channel.refresh_from_db()
    assert (channel.kind, channel.contact_name, channel.changed_by) == ("shop", "何娜", by)
    other = Details(channel.name, "shop", CommunityFactory(), "", "何娜", "13900002222")
    assert rules.register(details=other, since=MARCH, by=by, now=NOW).permissions.count() == 0
    with pytest.raises(CannotRegister, match="不能晚于今天"):
        rules.register(details=other, since=TODAY + dt.timedelta(days=1), by=by, now=NOW)


def test_reach_counts_channels_by_what_is_open(channel: CommunityChannel) -> None:
    CommunityChannelFactory()
    opened(channel, "agency")
    opened(channel, "payment")
    told = queries.reach(EVERYTHING)
    assert (told.working, told.steps, told.none, told.ended) == (2, {"agency": 1, "payment": 1, "service": 0}, 1, 0)
    assert queries.reach(Scope()).working == 0


@pytest.mark.parametrize(("step", "names"), [("none", ["无"]), ("agency", ["一"]), ("payment", ["二"]), ("", 3)])
def test_list_is_narrowed_by_the_highest_open_step(step: str, names: list[str] | int) -> None:
    CommunityChannelFactory(name="无")
    for name, steps in (("一", ["agency"]), ("二", ["agency", "payment"])):
        channel = CommunityChannelFactory(name=name)
        for one in steps:
            opened(channel, one)
    found = [one.name for one in queries.channels(EVERYTHING, {"step": step}, TODAY)]
    assert (found if step else len(found)) == names


def test_list_takes_the_same_queries_for_one_and_three(client: Client) -> None:
    membership = GridCommunityFactory()
    client.force_login(user_of_branch(membership.grid.branch))
    address, counts = reverse("acceptance:community_channel_list"), []
    for more in (1, 2):
        ChannelPermissionFactory.create_batch(more, channel__community=membership.community)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address, {"grid": membership.grid.code})
        counts.append((len(page.context["rows"]), len(asked)))
    (one, few), (three, as_many) = counts
    assert (one, three) == (1, 3)
    assert few == as_many <= 13


def test_branch_opens_and_withdraws_on_the_page(client: Client) -> None:
    channel = CommunityChannelFactory(since=dt.date(2020, 1, 1))
    client.force_login(user_of_branch(channel.community.sub_bureau.branch))
    page = reverse("acceptance:community_channel_detail", args=[channel.pk])
    sent = {"step": "payment", "policy": "津家客〔2026〕18 号", "on": "2020-03-01"}
    refused = client.post(reverse("acceptance:permission_open", args=[channel.pk]), sent)
    assert "权限逐步放开：先开通业务代办，再开通缴费。" in refused.content.decode()
    assert "津家客〔2026〕18 号" in refused.content.decode()
    for step in ("agency", "payment"):
        answer = client.post(reverse("acceptance:permission_open", args=[channel.pk]), sent | {"step": step})
        assert answer.headers["Location"] == page
    taken = {"step": "agency", "reason": "停业", "on": "2020-05-01"}
    answer = client.post(reverse("acceptance:permission_withdraw", args=[channel.pk]), taken, follow=True)
    assert "已撤回：业务代办、缴费。" in answer.content.decode()
    assert held(channel) == []


def test_branch_registers_edits_and_ends_on_the_page(client: Client) -> None:
    community = CommunityFactory()
    client.force_login(user_of_branch(community.sub_bureau.branch))
    typed = {
        "name": "嘉陵里物业",
        "kind": "property",
        "community": community.code,
        "contact_name": "何娜",
        "contact_phone": "022-27001234",
        "since": "2020-01-01",
    }
    client.post(reverse("acceptance:community_channel_new"), typed)
    channel = CommunityChannel.objects.get()
    client.post(reverse("acceptance:community_channel_edit", args=[channel.pk]), typed | {"contact_name": "马雅"})
    client.post(reverse("acceptance:community_channel_end", args=[channel.pk]), {"reason": "停业", "on": "2020-06-01"})
    channel.refresh_from_db()
    assert (channel.name, channel.contact_name, channel.ended_on) == ("嘉陵里物业", "马雅", dt.date(2020, 6, 1))
    wrong = client.post(reverse("acceptance:community_channel_new"), typed | {"community": "NONE"})
    assert wrong.status_code == 200
    assert CommunityChannel.objects.count() == 1


def test_manager_reads_the_channels_of_the_own_grid_only(client: Client) -> None:
    membership = GridCommunityFactory()
    own, other = CommunityChannelFactory(community=membership.community), CommunityChannelFactory()
    client.force_login(user_of_manager(PostingFactory(grid=membership.grid).manager))
    page = client.get(reverse("acceptance:community_channel_list"))
    assert [row.channel for row in page.context["rows"]] == [own]
    assert client.get(reverse("acceptance:community_channel_detail", args=[own.pk])).status_code == 200
    assert client.get(reverse("acceptance:community_channel_detail", args=[other.pk])).status_code == 404


def test_auditor_reads_contacts_masked(client: Client, channel: CommunityChannel) -> None:
    client.force_login(UserFactory(role="auditor"))
    for address in (
        reverse("acceptance:community_channel_list"),
        reverse("acceptance:community_channel_detail", args=[channel.pk]),
    ):
        page = client.get(address).content.decode()
        assert "139****1111" in page
        assert "13900001111" not in page
    exported = client.get(reverse("acceptance:community_channel_list"), {"export": "csv"})
    assert b"13900001111" not in b"".join(exported)

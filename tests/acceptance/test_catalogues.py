"""The two catalogues of channels, dated, and the way from one to the other."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from acceptance.domain import catalogues as rules
from acceptance.domain.catalogues import CannotChange
from acceptance.models import Channel, ChannelMapping, ChannelPlace
from acceptance.queries.community_channels import ways
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 6)
NEXT = dt.date(2027, 1, 1)
FILE = "津家客〔2026〕30 号"


def channel(code: str) -> Channel:
    return Channel.objects.get(code=code)


def told(on: dt.date) -> list[tuple[str, str]]:
    return [(way.now.name if way.now else "", way.planned.name if way.planned else "") for way in ways(on)]


def test_fresh_database_maps_the_six_of_today_to_the_six_of_the_plan() -> None:
    assert told(TODAY) == [
        ("自有营业厅", "自建厅"),
        ("社区经理", "社区直销"),
        ("电子渠道", "电子渠道"),
        ("代收点", "社区渠道"),
        ("公话代理", "电话超市代理"),
        ("卡类代理", "卡类代理"),
    ]
    assert told(dt.date(2019, 12, 31)) == []


def test_mapping_changes_from_a_day_and_leaves_the_days_before() -> None:
    rules.map_to(
        source=channel("collection_point"), target=channel("phone_supermarket"), on=NEXT, document=FILE, today=TODAY
    )
    assert ("代收点", "社区渠道") in told(NEXT - dt.timedelta(days=1))
    assert ("代收点", "电话超市代理") in told(NEXT)
    assert ("", "社区渠道") in told(NEXT)


def test_mapping_of_the_same_day_gives_way_and_a_later_one_stands_in_the_way() -> None:
    given = {"source": channel("collection_point"), "document": FILE, "today": TODAY}
    rules.map_to(target=channel("phone_supermarket"), on=NEXT, **given)
    rules.map_to(target=channel("direct"), on=NEXT, **given)
    assert ("代收点", "社区直销") in told(NEXT)
    with pytest.raises(CannotChange, match="已经有更晚生效的一条"):
        rules.map_to(target=channel("agent"), on=TODAY, **given)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"on": TODAY - dt.timedelta(days=1)}, "不能早于今天"),
        ({"document": " "}, "请写依据的文件"),
        ({"source": "direct"}, "社区直销不在现状目录里"),
        ({"target": "community_manager"}, "社区经理不在规划目录里"),
    ],
)
def test_mapping_wants_a_document_a_day_to_come_and_channels_of_the_catalogues(
    change: dict[str, object], words: str
) -> None:
    asked = {"source": "collection_point", "target": "agent", "on": NEXT, "document": FILE} | change
    codes = {name: channel(str(asked.pop(name))) for name in ("source", "target")}
    with pytest.raises(CannotChange, match=words):
        rules.map_to(**codes, **asked, today=TODAY)
    assert ChannelMapping.objects.count() == 6


def test_place_is_renamed_from_a_day_on() -> None:
    rules.put(
        channel=channel("agent"),
        catalogue="target",
        tier="core",
        name="社区合作店",
        on=NEXT,
        document=FILE,
        today=TODAY,
    )
    assert ("代收点", "社区渠道") in told(TODAY)
    assert ("代收点", "社区合作店") in told(NEXT)
    with pytest.raises(CannotChange, match="自有和社会"):
        rules.put(
            channel=channel("agent"), catalogue="target", tier="own", name="X", on=NEXT, document=FILE, today=TODAY
        )


def test_channel_that_leaves_the_plan_leaves_its_sources_without_a_way() -> None:
    rules.take_out(channel=channel("agent"), catalogue="target", on=NEXT, today=TODAY)
    assert ("代收点", "") in told(NEXT)
    with pytest.raises(CannotChange, match="不在这个目录里"):
        rules.take_out(channel=channel("direct"), catalogue="current", on=NEXT, today=TODAY)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_changes_of_a_channel_at_the_same_moment_follow_on_each_other() -> None:
    days, start = [NEXT + dt.timedelta(days=n) for n in range(20)], Barrier(2)

    def change() -> None:
        try:
            for day in days:
                start.wait(60)
                rules.put(
                    channel=channel("agent"),
                    catalogue="target",
                    tier="core",
                    name="社区合作店",
                    on=day,
                    document=FILE,
                    today=TODAY,
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(change), pool.submit(change)]:
            job.result(timeout=120)
    placed = ChannelPlace.objects.filter(channel="agent", name="社区合作店").order_by("valid_from")
    assert list(placed.values_list("valid_from", flat=True)) == days


def test_database_keeps_one_place_and_one_way_a_day() -> None:
    with pytest.raises(IntegrityError, match="channel_place_once_a_day"), transaction.atomic():
        ChannelPlace.objects.create(
            channel_id="agent", catalogue="target", tier="core", name="X", valid_from=NEXT, document=FILE
        )
    with pytest.raises(IntegrityError, match="channel_mapping_once_a_day"), transaction.atomic():
        ChannelMapping.objects.create(source_id="own_hall", target_id="direct", valid_from=NEXT, document=FILE)


def test_company_changes_the_mapping_on_the_page(client: Client) -> None:
    client.force_login(UserFactory(role="company"))
    sent = {"source": "collection_point", "target": "direct", "on": "2999-01-01", "document": FILE}
    client.post(reverse("acceptance:channel_map"), sent)
    page = client.get(reverse("acceptance:channel_catalogue"), {"day": "2999-01-01"})
    assert [way.planned.name for way in page.context["ways"] if way.now and way.now.name == "代收点"] == ["社区直销"]
    refused = client.post(reverse("acceptance:channel_map"), sent | {"on": "2020-06-01"})
    assert "以前月份的报表不改" in refused.content.decode()
    place = {"channel": "agent", "catalogue": "target", "tier": "", "on": "2999-01-01"}
    client.post(reverse("acceptance:channel_place"), place)
    assert ChannelPlace.objects.get(channel="agent", catalogue="target").valid_to == dt.date(2999, 1, 1)
    assert client.get(reverse("acceptance:channel_catalogue"), {"day": "x"}).status_code == 404

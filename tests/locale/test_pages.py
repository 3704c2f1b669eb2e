"""In English no page shows Chinese of its own: only data, the columns of files and the switch back to Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import reverse
from django.utils import translation

from acceptance.models import Channel, Product
from accounts.choices import Role
from core.formats import mask_name
from imports.domain.loading import loader_for
from kpi.models import Indicator
from tests.access.doors import DOORS
from tests.access.worlds import World, build
from tests.factories.kpi import recomputed
from tests.locale.texts import CHINESE

SWITCH = {"中文", "简体中文"}
# Names that the program knows in English too must not hide behind the data.
TRANSLATED = {Product, Channel, Indicator}
MOST = Role.BRANCH
NO_PAGE = {"imports:batch_rejects", "imports:template_download", "imports:export_download"}
PAGES = sorted(n for n, door in DOORS.items() if door.by == "get" and n[0] != "/" and ":" in n and n not in NO_PAGE)
TEXT_ATTRIBUTE = re.compile(r'\b(?:title|aria-label|placeholder|alt|value|content|data-[\w-]+)="([^"]*)"')


def chinese_of(page: str, data: set[str]) -> list[str]:
    """The runs of Chinese in the texts and spoken attributes of a page, without those that are data."""
    page = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = " | ".join([*re.split(r"<[^>]*>", page), *TEXT_ATTRIBUTE.findall(page)])
    spoken = unescape(spoken)
    for known in sorted(data, key=len, reverse=True):
        spoken = spoken.replace(known, " ")
    return sorted({run for run in re.split(r"[^\u3000-\u9fff\uff00-\uffef]+", spoken) if CHINESE.search(run)})


def _data() -> set[str]:
    """Every Chinese value the database holds, but those with an English of their own."""
    found = SWITCH | {column.header for kind in settings.IMPORT_LOADERS for column in loader_for(kind).columns}
    for model in apps.get_models():
        if model not in TRANSLATED:
            for field in model._meta.concrete_fields:
                if isinstance(field, CharField | TextField):
                    found |= set(model._base_manager.values_list(field.attname, flat=True))
    found |= {mask_name(value) for value in found}
    return {value for value in found if value and CHINESE.search(value)}


def _reader(role: Role, world: World) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.users[role])
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture(autouse=True)
def reader_leaves() -> Iterator[None]:
    """A request in English leaves the thread in English; the next test starts in Chinese again."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def world(db) -> World:
    built = build()
    recomputed()
    for door in DOORS.values():
        if door.own:
            door.own(built)  # what a page needs is made before the data are read
    return built


def test_no_page_shows_chinese_of_its_own_in_english(world) -> None:
    data, left = _data(), {}
    readers = {role: _reader(role, world) for role in Role}
    for name in PAGES:
        door = DOORS[name]
        role = MOST if door.roles == "public" or MOST in door.roles else sorted(door.roles)[0]
        address = reverse(name, kwargs=door.own(world) if door.own else {})
        page = readers[role].get(f"{address}?{door.query}", follow=True)
        text = "" if page.streaming else page.content.decode()  # a file that is downloaded is no page
        if found := [page.status_code] * (page.status_code != 200) + chinese_of(text, data):
            left[name] = found
    assert left == {}


def test_login_is_english_for_an_english_browser(client, db) -> None:
    page = client.get(reverse("accounts:login"), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en"' in page
    assert chinese_of(page, SWITCH) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Receive</p>", []),
        ("<p>签收</p>", ["签收"]),
        ('<p title="签收 now">Receive</p>', ["签收"]),
        ("<p>Zhang Wei，Li Na</p>", ["，"]),
        ("<p>Nankai&#x3000;1</p>", ["\u3000"]),
        ("<p>王顶堤 grid</p>", []),
        ("<!-- 说明 --><script>签收</script>", []),
    ],
)
def test_chinese_on_a_page_is_found_and_data_is_not(page: str, found: list[str]) -> None:
    assert chinese_of(page, {"王顶堤"}) == found

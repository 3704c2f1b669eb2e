"""The sheets of targets and ratings: what was typed stays, and nobody overwrites another unasked."""

import html
import json
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from kpi.choices import RatingItem
from kpi.models import Rating, Target
from tests.factories.accounts import user_of_branch
from tests.factories.grids import GridFactory
from tests.factories.kpi import TargetFactory
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db


class Sheet:
    """A sheet of October as one editor has it open."""

    def __init__(self, client, name: str, *place: str) -> None:
        self.client, self.address = client, f"{reverse(name, args=place)}?month=2026-10"
        self.seen = self._seen(client.get(self.address).content.decode())

    def _seen(self, page: str) -> str:
        found = re.search(r'name="seen" value="([^"]*)"', page)
        assert found
        return html.unescape(found[1])

    def save(self, **cells: str) -> str:
        """The page shown after saving; cells are named `t_12_A`."""
        typed = {name.replace("_", "-"): text for name, text in cells.items()}
        answer = self.client.post(self.address, {"seen": self.seen, **typed}, follow=True)
        page = answer.content.decode()
        if not answer.redirect_chain:
            self.seen = self._seen(page)
        return page


@pytest.fixture
def grid():
    found = GridFactory()
    TargetFactory(grid=found, code="A")
    return found


@pytest.fixture
def editor(client, grid):
    client.force_login(user_of_branch(grid.branch))
    return client


def team_sheet(client, grid) -> Sheet:
    return Sheet(client, "kpi:rating_team", "2026-10", grid.code)


def error_of(page: str, key: str) -> str:
    found = re.search(rf'id="e-{key}">([^<]*)<', page)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [("-3", "目标值不能小于 0"), ("many", "“many”不是一个数"), ("NaN", "“NaN”不是一个数"), ("1e9", "“1e9”不是一个数")],
)
def test_refused_target_keeps_what_was_typed_with_the_error_beside_it(editor, grid, typed, words) -> None:
    page = Sheet(editor, "kpi:target_list").save(**{f"t_{grid.pk}_A": typed, f"t_{grid.pk}_B": "77"})
    assert f'name="t-{grid.pk}-A" value="{typed}"' in page
    assert f'name="t-{grid.pk}-B" value="77"' in page
    assert words in error_of(page, f"{grid.pk}-A")
    assert error_of(page, f"{grid.pk}-B") == ""
    assert Target.objects.get().value == Decimal(100)


def test_exemption_without_a_reason_keeps_its_word(editor, grid) -> None:
    page = Sheet(editor, "kpi:target_list").save(**{f"t_{grid.pk}_A": "不考核 "})
    assert f'name="t-{grid.pk}-A" value="不考核 "' in page
    assert "要写明理由" in error_of(page, f"{grid.pk}-A")


@pytest.mark.parametrize(("typed", "words"), [("101", "0 到 100"), ("-1", "0 到 100"), ("好", "“好”不是一个数")])
def test_refused_rating_keeps_what_was_typed_with_the_error_beside_it(editor, grid, typed, words) -> None:
    manager = full_team(grid)[0].manager
    page = team_sheet(editor, grid).save(
        **{f"s_{manager.pk}_publicity": typed, f"c_{manager.pk}_publicity": "海报", f"s_{manager.pk}_training": "90"}
    )
    assert f'name="s-{manager.pk}-publicity" value="{typed}"' in page
    assert f'name="c-{manager.pk}-publicity" value="海报"' in page
    assert f'name="s-{manager.pk}-training" value="90"' in page
    assert words in error_of(page, f"{manager.pk}-publicity")
    assert not Rating.objects.exists()


def test_saving_twice_changes_nothing(editor, grid) -> None:
    sheet = Sheet(editor, "kpi:target_list")
    assert "已保存 1 格" in sheet.save(**{f"t_{grid.pk}_A": "120"})
    assert "没有改动" in sheet.save(**{f"t_{grid.pk}_A": "120.00"})
    assert Target.objects.get().value == Decimal(120)


def test_second_editor_is_told_and_may_insist(editor, grid) -> None:
    first, second = Sheet(editor, "kpi:target_list"), Sheet(editor, "kpi:target_list")
    first.save(**{f"t_{grid.pk}_A": "120"})
    page = second.save(**{f"t_{grid.pk}_A": "90"})
    assert "别人刚改成“120”" in error_of(page, f"{grid.pk}-A")
    assert f'name="t-{grid.pk}-A" value="90"' in page
    assert Target.objects.get().value == Decimal(120)
    second.save(**{f"t_{grid.pk}_A": "90"})
    assert Target.objects.get().value == Decimal(90)


def test_second_editor_of_other_cells_is_not_disturbed(editor, grid) -> None:
    first, second = Sheet(editor, "kpi:target_list"), Sheet(editor, "kpi:target_list")
    first.save(**{f"t_{grid.pk}_A": "120", f"t_{grid.pk}_B": ""})
    second.save(**{f"t_{grid.pk}_A": "100", f"t_{grid.pk}_B": "90"})
    assert dict(Target.objects.values_list("code", "value")) == {"A": Decimal(120), "B": Decimal(90)}


def test_second_rater_is_told(editor, grid) -> None:
    manager = full_team(grid)[0].manager
    cell = f"s_{manager.pk}_{RatingItem.TRAINING.value}"
    first, second = team_sheet(editor, grid), team_sheet(editor, grid)
    first.save(**{cell: "80"})
    assert "别人刚改成“80”" in second.save(**{cell: "70"})
    assert json.loads(second.seen)[f"{manager.pk}-training"] == "80"
    second.save(**{cell: "70"})
    assert Rating.objects.get().score == Decimal(70)

"""LibreOffice works the pack out to the very scores: every item, weight, total and rank, as text to the last digit."""

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grids.models import Branch
from kpi.models import Rating
from kpi.queries.generations import Generation, generation
from kpi.queries.packs import company_pack, pack
from kpi.queries.sheets import indicators_of
from kpi.workbooks.packs import write
from managers.models import Posting
from tests.factories.kpi import recomputed
from tests.kpi.test_reference import a_batch
from tests.packs.cases import company
from tests.packs.comparing import differences
from tests.packs.office import recalculated
from tests.reference import database

pytestmark = pytest.mark.office
SEEDS, GRIDS = 4, 120
BRANCHES = 8  # of each batch: LibreOffice takes about a second a workbook


def compared(found: list[dict[str, Any]], folder: Path) -> tuple[int, list[str]]:
    """How many cells of these packs were compared with the figures, and those that differ."""
    paths = [folder / f"pack{place}.xlsx" for place in range(len(found))]
    for path, figures in zip(paths, found, strict=True):
        write(path, figures, notes=[], cached=False)
    (folder / "out").mkdir()
    count, wrong = 0, []
    for sheets, figures in zip(recalculated(paths, folder / "out"), found, strict=True):
        cells, differ = differences(sheets, figures)
        count, wrong = count + cells, wrong + differ
    return count, wrong


def test_generated_sheets_on_the_edges_of_rounding_come_out_to_the_last_digit(tmp_path: Path) -> None:
    count, wrong = compared([company(seed, GRIDS) for seed in range(SEEDS)], tmp_path)
    assert wrong[:10] == []
    assert count == SEEDS * GRIDS * 55


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(2))
def test_packs_of_scored_branches_come_out_to_the_last_digit(number: int, tmp_path: Path) -> None:
    shown = _scored(number)
    found = _packs(shown)
    count, wrong = compared(found, tmp_path)
    assert wrong[:10] == []
    assert count > 200


@pytest.mark.django_db
def test_pack_of_the_whole_company_comes_out_to_the_last_digit(tmp_path: Path) -> None:
    shown = _scored(1)
    names = {pk: f"{name}{pk}" for pk, name in Branch.objects.filter(pk__in=shown.runs).values_list("pk", "name")}
    figures = company_pack(shown, indicators_of(shown.newest), names)
    path = tmp_path / "company.xlsx"
    write(path, figures, notes=[], cached=False)
    (tmp_path / "out").mkdir()
    [sheets] = recalculated([path], tmp_path / "out")
    count, wrong = differences(sheets, figures)
    assert wrong[:10] == []
    assert count > 1000
    rows = sheets["分公司"][2:]
    means = [Decimal(one["mean"]) for one in figures["branches"] if one["mean"] is not None]
    assert [row[7] for row in rows] == ["一致"] * len(figures["branches"])
    for row, one in zip(rows, figures["branches"], strict=True):
        assert (row[0], row[1], row[2]) == (one["name"], one["grids"], one["people"])
        if one["mean"] is not None:
            assert f"{row[3]:.2f}" == one["mean"]
            assert row[4] == 1 + sum(mean > Decimal(one["mean"]) for mean in means)


@pytest.mark.django_db
def test_pack_gives_the_scores_though_ratings_and_postings_have_changed_since(tmp_path: Path) -> None:
    shown = _scored(0)
    Rating.objects.update(score=Decimal(7))
    Posting.objects.filter(pk__in=list(Posting.objects.values_list("pk", flat=True))[::3]).delete()
    found = [one for one in _packs(shown, len(shown.runs)) if _hands_over(one)][:BRANCHES]
    assert len(found) > 3
    _count, wrong = compared(found, tmp_path)
    assert wrong[:10] == []


def test_a_changed_input_changes_total_and_rank(tmp_path: Path) -> None:
    figures = company(1, 20)
    changed = copy.deepcopy(figures)
    low = [one for one in changed["grids"] if one["items"]["D"]["status"] == "scored" and one["rank"] > 1]
    grid = min(low, key=lambda one: Decimal(one["items"]["D"]["score"]))
    grid["items"]["D"]["gained"] = 10_000
    _count, wrong = compared([changed], tmp_path)
    assert any(text.startswith(f"{grid['code']} D 得分: 10") for text in wrong)
    assert any(text.startswith(f"{grid['code']} 结果 总分") for text in wrong)


def _scored(number: int) -> Generation:
    _chance, month, items, companies = a_batch(number)
    database.write_scheme(items, month)
    database.write(companies)
    recomputed(month)
    return generation(month)


def _packs(shown: Generation, most: int = BRANCHES) -> list[dict[str, Any]]:
    return [pack(shown, branch, indicators_of(run)) for branch, run in list(shown.runs.items())[:most]]


def _hands_over(one: dict[str, Any]) -> bool:
    """Whether a pack holds a figure that the inputs of today no longer give."""
    return any(item.get("given") for who in (*one["grids"], *one["people"]) for item in who["items"].values())

"""Streets and towns without an own hall."""

import datetime as dt

import pytest
from django.test import Client

from accounts.scope import EVERYTHING, Scope
from grids import queries
from tests.factories.accounts import UserFactory
from tests.factories.grids import CommunityFactory, HallFactory, PublishedFigureFactory, StreetFactory

pytestmark = pytest.mark.django_db


def test_coverage_counts_urban_and_rural_without_a_hall() -> None:
    HallFactory(street=StreetFactory())
    StreetFactory.create_batch(2)
    StreetFactory.create_batch(3, area_type="rural", district="蓟州区")
    found = queries.coverage(queries.streets(EVERYTHING))
    assert (found.streets, found.urban_without, found.rural_without, found.without) == (6, 2, 3, 5)


def test_coverage_of_a_branch_is_its_streets() -> None:
    community = CommunityFactory()
    CommunityFactory()
    rows = queries.streets(Scope(branches=frozenset({community.sub_bureau.branch_id})))
    assert [(row.street, row.halls, row.communities) for row in rows] == [(community.street, 0, 1)]
    assert queries.streets(Scope()) == []


def test_list_is_narrowed_by_word_area_and_hall() -> None:
    HallFactory(street=StreetFactory(name="学府街道"))
    StreetFactory(name="官庄镇", area_type="rural", district="蓟州区")
    rows = queries.streets(EVERYTHING)
    assert [row.street.name for row in queries.narrowed(rows, text="", area="", hall="without")] == ["官庄镇"]
    assert [row.street.name for row in queries.narrowed(rows, text="学府", area="urban", hall="with")] == ["学府街道"]
    assert [row.name for row in queries.by_district(rows)] == ["蓟州区", "南开区"]


def test_figures_are_the_newest_of_each() -> None:
    PublishedFigureFactory(code="halls", value=160, as_of=dt.date(2011, 1, 1))
    PublishedFigureFactory(code="halls", value=170, as_of=dt.date(2012, 1, 1))
    PublishedFigureFactory(code="halls", value=180, as_of=dt.date(2027, 1, 1))
    assert [figure.value for figure in queries.figures(dt.date(2026, 1, 1))] == [170]


@pytest.mark.parametrize("streets", [1, 3])
def test_page_takes_the_same_queries_for_one_and_three(client: Client, django_assert_num_queries, streets: int) -> None:
    StreetFactory.create_batch(streets)
    client.force_login(UserFactory())
    client.get("/grids/coverage/")
    with django_assert_num_queries(5):
        assert client.get("/grids/coverage/").status_code == 200

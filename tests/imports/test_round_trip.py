"""What export writes, import takes back and finds nothing to change."""

import pytest
from django.conf import settings

from acceptance.models import SpecialDay
from imports.domain.exporting import export
from imports.domain.loading import loader_for
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory
from tests.factories.customers import CaseFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.kpi import RatingFactory, TargetFactory
from tests.factories.managers import OperatorFactory, PostingFactory
from tests.imports.files import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    held = GridCommunityFactory()
    AcceptanceFactory(grid=held.grid, household__community=held.community, household__address="=1+1")
    SubscriptionFactory(household__community=held.community)
    CaseFactory(number="GZ1")
    CaseFactory(number="GZ2", is_over=True, closed_by=UserFactory())
    CaseFactory()
    PostingFactory(grid=held.grid)
    OperatorFactory(hall=held.grid.hall)
    TargetFactory(grid=held.grid)
    RatingFactory()
    SpecialDay.objects.create(day="2026-11-07", kind="open", name="调休")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", list(settings.IMPORT_LOADERS))
def test_export_import_all_the_same(company, tmp_path, kind, ending):
    path = tmp_path / f"{kind}.{ending}"

    rows = export(loader_for(kind), path)
    outcome, rejected = take(kind, path)

    assert rejected == []
    assert outcome.counts == (0, 0, rows)
    assert rows > 0

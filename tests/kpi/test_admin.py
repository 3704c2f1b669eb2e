"""The back room where schemes are written."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from kpi.domain import schemes
from kpi.models import Indicator, Scheme
from tests.factories.accounts import UserFactory
from tests.factories.kpi import OCTOBER, SchemeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    client.force_login(UserFactory(role=Role.IT_ADMIN, is_staff=True, is_superuser=True))
    return client


def sheet(scheme: Scheme, **changed: str) -> dict[str, str]:
    """What the browser sends back, with the weights of some indicators changed."""
    found = list(scheme.indicators.all())
    fields = ["id", "code", "name", "item_class", "measure", "level", "weight", "floor", "cap", "target_rate"]
    fields += ["points_per_unit", "position"]
    typed = {
        f"indicators-{place}-{name}": str(getattr(indicator, name))
        for place, indicator in enumerate(found)
        for name in fields
    }
    typed |= {f"indicators-{place}-products": ",".join(each.products) for place, each in enumerate(found)}
    typed |= {
        f"indicators-{place}-weight": changed[each.code] for place, each in enumerate(found) if each.code in changed
    }
    head = ["year", "quarter", "version", "status", "effective_on", "business_total", "retention_total", "other_total"]
    typed |= {name: str(getattr(scheme, name)) for name in head}
    return typed | {"indicators-TOTAL_FORMS": str(len(found)), "indicators-INITIAL_FORMS": str(len(found))}


def draft() -> Scheme:
    scheme = SchemeFactory()
    Indicator.objects.bulk_create(schemes.default_indicators(scheme))
    return scheme


def save(support, scheme: Scheme, **changed: str):
    return support.post(reverse("admin:kpi_scheme_change", args=[scheme.pk]), sheet(scheme, **changed))


def test_scheme_that_does_not_add_up_is_not_saved(support):
    scheme = draft()
    refused = save(support, scheme, A="30")

    assert "权重合计是 75%" in refused.content.decode()
    assert scheme.indicators.get(code="A").weight == 25


def test_scheme_that_adds_up_is_saved(support):
    scheme = draft()

    assert save(support, scheme, A="30", B="20").status_code == 302
    assert scheme.indicators.get(code="A").weight == 30


def test_issued_scheme_is_not_changed(support):
    scheme = schemes.in_force(OCTOBER)

    assert save(support, scheme, A="30", B="20").status_code == 403
    assert scheme.indicators.get(code="A").weight == 25

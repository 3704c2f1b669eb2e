"""The back room: schemes are written, what a closed month or frozen targets keep is refused in words."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from kpi.domain import plans, schemes
from kpi.models import Indicator, Rating, Scheme
from tests.factories.accounts import UserFactory
from tests.factories.kpi import NOW, OCTOBER, SchemeFactory
from tests.factories.months import closed, ready_grid

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


def change(support, kind: str, found, **fields: str):
    return support.post(reverse(f"admin:kpi_{kind}_change", args=[found.pk]), fields, follow=True).content.decode()


def test_target_of_a_closed_month_is_refused_in_words(support):
    grid = ready_grid()
    closed(grid)
    target = grid.targets.get(code="A")
    fields = {"month": "2026-10-01", "grid": grid.pk, "code": "A", "value": "99", "change_reason": "改"}
    assert "这个月已审定，不能再改。" in change(support, "target", target, **fields)
    gone = support.post(reverse("admin:kpi_target_delete", args=[target.pk]), {"post": "yes"}, follow=True)
    assert "这个月已审定，不能再改。" in gone.content.decode()
    sent = {"action": "delete_selected", "_selected_action": [target.pk], "post": "yes"}
    several = support.post(reverse("admin:kpi_target_changelist"), sent, follow=True)
    assert "这个月已审定，不能再改。" in several.content.decode()
    assert grid.targets.get(code="A").value == 10


def test_rating_of_a_closed_month_is_refused_in_words(support):
    closed(ready_grid())
    rating = Rating.objects.get()
    fields = {"month": "2026-10-01", "manager": rating.manager_id, "item": rating.item, "score": "12"}
    assert "这个月已审定，不能再改。" in change(support, "rating", rating, **fields)
    rating.refresh_from_db()
    assert rating.score == 85


def test_frozen_target_asks_for_its_reason_and_keeps_what_was_typed(support):
    grid = ready_grid()
    plans.freeze(branch=grid.branch, month=OCTOBER, by=UserFactory(), now=NOW)
    target = grid.targets.get(code="A")
    fields = {"month": "2026-10-01", "grid": grid.pk, "code": "A", "value": "99"}
    page = change(support, "target", target, **fields)
    assert "改动要写明理由" in page
    assert 'value="99"' in page
    change(support, "target", target, **fields, change_reason="整体搬迁")
    assert grid.targets.get(code="A").value == 99


def test_issued_scheme_is_not_changed(support):
    scheme = schemes.in_force(OCTOBER)

    assert save(support, scheme, A="30", B="20").status_code == 403
    assert scheme.indicators.get(code="A").weight == 25

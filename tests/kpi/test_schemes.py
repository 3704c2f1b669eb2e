import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.periods import Month
from core.refusals import Refusal
from kpi.choices import MonthState, SchemeStatus
from kpi.domain import issuing, schemes
from kpi.models import BranchMonth, Indicator, Scheme
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, SchemeFactory, recomputed

pytestmark = pytest.mark.django_db


def draft(**weights: str) -> tuple[Scheme, list[Indicator]]:
    scheme = SchemeFactory()
    rows = schemes.default_indicators(scheme)
    for row in rows:
        row.weight = Decimal(weights.get(row.code, row.weight))
    return scheme, rows


def refusal(scheme: Scheme, rows: list[Indicator]) -> str:
    with pytest.raises(schemes.SchemeRefused) as refused:
        schemes.validate(scheme=scheme, indicators=rows)
    return str(refused.value)


def test_quarter_without_a_scheme_gets_the_default_one():
    scheme = schemes.in_force(Month(2026, 11))

    assert (str(scheme), scheme.effective_on, scheme.status) == ("2026Q4 v1", dt.date(2026, 10, 1), "issued")
    rows = scheme.indicators.values_list("code", "weight", "floor", "cap", "products")
    assert [(code, int(weight), int(floor), int(cap), products) for code, weight, floor, cap, products in rows] == [
        ("A", 25, 0, 100, ["FTTH"]),
        ("B", 25, 0, 100, ["3G"]),
        ("C", 20, 0, 100, ["3G_BUNDLE"]),
        ("D", 0, -5, 10, ["2G_BUNDLE"]),
        ("E", 10, 0, 100, ["FIXED_LINE"]),
        ("F", 10, 0, 100, ["BROADBAND", "FTTH"]),
        ("G", 10, 0, 100, []),
    ]
    assert schemes.in_force(OCTOBER) == scheme
    schemes.validate(scheme=scheme, indicators=scheme.indicators.all())


def test_month_uses_the_version_in_force_on_its_first():
    first = schemes.in_force(OCTOBER)
    later = SchemeFactory(version=9, status=SchemeStatus.ISSUED, effective_on=dt.date(2026, 11, 2))

    assert schemes.in_force(Month(2026, 11)) == first
    assert schemes.in_force(Month(2026, 12)) == later


def test_draft_is_not_in_force():
    SchemeFactory()

    assert schemes.in_force(OCTOBER).status == SchemeStatus.ISSUED


def test_scheme_that_does_not_add_up_is_refused_with_the_class_and_its_total():
    assert refusal(*draft(A="24")) == "“重点业务”的权重合计是 69%，应为 70%。"
    assert refusal(*draft(F="10.5")) == "“保有维系”的权重合计是 20.5%，应为 20%。"


def test_another_split_needs_a_reason():
    scheme, rows = draft(A="15", E="20")
    scheme.business_total, scheme.retention_total = Decimal(60), Decimal(30)

    assert refusal(scheme, rows) == "不按 70/20/10 分配时，要写明理由。"
    scheme.override_reason = "保有攻坚季"
    schemes.validate(scheme=scheme, indicators=rows)


def test_indicator_of_the_wrong_kind_is_refused_by_name():
    scheme, rows = draft()
    rows[0].products = []
    assert refusal(scheme, rows) == "指标 A：要选至少一个产品。"
    scheme, rows = draft()
    rows[6].level = "grid"
    assert refusal(scheme, rows) == "指标 G：个人：评价的是人，所以按个人计；网格的分是组员按天数的平均。"


def test_scheme_is_issued_once():
    scheme, rows = draft()
    Indicator.objects.bulk_create(rows)

    issuing.issue(scheme=scheme, by=None, now=NOW)
    assert scheme.issued_at == NOW
    with pytest.raises(Refusal):
        issuing.issue(scheme=scheme, by=None, now=NOW)


def test_scheme_of_a_closed_month_cannot_be_edited():
    grid = GridFactory()
    scheme = recomputed().scheme
    schemes.require_editable(scheme)
    BranchMonth.objects.filter(branch=grid.branch).update(state=MonthState.CLOSED)

    with pytest.raises(schemes.SchemeRefused):
        schemes.require_editable(scheme)
    with pytest.raises(IntegrityError), transaction.atomic():
        scheme.indicators.filter(code="A").update(weight=30)

import datetime as dt
from decimal import Decimal
from random import Random

import pytest
from django.db import IntegrityError, transaction

from core.periods import SHANGHAI, Month
from core.refusals import Refusal
from kpi.choices import MonthState, SchemeStatus
from kpi.domain import issuing, schemes
from kpi.models import BranchMonth, Indicator, Scheme
from tests.factories.accounts import UserFactory
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


def test_newest_version_of_the_same_day_is_in_force():
    SchemeFactory(version=8, status=SchemeStatus.ISSUED)
    newest = SchemeFactory(version=9, status=SchemeStatus.ISSUED)
    SchemeFactory(version=7, status=SchemeStatus.ISSUED)

    assert schemes.in_force(OCTOBER) == newest


def test_later_day_counts_before_a_higher_version():
    later = SchemeFactory(version=8, status=SchemeStatus.ISSUED, effective_on=dt.date(2026, 11, 1))
    SchemeFactory(version=9, status=SchemeStatus.ISSUED)

    assert schemes.in_force(Month(2026, 11)) == later


@pytest.mark.parametrize("other", [{"year": 2025}, {"quarter": 3}])
def test_scheme_of_another_quarter_is_not_in_force(other):
    SchemeFactory(status=SchemeStatus.ISSUED, **other)

    assert (schemes.in_force(OCTOBER).year, schemes.in_force(OCTOBER).quarter) == (2026, 4)


def test_default_scheme_takes_the_next_version_from_the_first_moment_of_its_quarter():
    SchemeFactory(version=4)
    SchemeFactory(version=9, year=2025)
    SchemeFactory(version=9, quarter=3)
    scheme = schemes.in_force(Month(2026, 12))

    assert (scheme.version, scheme.issued_at) == (5, dt.datetime(2026, 10, 1, tzinfo=SHANGHAI))
    rows = scheme.indicators.values_list("code", "name", "item_class", "measure", "level", "position")
    assert list(rows) == [
        ("A", "FTTH宽带", "business", "completion", "grid", 1),
        ("B", "3G", "business", "completion", "grid", 2),
        ("C", "3G版亲情1+融合", "business", "completion", "grid", 3),
        ("D", "2G版亲情1+融合", "points", "points", "grid", 4),
        ("E", "固话用户保有率", "retention", "retention", "grid", 5),
        ("F", "宽带用户保有率", "retention", "retention", "grid", 6),
        ("G", "主观评价", "other", "rating", "person", 7),
    ]


def test_default_stands_back_for_a_lower_version_that_somebody_issued():
    drafted = SchemeFactory(year=2027, quarter=1, version=1, effective_on=dt.date(2027, 1, 1))
    default = schemes.in_force(Month(2027, 1))
    assert default.version == 2

    Scheme.objects.filter(pk=drafted.pk).update(status=SchemeStatus.ISSUED, issued_by=UserFactory())
    assert schemes.in_force(Month(2027, 1)) == drafted


def test_looking_at_a_month_ahead_stores_no_scheme():
    used = schemes.in_force(OCTOBER)

    assert schemes.expected(OCTOBER) == used
    assert schemes.expected(Month(2031, 1)) == used
    assert list(Scheme.objects.all()) == [used]


def test_month_ahead_is_planned_by_the_last_scheme_of_an_earlier_quarter():
    issued = {"year": 2026, "status": SchemeStatus.ISSUED}
    whole = SchemeFactory(**issued, quarter=2, version=2, effective_on=dt.date(2026, 4, 1))
    may = SchemeFactory(**issued, quarter=2, version=1, effective_on=dt.date(2026, 5, 1))
    later = SchemeFactory(**issued, quarter=4, version=1, effective_on=dt.date(2026, 12, 1))

    assert [schemes.expected(Month(2026, number)) for number in (4, 5, 7, 10, 12)] == [whole, may, may, may, later]
    assert schemes.expected(Month(2027, 1)) == later


def test_month_ahead_is_not_planned_by_a_later_quarter():
    SchemeFactory(status=SchemeStatus.ISSUED)

    assert str(schemes.expected(Month(2026, 9))) == "2026Q3 v1"


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

    with pytest.raises(schemes.SchemeRefused, match="已审定的月份用的是这个方案"):
        schemes.require_editable(scheme)
    schemes.require_editable(SchemeFactory())  # another one, that no closed month used
    with pytest.raises(IntegrityError), transaction.atomic():
        scheme.indicators.filter(code="A").update(weight=30)


@pytest.mark.parametrize("number", range(6))
def test_recompute_takes_the_very_scheme_that_is_in_force(number: int) -> None:
    chance, person = Random(number), UserFactory()
    for version in range(1, 7):
        SchemeFactory(
            quarter=chance.choice([3, 4, 4, 4]),
            version=version,
            status=chance.choice(["issued", "issued", "draft"]),
            effective_on=dt.date(2026, chance.choice([10, 10, 11, 12]), chance.choice([1, 1, 15])),
            issued_by=chance.choice([person, None]),
        )
    taken = [recomputed(Month(2026, month)).scheme for month in (10, 11, 12)]
    assert taken == [schemes.in_force(Month(2026, month)) for month in (10, 11, 12)]

"""All that can be wrong with a scheme, said beside the field it is about."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.domain import schemes
from kpi.domain.schemes import Fault
from tests.factories.kpi import SchemeFactory
from tests.factories.schemes import extra, rows_of

pytestmark = pytest.mark.django_db


def faults(scheme=None, **changed) -> list[Fault]:
    scheme = scheme or SchemeFactory()
    return schemes.faults(scheme=scheme, indicators=rows_of(scheme, **changed))


def test_scheme_of_the_guideline_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"E": {"target_rate": Decimal(0)}}, Fault("目标率要大于 0。", "target_rate", 4)),
        ({"A": {"cap": Decimal(10), "floor": Decimal(20)}}, Fault("下限高于封顶。", "floor", 0)),
        ({"D": {"points_per_unit": Decimal(0)}}, Fault("每户 0 分等于不计，请写一个分值。", "points_per_unit", 3)),
        ({"B": {"products": ["4G", "3G"]}}, Fault("目录里没有产品 4G。", "products", 1)),
        ({"B": {"products": []}}, Fault("要选至少一个产品。", "products", 1)),
        ({"G": {"products": ["3G"]}}, Fault("主观评价没有产品。", "products", 6)),
        ({"B": {"code": " "}}, Fault("要有代码，例如 H。", "code", 1)),
        ({"E": {"target_rate": Decimal("0.01")}}, None),
        ({"A": {"cap": Decimal(20), "floor": Decimal(20)}}, None),
        ({"B": {"products": ["4G", "5G"]}}, Fault("目录里没有产品 4G、5G。", "products", 1)),
        (
            {"A": {"level": "person"}},
            Fault("网格：目标定在网格上，所以按网格计；组员按任职天数得网格的分。", "level", 0),
        ),
        ({"A": {"name": " "}}, Fault("要有名称。", "name", 0)),
        ({"A": {"measure": "penetration"}}, Fault("没有这种计量。", "measure", 0)),
        ({"D": {"item_class": "other"}}, Fault("加减分项只能计加分，其它项不能。", "item_class", 3)),
    ],
)
def test_each_fault_is_said_beside_its_field(changed, expected):
    assert faults(**changed) == ([expected] if expected else [])


def test_target_rate_is_not_asked_of_a_measure_that_has_none():
    assert faults(A={"target_rate": Decimal(0)}) == []


def test_code_used_twice_is_said_beside_both():
    assert faults(B={"code": "A"}) == [Fault("代码 A 用了两次。", "code", row) for row in (0, 1)]


def test_refusal_carries_the_first_fault_and_all_of_them():
    scheme = SchemeFactory()
    with pytest.raises(schemes.SchemeRefused, match="指标 B：要选至少一个产品。") as refused:
        schemes.validate(scheme=scheme, indicators=rows_of(scheme, B={"products": []}, C={"name": ""}))
    assert refused.value.field == "products"
    assert [(fault.field, fault.row) for fault in refused.value.faults] == [("products", 1), ("name", 2)]


def test_class_without_an_indicator_adds_up_to_nothing():
    totals = {"business_total": Decimal(80), "retention_total": Decimal(20), "other_total": Decimal(0)}
    scheme = SchemeFactory.build(**totals, override_reason="试点")
    rows = rows_of(scheme, A={"weight": Decimal(35)})
    assert schemes.faults(scheme=scheme, indicators=rows[:6]) == []
    assert schemes.faults(scheme=scheme, indicators=rows[:4]) == [
        Fault("“保有维系”的权重合计是 0%，应为 20%。", "retention_total")
    ]


def test_class_that_does_not_add_up_is_named_with_its_total():
    assert faults(A={"weight": Decimal(30)}) == [Fault("“重点业务”的权重合计是 75%，应为 70%。", "business_total")]


def test_weight_of_zero_is_said_beside_the_weight_too():
    found = faults(A={"weight": Decimal(0)})
    assert [(fault.field, fault.row) for fault in found] == [("business_total", None), ("weight", 0)]


def test_weight_of_less_than_one_is_a_weight():
    assert faults(A={"weight": Decimal("0.5")}, B={"weight": Decimal("49.5")}) == []


@pytest.mark.parametrize("day", [dt.date(2026, 9, 30), dt.date(2026, 12, 2), dt.date(2027, 1, 1)])
def test_day_from_which_no_month_of_the_quarter_counts_is_refused(day):
    words = "生效日期要在 2026-10-01 至 2026-12-01 之间：一个月用它 1 日生效的方案，再晚这个季度就没有月份用它。"
    assert faults(SchemeFactory(effective_on=day)) == [Fault(words, "effective_on")]


@pytest.mark.parametrize("day", [dt.date(2026, 10, 1), dt.date(2026, 11, 15), dt.date(2026, 12, 1)])
def test_scheme_may_begin_up_to_the_first_of_the_last_month(day):
    assert faults(SchemeFactory(effective_on=day)) == []


@pytest.mark.parametrize(("day", "first"), [("2026-10-01", 10), ("2026-10-02", 11), ("2026-12-01", 12)])
def test_scheme_counts_from_the_first_month_that_begins_on_its_day_or_later(day, first):
    months = schemes.counted_months(SchemeFactory(effective_on=dt.date.fromisoformat(day)))
    assert [month.number for month in months] == list(range(first, 13))


def test_totals_that_do_not_make_100_are_refused():
    scheme = SchemeFactory.build(business_total=Decimal(75), retention_total=Decimal(20), override_reason="试点")
    rows = [*rows_of(scheme), extra(scheme)]
    found = schemes.faults(scheme=scheme, indicators=rows)
    assert found == [Fault("三类权重合计是 105%，应为 100%。", "business_total")]


@pytest.mark.parametrize(("business", "retention", "other"), [(60, 30, 10), (70, 25, 5), (75, 20, 5)])
def test_split_without_a_reason_is_said_beside_the_reason(business, retention, other):
    totals = {"business_total": Decimal(business), "retention_total": Decimal(retention), "other_total": Decimal(other)}
    scheme = SchemeFactory.build(**totals)
    weights = {"A": business - 45, "E": retention - 10, "G": other}
    rows = rows_of(scheme, **{code: {"weight": Decimal(weight)} for code, weight in weights.items()})
    words = "不按 70/20/10 分配时，要写明理由。"
    assert schemes.faults(scheme=scheme, indicators=rows) == [Fault(words, "override_reason")]

"""Schemes to read, and whether their weights make the class totals."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max

from core.formats import listed
from kpi.choices import ItemClass
from kpi.models import Indicator, Scheme


def scheme_rows() -> list[Scheme]:
    """All schemes, newest first, each with the number of months it scored and the last of them."""
    found = Scheme.objects.annotate(
        months=Count("run__month", distinct=True), last_month=Max("run__month")
    ).select_related("issued_by")
    return list(found)


@dataclass(frozen=True, slots=True)
class ClassTotal:
    label: str
    wanted: Decimal
    actual: Decimal
    codes: str

    @property
    def is_right(self) -> bool:
        return self.wanted == self.actual


def class_totals(scheme: Scheme, indicators: list[Indicator]) -> list[ClassTotal]:
    wanted = {
        ItemClass.BUSINESS: scheme.business_total,
        ItemClass.RETENTION: scheme.retention_total,
        ItemClass.OTHER: scheme.other_total,
    }
    return [
        ClassTotal(
            label=str(item_class.label),
            wanted=total,
            actual=sum((i.weight for i in indicators if i.item_class == item_class), Decimal(0)),
            codes=listed(i.code for i in indicators if i.item_class == item_class),
        )
        for item_class, total in wanted.items()
    ]

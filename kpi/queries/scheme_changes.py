"""Two versions of a scheme side by side: what was added, what was taken away, what is different."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formats import listed, named, plain
from kpi.choices import ItemClass
from kpi.indicators import MEASURES
from kpi.models import Indicator, Scheme
from kpi.queries.schemes import product_names


@dataclass(frozen=True, slots=True)
class Part:
    """One field of both versions, as people read it."""

    label: str
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def words(self) -> str:
        if not self.old or self.old == "—":
            return f"{self.label} {self.new}"
        return f"{self.label} {self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class IndicatorChange:
    """An indicator in two versions; kind is added, removed, changed or same."""

    code: str
    name: str
    kind: str
    parts: list[Part]

    @property
    def changed(self) -> list[Part]:
        return [part for part in self.parts if part.is_changed]

    @property
    def words(self) -> str:
        """What changed in one line."""
        if self.kind in ("added", "removed"):
            return str(KINDS[self.kind])
        return listed(part.words for part in self.changed)


KINDS: dict[str, str | Promise] = {
    "added": gettext_lazy("新增"),
    "removed": gettext_lazy("删去"),
    "changed": gettext_lazy("修改"),
    "same": gettext_lazy("未变"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions: the fields of their heads and their indicators, those of the newer one first and in its order."""

    old: Scheme
    new: Scheme
    head: list[Part]
    rows: list[IndicatorChange] = field(default_factory=list)

    @property
    def changed_rows(self) -> list[IndicatorChange]:
        return [row for row in self.rows if row.kind != "same"]

    @property
    def count(self) -> int:
        """How many things are different."""
        return sum(part.is_changed for part in self.head) + len(self.changed_rows)

    def words_of(self, code: str) -> str:
        """What is different about an indicator; nothing when it is the same."""
        return next((row.words for row in self.rows if row.code == code and row.kind != "same"), "")


def compare(old: Scheme, new: Scheme, rows: Sequence[Indicator] | None = None) -> Comparison:
    """What `new` changes of `old`; `rows` are the newer indicators where they aren't stored yet."""
    names = product_names()
    before = {row.code: row for row in old.indicators.all()}
    after = {row.code: row for row in (new.indicators.all() if rows is None else rows)}
    codes = [*after, *(code for code in before if code not in after)]
    return Comparison(old, new, _heads(old, new), [_change(before.get(code), after.get(code), names) for code in codes])


def _heads(old: Scheme, new: Scheme) -> list[Part]:
    def split(scheme: Scheme) -> str:
        parts = (scheme.business_total, scheme.retention_total, scheme.other_total)
        return " / ".join(plain(part) for part in parts)

    return [
        Part(_("三类合计"), split(old), split(new)),
        Part(_("改变 70/20/10 的理由"), old.override_reason, new.override_reason),
    ]


def _change(old: Indicator | None, new: Indicator | None, names: dict[str, str]) -> IndicatorChange:
    known = new or old
    assert known is not None  # a code comes from one of the two
    was, now = _texts(old, names), _texts(new, names)
    parts = [Part(str(label), was.get(key, ""), now.get(key, "")) for key, label in LABELS.items()]
    if old is None or new is None:
        kind = "added" if old is None else "removed"
    else:
        kind = "changed" if any(part.is_changed for part in parts) else "same"
    return IndicatorChange(known.code, named(known.name), kind, parts)


LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("名称"),
    "item_class": gettext_lazy("类别"),
    "measure": gettext_lazy("计量"),
    "weight": gettext_lazy("权重"),
    "floor": gettext_lazy("下限"),
    "cap": gettext_lazy("封顶"),
    "rate": gettext_lazy("目标率或分值"),
    "products": gettext_lazy("产品"),
}


def _texts(row: Indicator | None, names: dict[str, str]) -> dict[str, Any]:
    if row is None:
        return {}
    measure = MEASURES.get(row.measure)
    reads = measure.reads if measure else frozenset()
    rate = "—"
    if "target_rate" in reads:
        rate = f"{plain(row.target_rate)}%"
    elif "points_per_unit" in reads:
        rate = _("每户 %(points)s 分") % {"points": plain(row.points_per_unit, 4)}
    return {
        "name": named(row.name),
        "item_class": str(ItemClass(row.item_class).label),
        "measure": str(measure.label) if measure else row.measure,
        "weight": f"{plain(row.weight)}%" if row.weight else "—",
        "floor": plain(row.floor),
        "cap": plain(row.cap),
        "rate": rate,
        "products": products_of(row, names) or "—",
    }


def products_of(row: Indicator, names: dict[str, str]) -> str:
    """The names of an indicator's products, empty where it has none."""
    return listed(_in_order(row.products, names))


def _in_order(products: Sequence[str], names: dict[str, str]) -> list[str]:
    """Product names in the order of the catalogue: choosing them in another order changes nothing."""
    return [name for code, name in names.items() if code in products] + [code for code in products if code not in names]

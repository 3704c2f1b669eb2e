"""The sheet on which a scheme is written: its head, its indicators in order, and what is wrong with them as typed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formats import listed, plain
from kpi.choices import ItemClass, Level
from kpi.domain import schemes
from kpi.domain.drafts import Head
from kpi.domain.schemes import Fault
from kpi.forms import whole
from kpi.indicators import MEASURES, Measure, measure_choices
from kpi.models import Indicator, Scheme
from kpi.queries.schemes import ClassTotal, class_totals, product_names

MOST_ROWS = 26
FIELDS = ("code", "name", "item_class", "measure", "weight", "floor", "cap", "target_rate", "points_per_unit")
TOTALS = ("business_total", "retention_total", "other_total")
Texts = Mapping[str, Any]


def _amount(places: int, digits: int, *, least: int | None = 0) -> forms.DecimalField:
    box = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(decimal_places=places, max_digits=digits, min_value=least, widget=box)


class HeadForm(forms.Form):
    """What a scheme says besides its indicators."""

    effective_on = forms.DateField(
        label=_("生效日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    business_total, retention_total, other_total = _amount(2, 5), _amount(2, 5), _amount(2, 5)
    override_reason = forms.CharField(label=_("改变 70/20/10 的理由"), max_length=200, required=False)


class IndicatorForm(forms.Form):
    """One indicator; what its measure doesn't read may be anything and is stored as usual."""

    code = forms.RegexField(r"^[A-Za-z][A-Za-z0-9]{0,3}$", error_messages={"invalid": _("一个字母起头，最多 4 位。")})
    name = forms.CharField(max_length=40)
    item_class = forms.ChoiceField(choices=ItemClass.choices)
    measure = forms.ChoiceField(choices=measure_choices)
    weight, floor, cap = _amount(2, 5), _amount(2, 7, least=None), _amount(2, 7, least=None)
    target_rate, points_per_unit = _amount(2, 5), _amount(4, 6, least=None)
    products = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, catalogue: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["products"].choices = list(catalogue.items())  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Cell:
    """A box of the sheet with what is wrong with it."""

    bound: BoundField
    error: str = ""

    @property
    def control(self) -> SafeString:
        attrs: dict[str, str | bool] = {"aria-describedby": f"e-{self.bound.html_name}"}
        if self.error:
            attrs["aria-invalid"] = "true"
        return self.bound.as_widget(attrs=attrs)


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the sheet."""

    place: int
    cells: dict[str, Cell]
    level: str
    reads: str
    products: str

    @property
    def head(self) -> str:
        return f"{self.cells['code'].bound.value()} {self.cells['name'].bound.value()}"


class Sheet:
    """A scheme as it is typed. Nothing typed is lost: what can't be read is shown again beside what is wrong."""

    def __init__(self, scheme: Scheme, head: Texts, rows: Sequence[Texts]) -> None:
        self.scheme, self.texts = scheme, list(rows)
        self.names = product_names()
        self.head = HeadForm(head)
        catalogue = self.names | {code: code for row in rows for code in row["products"] if code not in self.names}
        self.forms = [
            IndicatorForm({f"i{n}-{key}": text for key, text in row.items()}, prefix=f"i{n}", catalogue=catalogue)
            for n, row in enumerate(rows)
        ]

    @cached_property
    def wanted(self) -> Head:
        """The head as typed; where that can't be read, as stored."""
        self.head.is_valid()
        typed = self.head.cleaned_data
        return Head(**{name: typed.get(name, getattr(self.scheme, name)) for name in Head.__slots__})

    @cached_property
    def indicators(self) -> list[Indicator]:
        """The indicators as typed; what can't be read is left as usual, and said in `faults`."""
        return [_indicator(form, row) for form, row in zip(self.forms, self.texts, strict=True)]

    @cached_property
    def faults(self) -> list[Fault]:
        """All that is wrong: what can't be read, then what doesn't add up."""
        unread = [Fault(str(words[0]), field) for field, words in self.head.errors.items()]
        for place, form in enumerate(self.forms):
            unread += [Fault(str(form.errors[field][0]), field, place) for field in _read_by(form) & {*form.errors}]
        told = {(fault.field, fault.row) for fault in unread}
        trial = self.wanted.put_on(Scheme(year=self.scheme.year, quarter=self.scheme.quarter))
        whole = schemes.faults(scheme=trial, indicators=self.indicators)
        return unread + [fault for fault in whole if (fault.field, fault.row) not in told]

    @cached_property
    def errors(self) -> dict[str, str]:
        """What is wrong with each box, by its name on the page."""
        found: dict[str, str] = {}
        for fault in self.faults:
            field = "measure" if fault.field == "level" else fault.field
            name = field if fault.row is None else f"i{fault.row}-{field}"
            found.setdefault(name, fault.words)
        return self._marks | found

    @property
    def _marks(self) -> dict[str, str]:
        """The weights of each class that doesn't add up, with what is missing or too much: which of them is wrong
        nobody knows."""
        gaps = {total.key: total.gap for total in self.sums if not total.is_right}
        return {
            f"i{place}-weight": _gap_words(gaps[row.item_class])
            for place, row in enumerate(self.indicators)
            if row.item_class in gaps and MEASURES.get(row.measure) and MEASURES[row.measure].has_weight
        }

    @cached_property
    def head_cells(self) -> dict[str, Cell]:
        return {name: Cell(self.head[name], self.errors.get(name, "")) for name in self.head.fields}

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(place, form) for place, form in enumerate(self.forms)]

    def _line(self, place: int, form: IndicatorForm) -> Line:
        measure = MEASURES.get(str(form["measure"].value()))
        chosen = form["products"].value() or []
        return Line(
            place=place,
            cells={name: Cell(form[name], self.errors.get(f"i{place}-{name}", "")) for name in form.fields},
            level=_told(measure) if measure else "",
            reads=" ".join(sorted(measure.reads)) if measure else "",
            products=listed(self.names.get(code, code) for code in chosen),
        )

    @cached_property
    def sums(self) -> list[ClassTotal]:
        """Class by class, what the weights make and should make."""
        return class_totals(self.wanted.put_on(Scheme()), self.indicators)

    @property
    def reads(self) -> str:
        """Which boxes each measure uses, for the page."""
        return json.dumps({code: " ".join(sorted(measure.reads)) for code, measure in MEASURES.items()})

    @property
    def total(self) -> Decimal:
        return sum((row.weight for row in self.indicators), Decimal(0))

    @cached_property
    def boxes(self) -> Iterable[tuple[str, str]]:
        """Each box and what is wrong with it, for the page to be told while typing."""
        names = [*self.head.fields, *(f"i{n}-{name}" for n, form in enumerate(self.forms) for name in form.fields)]
        return [(name, self.errors.get(name, "")) for name in names]


def _told(measure: Measure) -> str:
    """On what an indicator of this measure is counted, and why."""
    return gettext("%(level)s：%(why)s") % {"level": Level(measure.level).label, "why": measure.level_words}


def _gap_words(gap: Decimal) -> str:
    words = gettext("本类差 %(gap)s") if gap > 0 else gettext("本类多 %(gap)s")
    return words % {"gap": plain(abs(gap))}


def _read_by(form: IndicatorForm) -> set[str]:
    """The boxes of an indicator that count: those every measure has, and those its own reads."""
    measure = MEASURES.get(str(form["measure"].value()))
    optional = {"target_rate", "points_per_unit", "products"}
    read = set(form.fields) - optional | (set(measure.reads) if measure else optional)
    return read if measure is None or measure.has_weight else read - {"weight"}


def _indicator(form: IndicatorForm, row: Texts) -> Indicator:
    form.is_valid()
    typed = {name: form.cleaned_data[name] for name in _read_by(form) if name in form.cleaned_data}
    for name in ("code", "name", "item_class", "measure"):
        typed.setdefault(name, str(row[name]))
    typed["code"] = typed["code"].upper()
    measure = MEASURES.get(typed["measure"])
    found = Indicator(**typed)
    found.level = measure.level if measure else Level.GRID
    if "products" in _read_by(form):
        found.products = list(row["products"])
    return found


def stored_sheet(scheme: Scheme, indicators: Iterable[Indicator]) -> Sheet:
    """The sheet of a scheme as it is stored."""
    head = {name: getattr(scheme, name) for name in Head.__slots__}
    head |= {name: _text(head[name]) for name in TOTALS}
    rows = [
        {name: _text(getattr(row, name)) for name in FIELDS} | {"products": list(row.products)} for row in indicators
    ]
    return Sheet(scheme, head, rows)


def _text(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def typed_sheet(scheme: Scheme, data: QueryDict) -> Sheet:
    """The sheet as it was sent, its rows added to, taken away from or moved as the pressed button says."""
    sent = str(data.get("count", ""))
    count = min(whole(sent, 0), MOST_ROWS)
    rows = [
        {name: data.get(f"i{n}-{name}", "") for name in FIELDS} | {"products": data.getlist(f"i{n}-products")}
        for n in range(count)
    ]
    return Sheet(scheme, data, _rearranged(rows, data.get("op", "")))


def _rearranged(rows: list[dict[str, Any]], op: str) -> list[dict[str, Any]]:
    step, _dash, place = op.partition("-")
    if step == "add" and len(rows) < MOST_ROWS:
        return [*rows, _blank(rows)]
    n = whole(place, len(rows))
    if n >= len(rows):
        return rows
    row = rows.pop(n)
    if step == "remove":
        return rows
    rows.insert(max(0, n + {"up": -1, "down": 1}.get(step, 0)), row)
    return rows


def _blank(rows: Sequence[Texts]) -> dict[str, Any]:
    """A new indicator with the next free letter."""
    taken = {str(row["code"]).upper() for row in rows}
    code = next((letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in taken), "")
    usual = {"floor": "0", "cap": "100", "target_rate": "100", "points_per_unit": "0.2", "weight": "", "name": ""}
    return usual | {"code": code, "item_class": "business", "measure": "completion", "products": []}


class BeginForm(forms.Form):
    """Which quarter a new draft is for, and which version it starts from."""

    source = forms.ModelChoiceField(Scheme.objects.none(), label=_("以哪个版本为底"), empty_label=None)
    quarter = forms.ChoiceField(label=_("季度"))

    def __init__(self, *args: Any, sources: Any, quarters: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
        self.fields["quarter"].choices = quarters  # type: ignore[attr-defined]

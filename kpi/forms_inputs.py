"""The sheets people fill in: what was typed in each cell, read, refused in words and shown again."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import product

from django.http import QueryDict
from django.utils.translation import gettext as _

from grids.models import Grid
from kpi.choices import RatingItem
from kpi.domain import ratings, targets
from kpi.domain.ratings import Rated
from kpi.domain.sheets import refuse
from kpi.domain.targets import Wanted
from kpi.queries.inputs import TargetRow
from kpi.queries.rating_teams import Member
from managers.models import Manager

# What the columns of the sheets can hold.
LARGEST = 9_999_999
# What may stand between 不考核 and its reason.
BETWEEN = " \u3000:：,，"


def number_in(text: str) -> Decimal | None:
    """The number of a cell, commas aside; None when it is empty. Raises ValueError."""
    cleaned = text.strip().replace(",", "").replace("，", "")
    if not cleaned:
        return None
    try:
        value = Decimal(cleaned)
    except InvalidOperation as error:
        raise ValueError from error
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError
    return value


def exemption_in(text: str) -> str | None:
    """The reason of a cell that reads 不考核, empty when it gives none; None for any other cell."""
    for word in ("不考核", _("不考核")):
        if text.strip().lower().startswith(word.lower()):
            return text.strip()[len(word) :].strip(BETWEEN)
    return None


def _not_a_number(name: str, text: str) -> str:
    return _("%(name)s：“%(text)s”不是一个数。") % {"name": name, "text": text[:20]}


def wanted_targets(data: QueryDict, grids: Iterable[Grid], codes: Iterable[str]) -> list[Wanted]:
    """The cells of a target sheet that were sent: a number, nothing, or 不考核 and why. Raises SheetRefused."""
    found, wrong = [], {}
    for grid, code in product(grids, codes):
        key = targets.key_of(grid.pk, code)
        if (text := data.get(f"t-{key}")) is None:
            continue
        if (reason := exemption_in(text)) is not None:
            found.append(Wanted(grid, code, None, is_exempt=True, reason=reason))
            continue
        try:
            found.append(Wanted(grid, code, number_in(text)))
        except ValueError:
            wrong[key] = _not_a_number(f"{grid.name} {code}", text)
    refuse(wrong)
    return found


def given_ratings(data: QueryDict, managers: Iterable[Manager]) -> list[Rated]:
    """The cells of a rating sheet that were sent. Raises SheetRefused."""
    found, wrong = [], {}
    for manager, item in product(managers, RatingItem):
        key = ratings.key_of(manager.pk, item.value)
        if (text := data.get(f"s-{key}")) is None:
            continue
        try:
            found.append(Rated(manager, item.value, score=number_in(text), comment=data.get(f"c-{key}", "")))
        except ValueError:
            wrong[key] = _not_a_number(f"{manager.name} {item.label}", text)
    refuse(wrong)
    return found


def seen_cells(data: QueryDict) -> dict[str, str] | None:
    """What the sheet showed when it was opened, by key; None when it wasn't sent."""
    try:
        found = json.loads(data.get("seen", ""))
    except ValueError:
        return None
    return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else None


def retype_targets(rows: Iterable[TargetRow], data: QueryDict, wrong: Mapping[str, str]) -> None:
    """Show what was typed instead of what is stored."""
    for cell in (cell for row in rows for cell in row.cells if f"t-{cell.key}" in data):
        cell.text, cell.error = str(data[f"t-{cell.key}"]), wrong.get(cell.key, "")


def retype_ratings(members: Iterable[Member], data: QueryDict, wrong: Mapping[str, str]) -> None:
    """Show what was typed instead of what is stored."""
    for cell in (cell for member in members for cell in member.cells if f"s-{cell.key}" in data):
        cell.score, cell.comment = str(data[f"s-{cell.key}"]), data.get(f"c-{cell.key}", "")
        cell.error = wrong.get(cell.key, "")


def totals_in(data: QueryDict, codes: Iterable[str], prefix: str = "total-") -> tuple[dict[str, int], dict[str, str]]:
    """Code → a branch's total typed for it, and code → what is wrong with one; an empty one is left out."""
    found, wrong = {}, {}
    for code in codes:
        text = data.get(f"{prefix}{code}", "")
        try:
            value = number_in(text)
        except ValueError:
            wrong[code] = _("“%(text)s”不是一个数。") % {"text": text[:20]}
            continue
        if value is not None and (value < 0 or value != value.to_integral_value()):
            wrong[code] = _("总数要是大于 0 的整数，才能分到户。")
        elif value == 0:
            wrong[code] = _("0 等于没有目标。不分这一项就留空；不考核请在表里写理由。")
        elif value is not None:
            found[code] = int(value)
    return found, wrong


def factor_in(text: str) -> Decimal:
    """A factor in per cent, 100 when none was typed. Raises ValueError."""
    value = number_in(text.replace("%", "").replace("％", ""))
    if value is None:
        return Decimal(100)
    if not 0 < value <= 1000:
        raise ValueError
    return value

"""Batches of companies, and the first of a batch over which the two implementations differ."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from core.periods import Month
from grids.models import Branch
from kpi.domain import late_records
from kpi.models import Run
from tests.factories.kpi import NOW, recomputed
from tests.reference import companies as generated
from tests.reference import database
from tests.reference.database import Companies, Result, expected
from tests.reference.scoring import Company, Item

BATCH = 50  # companies of one scheme, as branches side by side, recomputed at once
SEED = os.environ.get("SEED", "0")
MONTHS = [Month(2026, n) for n in (9, 10, 12)] + [Month(2027, n) for n in (1, 2)] + [Month(2028, n) for n in (2, 3)]
Wrong = tuple[str, Company, Result]
Says = Callable[[Company], Result]


def a_batch(number: int, size: int = BATCH) -> tuple[Random, Month, list[Item], Companies]:
    """The companies of a batch, the same ones for the same number."""
    chance = Random(f"{SEED}/{number}")
    month = MONTHS[number % len(MONTHS)]
    items = generated.scheme(chance)
    companies = {f"K{n:02d}": generated.company(chance, month=month, items=items) for n in range(size)}
    return chance, month, items, companies


def remembered(says: Says) -> Says:
    """The same reference, asked once a company: for whoever compares the same companies again and again."""
    known: dict[str, Result] = {}

    def asked(company: Company) -> Result:
        told = repr(company)
        if told not in known:
            known[told] = says(company)
        return known[told]

    return asked


def first_wrong(companies: Companies, month: Month, chance: Random, says: Says = expected) -> Wrong | None:
    """The first company that differs: recomputed, scored again after late orders, after late news of all kinds
    recomputed again, and a few branches recomputed each by itself."""
    if chance.random() < 0.5:
        recomputed(month.shift(-1))  # so that the balances are carried, not counted
    run = recomputed(month)
    if wrong := _compare(companies, run, says):
        return wrong
    companies = _changed(companies, chance, generated.late_orders)
    late_records.rescore(now=NOW)
    if wrong := _compare(companies, run, says):
        return wrong
    companies = _changed(companies, chance, generated.a_day_later)
    return _compare(companies, recomputed(month), says) or _compare_alone(companies, month, chance, says)


def _changed(companies: Companies, chance: Random, change: Callable[[Random, Company], Company]) -> Companies:
    some = chance.sample([*companies], max(1, len(companies) // 3))
    later = {key: change(chance, companies[key]) for key in some}
    database.write_news({key: companies[key] for key in later}, later)
    return companies | later


def _compare(companies: Companies, run: Run, says: Says) -> Wrong | None:
    found = database.read(run, companies)
    return next(((key, c, found[key]) for key, c in companies.items() if found[key] != says(c)), None)


def _compare_alone(companies: Companies, month: Month, chance: Random, says: Says) -> Wrong | None:
    """Each branch recomputed by itself, lent people and all."""
    for key in chance.sample([*companies], 2):
        sheets = says(companies[key])
        for code in ("B1", "B2"):
            found = database.read(recomputed(month, branch=Branch.objects.get(code=key + code)), [key])[key]
            if found != {kind: {k: row for k, row in rows.items() if row[0] == code} for kind, rows in sheets.items()}:
                return key, companies[key], found
    return None

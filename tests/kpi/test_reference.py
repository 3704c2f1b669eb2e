"""Two implementations of the same rules, compared on generated companies: nobody is paid by a single opinion.

COMPANIES=20000 compares more than the usual two thousand, SEED=1 others.
"""

import os
from collections import Counter

import pytest
from django.db import transaction

from core.periods import Month
from tests.factories.kpi import recomputed
from tests.reference import database
from tests.reference.cases import CASES, cases_of
from tests.reference.comparison import BATCH, a_batch, first_wrong, remembered
from tests.reference.database import Result, expected
from tests.reference.differences import smallest, told
from tests.reference.scoring import Company

BATCHES = max(int(os.environ.get("COMPANIES", "2000")), BATCH) // BATCH


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(BATCHES))
def test_two_implementations_agree(number: int) -> None:
    chance, month, items, companies = a_batch(number)
    with transaction.atomic():
        database.write_scheme(items, month)
        database.write(companies)
        wrong = first_wrong(companies, month, chance, remembered(expected))
        transaction.set_rollback(True)
    assert len(companies) == BATCH
    if wrong:
        pytest.fail(_explained(*wrong), pytrace=False)


def _explained(key: str, company: Company, found: Result) -> str:
    small = smallest(company, lambda candidate: _result(candidate) != expected(candidate))
    return told(f"{key} differs:", company, found, expected(company)) + (
        told("and so does, with less:", small, _result(small), expected(small)) if small is not company else ""
    )


def _result(company: Company) -> Result:
    with transaction.atomic():
        month = Month.of(company.first)
        database.write_scheme(company.scheme, month)
        database.write({"X00": company})
        found = database.read(recomputed(month), ["X00"])["X00"]
        transaction.set_rollback(True)
    return found


def test_two_thousand_companies_are_compared() -> None:
    assert BATCH * BATCHES >= 2000 or "COMPANIES" in os.environ


def test_generated_companies_hold_every_odd_case() -> None:
    """Otherwise two implementations would agree about nothing: each case comes up again and again."""
    seen: Counter[str] = Counter()
    for number in range(6):
        _chance, _month, _items, companies = a_batch(number)
        for company in companies.values():
            seen.update(cases_of(company))
    rare = {case: seen[case] for case in CASES if seen[case] < 10}
    assert rare == {}

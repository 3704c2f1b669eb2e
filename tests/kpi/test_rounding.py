"""Half up is exact for every fraction a score is made of, ties and what lies next to them above all."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection

from tests.reference.scoring import half_up

pytestmark = pytest.mark.django_db


def rounded(pairs: list[tuple[int, int]], places: int) -> list[Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kpi_half_up(num, den, %s) FROM unnest(%s::numeric[], %s::numeric[]) WITH ORDINALITY
               AS pair (num, den, place) ORDER BY place""",
            [places, [num for num, _den in pairs], [den for _num, den in pairs]],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("places", [2, 4, 6])
@pytest.mark.parametrize("digits", [3, 9, 19])
def test_half_up_is_exact_at_and_beside_ties(places, digits):
    chance = random.Random(places * digits)
    pairs = []
    for _ in range(200):
        den = chance.randrange(1, 10**digits)
        tie = (2 * chance.randrange(10**6) + 1) * den // (2 * 10**places)
        sign = chance.choice([1, -1])
        pairs += [(sign * (tie + step), den) for step in (-1, 0, 1)]

    exact = [half_up(Fraction(num, den), places) for num, den in pairs]
    assert [Fraction(value) for value in rounded(pairs, places)] == exact


def test_half_up_goes_away_from_zero():
    assert rounded([(1, 2), (-1, 2), (49, 100), (-49, 100), (0, 7)], 0) == [1, -1, 0, 0, 0]


def test_half_up_of_nothing_is_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT kpi_half_up(NULL, 0, 2), kpi_half_up(1, NULL, 2)")
        assert cursor.fetchone() == (None, None)

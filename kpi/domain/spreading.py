"""A branch's total over its grids, with the sum kept to the unit."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from core.refusals import Refusal

LARGEST_TOTAL = 9_999_999


class SpreadRefused(Refusal):
    """The total can't be spread over these grids."""


def spread(*, total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Grid code → its part of the total in whole units; the parts add up to the total exactly.

    Each grid first gets the whole part of total × weight ÷ sum of weights. What is left goes, one unit each, to the
    largest remainders; of equal ones to the lower grid code. A negative weight counts 0. Raises SpreadRefused.
    """
    if not 0 <= total <= LARGEST_TOTAL:
        raise SpreadRefused(_("总数要在 0 到 %(most)s 之间。") % {"most": f"{LARGEST_TOTAL:,}"}, field="total")
    if not weights:
        raise SpreadRefused(_("没有可以分的网格。"))
    counted = {code: max(weight, 0) for code, weight in weights.items()}
    whole = sum(counted.values())
    if whole == 0:
        raise SpreadRefused(_("每个网格的权重都是 0，分不下去；请换一种分法。"))
    parts = {code: total * weight // whole for code, weight in counted.items()}
    left = total - sum(parts.values())
    for code in sorted(counted, key=lambda code: (-(total * counted[code] % whole), code))[:left]:
        parts[code] += 1
    return parts


def scaled(*, value: Decimal, factor: Decimal) -> Decimal:
    """A target times a factor in per cent, rounded half up to the unit."""
    return (value * factor / 100).quantize(Decimal(1), ROUND_HALF_UP)

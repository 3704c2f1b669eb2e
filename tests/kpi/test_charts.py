"""The figures that an axis shows."""

import pytest

from kpi.views.charts import ticks


@pytest.mark.parametrize(
    ("top", "shown"),
    [
        (1, [0, 1]),
        (4.4, [0, 1, 2, 3, 4]),
        (27, [0, 5, 10, 15, 20, 25]),
        (325, [0, 100, 200, 300]),
        (500, [0, 100, 200, 300, 400, 500]),
        (9800, [0, 2000, 4000, 6000, 8000]),
    ],
)
def test_ticks_are_round_figures(top: float, shown: list[int]):
    assert ticks(top) == shown

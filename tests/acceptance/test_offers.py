import pytest

from acceptance.domain.offers import offers


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([], ["FTTH"]),
        (["FIXED_LINE"], ["FTTH", "BB_BUNDLE"]),
        (["BROADBAND"], ["FTTH", "3G_BUNDLE", "SPEEDUP"]),
        (["FTTH"], ["3G_BUNDLE", "VALUE_ADDED"]),
        (["2G_BUNDLE"], ["3G_BUNDLE", "SPEEDUP", "VALUE_ADDED"]),
        (["3G_BUNDLE", "VALUE_ADDED"], []),
    ],
)
def test_offers_follow_from_the_lines_in_use(held, wanted):
    assert offers(held) == wanted

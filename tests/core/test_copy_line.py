"""Lines of COPY's text format."""

import pytest

from core.sql import copy_line


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (["a", None, 1], "a\t\\N\t1\n"),
        (["a\tb", "c\nd", "e\\f", "g\rh"], "a\\tb\tc\\nd\te\\\\f\tg\\rh\n"),
        (["\\N", None], "\\\\N\t\\N\n"),
        (["a\0", None], "a\0\t\\N\n"),
        ([""], "\n"),
    ],
)
def test_copy_line_escapes(values, line):
    assert copy_line(values) == line

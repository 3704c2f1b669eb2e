"""A company over which the two implementations differ, made as small as it still differs, and told in full."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.reference.database import Result
from tests.reference.scoring import Company

Differs = Callable[[Company], bool]
LISTS = ("orders", "lines", "postings", "communities")
TABLES = ("goals", "ratings")


def smallest(company: Company, differs: Differs) -> Company:
    """Leave out all that the difference doesn't need; `differs` builds a company and compares."""
    again = True
    while again:
        again = False
        for candidate in _smaller(company):
            if differs(candidate):
                company, again = candidate, True
                break
    return company


def _smaller(company: Company) -> Iterator[Company]:
    for name in LISTS:
        rows = getattr(company, name)
        if len(rows) > 3:  # halves first: most rows have nothing to do with it
            yield replace(company, **{name: rows[: len(rows) // 2]})
            yield replace(company, **{name: rows[len(rows) // 2 :]})
        for n in range(len(rows)):
            yield replace(company, **{name: rows[:n] + rows[n + 1 :]})
    for name in TABLES:
        rows = getattr(company, name)
        for key in rows:
            yield replace(company, **{name: {other: row for other, row in rows.items() if other != key}})


def told(title: str, company: Company, written: Result, expected: Result) -> str:
    """The company's inputs, one a line, and each sheet that differs: written against expected."""
    lines = [f"\n{title}", *map(str, company.scheme)]
    for name in ("first", "branch_of", "lives", "home_of", *TABLES):
        lines.append(f"{name}: {getattr(company, name)}")
    for name in LISTS:
        lines += [f"{name}:", *(f"  {row}" for row in getattr(company, name))]
    for kind in ("grids", "people"):
        for code in sorted({*written[kind], *expected[kind]}):
            lines += _sheet(f"{kind} {code}", written[kind].get(code), expected[kind].get(code))
    return "\n".join(lines)


def _sheet(title: str, written: tuple[Any, ...] | None, expected: tuple[Any, ...] | None) -> Iterator[str]:
    if written is None or expected is None:
        yield f"{title}: {'not written' if written is None else 'not expected'}"
    elif written != expected:
        yield f"{title}: written {written[:-1]}, expected {expected[:-1]}"
        for item in sorted({*written[-1], *expected[-1]}):
            if written[-1].get(item) != expected[-1].get(item):
                yield f"  {item} written  {written[-1].get(item)}"
                yield f"  {item} expected {expected[-1].get(item)}"

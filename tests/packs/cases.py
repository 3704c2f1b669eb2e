"""Figures of companies that never were, drawn to lie on the edges of the rounding; scored in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from kpi.choices import RatingItem
from kpi.domain.worth import Scored, by_days, clamped, half_up, rate_of, total, weights

DEFAULT_WEIGHTS = ("25", "25", "20", "0", "10", "10", "10")
UGLY_WEIGHTS = ("33.33", "3.34", "33.33", "0", "6.67", "13.33", "10")
KINDS = (
    ("business", "completion"),
    ("business", "completion"),
    ("business", "completion"),
    ("points", "points"),
    ("retention", "retention"),
    ("retention", "retention"),
    ("other", "rating"),
)


@dataclass(frozen=True)
class Rule:
    code: str
    item_class: str
    measure: str
    weight: Decimal
    floor: Decimal
    cap: Decimal
    target_rate: Decimal
    points_per_unit: Decimal

    def as_figures(self) -> dict[str, Any]:
        numbers = ("weight", "floor", "cap", "target_rate", "points_per_unit")
        level = "person" if self.measure == "rating" else "grid"
        words = {"code": self.code, "name": self.code, "item_class": self.item_class, "measure": self.measure}
        return {**words, "level": level, **{name: str(getattr(self, name)) for name in numbers}}


def company(seed: int, grids: int) -> dict[str, Any]:
    """The figures of a pack with so many grids and one person in each."""
    draw = Random(seed)
    rules = _rules(draw)
    subjects = [_grid(draw, rules, number) for number in range(grids)]
    people = [_person(draw, rules, number, subjects) for number in range(grids)]
    for place, grid in enumerate(subjects):
        grid["items"]["G"] = _rated(place, people)
    for person, served in people:
        _inherit(person, rules, [(days, subjects[place]) for place, days in served])
    for subject in (*subjects, *(person for person, _served in people)):
        weigh(subject, rules)
    persons = [person for person, _served in people]
    for group in (subjects, persons):
        for one in group:
            one["rank"] = 1 + sum(Decimal(other["total"]) > Decimal(one["total"]) for other in group)
    return {
        "rules": [rule.as_figures() for rule in rules],
        "grids": subjects,
        "people": persons,
        "served": [_service(person, subjects[p], days) for person, served in people for p, days in served],
    }


def _rules(draw: Random) -> list[Rule]:
    shares = draw.choice([DEFAULT_WEIGHTS, UGLY_WEIGHTS])
    return [
        Rule(
            code,
            *kind,
            weight=Decimal(share),
            floor=Decimal("-5") if kind[0] == "points" else Decimal(draw.choice(["0", "-20", "12.35"])),
            cap=Decimal("10") if kind[0] == "points" else Decimal(draw.choice(["100", "120", "150.05"])),
            target_rate=Decimal(draw.choice(["100", "99.5", "98.76"])),
            points_per_unit=Decimal(draw.choice(["0.2", "0.1234", "1"])),
        )
        for code, kind, share in zip("ABCDEFG", KINDS, shares, strict=True)
    ]


def _blank() -> dict[str, Any]:
    keys = ("gained", "lost", "base", "target", "rate", "score")
    return {"status": "scored", **dict.fromkeys(keys)}


def _grid(draw: Random, rules: list[Rule], number: int) -> dict[str, Any]:
    items = {rule.code: _item(draw, rule) for rule in rules if rule.measure != "rating"}
    return {"code": f"00{number}", "name": f"网格{number}", "days": 31, "items": items}


def _item(draw: Random, rule: Rule) -> dict[str, Any]:
    item, exempt = _blank(), draw.random() < 0.12
    if rule.measure == "retention":
        base = draw.choice([0, 1, 3, 7, 16, 64, 128, 4999, draw.randint(1, 12_000), 320_000])
        lost = draw.randint(0, max(base // draw.choice([1, 20, 200]), 0))
        item |= {"base": base, "lost": lost}
        actual, target = base - lost, None
        exempt = exempt or base == 0
    else:
        # Targets of 3.2, 6.4, 64 … put quotients of whole numbers exactly on a half of the fourth place.
        target = Decimal(
            draw.choice(["3.2", "6.4", "64", "32", "128", "0.01", "7", "97.53", str(draw.randint(1, 999))])
        )
        item |= {"gained": draw.randint(0, 200), "lost": draw.choice([0, 0, draw.randint(0, 250)])}
        actual = item["gained"] - item["lost"]
        if rule.measure == "completion":
            item["target"] = str(target) if draw.random() > 0.05 else None
            target = target if item["target"] else None
    if exempt:
        item["status"] = "exempt"
        return item
    rate = rate_of(rule, actual=actual, base=item["base"], target=target)
    if rate is None:
        item["status"] = "no_target"
        return item
    return item | {"rate": f"{rate:f}", "score": _four(clamped(rule, rate))}


def _four(value: Decimal) -> str:
    return f"{value:.4f}"


def _person(
    draw: Random, rules: list[Rule], number: int, grids: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    rule = next(rule for rule in rules if rule.measure == "rating")
    given = {item: draw.choice([Decimal(100), Decimal(85), Decimal("77.77"), Decimal("66.61")])
             for item in RatingItem.values if draw.random() > 0.3}  # fmt: skip
    rated = _blank() | {"status": "no_rating"}
    if given:
        mean = half_up(sum((Fraction(score) for score in given.values()), Fraction(0)) / len(given), 4)
        rated |= {"status": "scored", "rate": f"{mean:f}", "score": _four(clamped(rule, mean))}
    served = [(number, draw.randint(1, 31))]
    if draw.random() < 0.4 and number:
        served.append((number - 1, draw.randint(1, 16)))
    person = {
        "staff_no": f"0{number}",
        "name": f"员工{number}",
        "days": sum(days for _place, days in served),
        "ratings": {item: str(score) for item, score in given.items()},
        "mean": None,
        "items": {rule.code: rated},
    }
    return person, served


def _rated(place: int, people: list[tuple[dict[str, Any], list[tuple[int, int]]]]) -> dict[str, Any]:
    """A grid's rating: the mean of its people's by days."""
    own = [(days, person["items"]["G"]["score"]) for person, served in people for at, days in served if at == place]
    mean = by_days((days, Decimal(score) if score else None) for days, score in own)
    if mean is None:
        return _blank() | {"status": "no_rating"}
    return _blank() | {"rate": _four(mean), "score": _four(mean)}


def _inherit(person: dict[str, Any], rules: list[Rule], served: list[tuple[int, dict[str, Any]]]) -> None:
    for rule in rules:
        if rule.measure == "rating":
            continue
        parts = [(days, grid["items"][rule.code]) for days, grid in served]
        score = by_days((days, Decimal(i["score"]) if i["score"] else None) for days, i in parts)
        status = {item["status"] for _days, item in parts}
        word = next((s for s in ("scored", "no_target") if s in status), "exempt")
        person["items"][rule.code] = _blank() | {"status": word, "score": None if score is None else _four(score)}


def _service(person: dict[str, Any], grid: dict[str, Any], days: int) -> dict[str, Any]:
    return {
        "staff_no": person["staff_no"],
        "name": person["name"],
        "grid": grid["code"],
        "grid_name": grid["name"],
        "days": days,
        "own_grid": True,
        "own_person": True,
        "foreign": {},
    }


def weigh(subject: dict[str, Any], rules: list[Rule]) -> None:
    """Weights, weighted items and the total, in exact fractions rounded where the scores are."""
    sheet = [
        Scored(rule, item["status"], Decimal(item["score"]) if item["score"] is not None else None)
        for rule in rules
        for item in [subject["items"][rule.code]]
    ]
    share = weights(sheet)
    for one in sheet:
        item, points = subject["items"][one.rule.code], one.rule.item_class == "points"
        part = Fraction(0) if points else share[one.rule.code]
        score = Fraction(one.score or 0)
        item["weight"] = f"{half_up(part, 6):.6f}"
        item["weighted"] = f"{half_up(score if points else score * part / 100, 6):.6f}"
    subject["total"] = f"{total(sheet):.2f}"
    missing = {item["status"] for item in subject["items"].values()} & {"no_target", "no_rating"}
    subject["is_provisional"] = bool(missing)

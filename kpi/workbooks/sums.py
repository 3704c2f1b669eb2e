"""The sum of a sheet as formulas that a spreadsheet program works out exactly.

Spreadsheets count in binary fractions, the scores in decimal ones, and a tie just missed is a bonus missed. So every
formula divides whole numbers that stay below 2^52 and rounds the quotient to a whole number: a quotient of two whole
numbers that is an exact half is represented exactly, and one that isn't can't be rounded onto a half. Scores are
counted in ten-thousandths, weights in hundredths of a per cent. It holds for weights of two decimals and class totals
of whole per cents, bases up to 450,000 lines and net news up to 40,000,000 units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Any

from django.utils.translation import gettext as _

from core.formats import named
from kpi.choices import ItemClass, ItemStatus, Measure
from kpi.workbooks.tables import Cell, Column, Table, added

CLASSES: tuple[ItemClass, ...] = (ItemClass.BUSINESS, ItemClass.RETENTION, ItemClass.OTHER)
Figures = Mapping[str, Any]


def word(status: str) -> str:
    """How a cell says that an item has no score."""
    return str(ItemStatus(status).label)


def completion(gained: str, lost: str, target: str, exempt: str) -> str:
    """(gained − lost) ÷ target × 100, 4 places; the target has 2."""
    divided = f"ROUND(({gained}-{lost})*10^8/ROUND({target}*100,0),0)/10^4"
    return f'IF({exempt}<>"","{word("exempt")}",IF(N({target})=0,"{word("no_target")}",{divided}))'


def points(gained: str, lost: str, per_unit: str, exempt: str) -> str:
    """(gained − lost) × points a unit, which come in ten-thousandths."""
    return f'IF({exempt}<>"","{word("exempt")}",({gained}-{lost})*{per_unit}/10^4)'


def retention(base: str, lost: str, rate: str, exempt: str) -> str:
    """(base − lost) ÷ base ÷ target rate × 100, 4 places; the target rate comes in hundredths of a per cent."""
    divided = f"ROUND(({base}-{lost})*10^10/({base}*{rate}),0)/10^4"
    return f'IF(OR({exempt}<>"",N({base})=0),"{word("exempt")}",{divided})'


def rating(cells: str, mean: str) -> str:
    """The mean of the sub-items, 4 places; or the mean that was handed over."""
    divided = f"ROUND(SUMPRODUCT(ROUND({cells}*100,0))*100/COUNT({cells}),0)/10^4"
    return f'IF(COUNT({cells})>0,{divided},IF(ISNUMBER({mean}),{mean},"{word("no_rating")}"))'


def clamped(rate: str, floor: str, cap: str) -> str:
    """Within the limits; the word for why there is none stays."""
    return f"IF(ISNUMBER({rate}),MIN(MAX({rate},{floor}),{cap}),{rate})"


def by_days(days: str, scores: str, products: str, keys: str, key: str, otherwise: str) -> str:
    """The mean weighted by days over the rows of a key where there is a score, 4 places."""
    weight = f'SUMIFS({days},{keys},{key},{scores},">-1000000")'
    return f"IF({weight}=0,{otherwise},ROUND(SUMIFS({products},{keys},{key})/{weight},0)/10^4)"


def sum_columns(rules: Sequence[Figures], *, with_rate: bool) -> list[Column]:
    """The columns of all items and of their sum."""
    found = []
    for rule in rules:
        code, group = rule["code"], f"{rule['code']} {named(rule['name'])}"
        if with_rate:
            found.append(Column(f"rate {code}", _("完成率"), "n4", group, 11))
        found.append(Column(f"score {code}", _("得分"), "n4", group, 10))
        found.append(Column(f"weight {code}", _("权重%"), "n6", group, 11))
        found.append(Column(f"weighted {code}", _("加权"), "n6", group, 11))
    found.append(Column("total", _("总分"), "n2", _("结果"), 9))
    found.append(Column("rank", _("名次"), "n0", _("结果"), 7))
    found.append(Column("gap", _("有缺项"), "plain", _("结果"), 8))
    found.append(Column("stored", _("系统总分"), "n2", _("核对"), 9))
    found.append(Column("stored rank", _("系统名次"), "n0", _("核对"), 9))
    found.append(Column("same", _("是否一致"), "plain", _("核对"), 9))
    return found + _helpers()


def _helpers() -> list[Column]:
    words = {
        "kept": _("在考权重"),
        "p": _("放大分子"),
        "q": _("放大分母"),
        "sum": _("分×权重"),
        "whole": _("放大后整数"),
        "rest": _("余数"),
    }
    found = [
        Column(f"{key} {name}", title, "help", f"{_('精确求和')} {name.label}", 12, True)
        for name in CLASSES
        for key, title in words.items()
    ]
    last = {"kept": _("在考类合计"), "P": _("放大分子"), "Q": _("放大分母"), "sign": _("正负")}
    return found + [Column(key, title, "help", _("精确求和"), 12, True) for key, title in last.items()]


@dataclass(frozen=True, slots=True)
class Sum:
    """Writes the weights, the weighted items, the total and the rank of one row.

    `weight` gives the cell of an indicator's weight in hundredths, `whole` that of a class.
    """

    table: Table
    rules: Sequence[Figures]
    weight: Mapping[str, str]
    whole: Mapping[ItemClass, str]

    def cells(self, row: int, subject: Figures) -> dict[str, Cell]:
        """All cells behind the scores; `subject` holds what the system scored."""
        held = _Held(self.rules, subject["items"])
        return {
            **self._helpers(row, held),
            **self._items(row, subject["items"]),
            **self._result(row, subject),
        }

    def _of(self, name: str) -> list[str]:
        return [rule["code"] for rule in self.rules if rule["item_class"] == name]

    def _helpers(self, row: int, held: "_Held") -> dict[str, Cell]:
        found: dict[str, Cell] = {}
        at = self.table.at
        for name in CLASSES:
            found |= self._class(row, name, held)
        classes = added(f"({at(f'kept {n}', row)}>0)*{self.whole[n]}" for n in CLASSES)
        whole = added(self.whole[n] for n in CLASSES)
        kept = at("kept", row)
        weighted = added(f"N({at(f'weighted {code}', row)})" for code in (rule["code"] for rule in self.rules))
        found["kept"] = Cell(classes, held.classes_kept)
        found["P"] = Cell(f"IF({kept}=0,1,({whole})/GCD({whole},{kept}))", held.numerator)
        found["Q"] = Cell(f"IF({kept}=0,1,{kept}/GCD({whole},{kept}))", held.denominator)
        found["sign"] = Cell(f"IF({weighted}<0,-1,1)", held.sign)
        return found

    def _class(self, row: int, name: ItemClass, held: "_Held") -> dict[str, Cell]:
        at, whole, own = self.table.at, self.whole[name], held.classes[name]
        kept, p, q, total = (at(f"{key} {name}", row) for key in ("kept", "p", "q", "sum"))
        codes = self._of(name)
        weights = added(f'IF({at(f"score {c}", row)}="{word("exempt")}",0,{self.weight[c]})' for c in codes)
        sums = added(f"ROUND(N({at(f'score {c}', row)})*10^4,0)*{self.weight[c]}" for c in codes)
        scaled = f"{total}*{p}"
        return {
            f"kept {name}": Cell(weights, own.kept),
            f"p {name}": Cell(f"IF({kept}=0,1,{whole}/GCD({whole},{kept}))", own.p),
            f"q {name}": Cell(f"IF({kept}=0,1,{kept}/GCD({whole},{kept}))", own.q),
            f"sum {name}": Cell(f"{at('sign', row)}*({sums})", own.sum),
            f"whole {name}": Cell(f"INT({scaled}/{q})", own.sum * own.p // own.q),
            f"rest {name}": Cell(f"{scaled}-{at(f'whole {name}', row)}*{q}", own.sum * own.p % own.q),
        }

    def _items(self, row: int, items: Figures) -> dict[str, Cell]:
        found, at = {}, self.table.at
        for rule in self.rules:
            code, name = rule["code"], rule["item_class"]
            score, item = at(f"score {code}", row), items.get(code)
            if item is None:
                continue
            if name == ItemClass.POINTS:
                found[f"weight {code}"] = Cell(value=0)
                found[f"weighted {code}"] = Cell(f"N({score})", float(item["weighted"]))
                continue
            share = f"{at(f'p {name}', row)}*{at('P', row)}/({at(f'q {name}', row)}*{at('Q', row)}"
            weight, exempt = self.weight[code], word("exempt")
            spread = f'IF({score}="{exempt}",0,ROUND({weight}*10^4*{share}),0)/10^6)'
            units = f"ROUND(ABS({score})*10^4,0)"
            weighted = f"IF(ISNUMBER({score}),SIGN({score})*ROUND({units}*{weight}*{share}*100),0)/10^6,0)"
            found[f"weight {code}"] = Cell(spread, float(item["weight"]))
            found[f"weighted {code}"] = Cell(weighted, float(item["weighted"]))
        return found

    def _result(self, row: int, subject: Figures) -> dict[str, Cell]:
        at, table = self.table.at, self.table
        total, rank = at("total", row), at("rank", row)
        missing = {
            r["code"]: ItemStatus.NO_RATING if r["measure"] == Measure.RATING else ItemStatus.NO_TARGET
            for r in self.rules
        }
        gaps = ",".join(f'{at(f"score {code}", row)}="{word(status)}"' for code, status in missing.items())
        same = f"AND(ROUND({total}*100,0)=ROUND({at('stored', row)}*100,0),{rank}={at('stored rank', row)})"
        yes, no = _("一致"), _("不一致")
        return {
            "total": Cell(self._total(row), float(subject["total"])),
            "rank": Cell(f"RANK({total},{table.span('total').split('!')[1]})", subject["rank"]),
            "gap": Cell(f'IF(OR({gaps}),"{_("是")}","")', _("是") if subject["is_provisional"] else ""),
            "stored": Cell(value=float(subject["total"])),
            "stored rank": Cell(value=subject["rank"]),
            "same": Cell(f'IF({same},"{yes}","{no}")', yes),
        }

    def _total(self, row: int) -> str:
        """Whole hundredths of points of the classes, the fractions left over, and the points: rounded once, half up.

        The divisor is even, so that the half lies on a whole number and the fraction below may be cut off before.
        """
        at = self.table.at
        sign, up, down = at("sign", row), at("P", row), at("Q", row)
        q = [at(f"q {name}", row) for name in CLASSES]
        rests = [at(f"rest {name}", row) for name in CLASSES]
        fractions = added(f"{rests[i]}*{q[(i + 1) % 3]}*{q[(i + 2) % 3]}" for i in range(3))
        wholes = added(at(f"whole {name}", row) for name in CLASSES)
        bonus = added(f"ROUND(N({at(f'score {c}', row)})*10^4,0)" for c in self._of(ItemClass.POINTS))
        units = f"({wholes})*{up}+{sign}*({bonus})*10^4*{down}+INT(({fractions})*{up}/({'*'.join(q)}))"
        return f"{sign}*ROUND(({units})/({down}*10^6),0)/100"


@dataclass(frozen=True, slots=True)
class _Class:
    kept: int
    p: int
    q: int
    sum: int


class _Held:
    """What the helper cells hold now, so that a program that doesn't recalculate on opening shows the same."""

    def __init__(self, rules: Sequence[Figures], items: Figures) -> None:
        known = [(rule, items[rule["code"]]) for rule in rules if rule["code"] in items]
        self.sign = -1 if sum((Decimal(item["weighted"]) for _r, item in known), Decimal(0)) < 0 else 1
        whole = {name: sum(_hundredths(r) for r in rules if r["item_class"] == name) for name in CLASSES}
        self.classes = {name: self._class(name, whole[name], known) for name in CLASSES}
        everything = sum(whole.values())
        self.classes_kept = sum(whole[name] for name in CLASSES if self.classes[name].kept)
        common = gcd(everything, self.classes_kept)
        self.numerator = everything // common if self.classes_kept else 1
        self.denominator = self.classes_kept // common if self.classes_kept else 1

    def _class(self, name: str, whole: int, known: list[tuple[Figures, Figures]]) -> _Class:
        own = [(rule, item) for rule, item in known if rule["item_class"] == name]
        kept = sum(_hundredths(rule) for rule, item in own if item["status"] != ItemStatus.EXEMPT)
        sums = sum(int(Decimal(item["score"] or 0) * 10**4) * _hundredths(rule) for rule, item in own)
        common = gcd(whole, kept)
        return _Class(kept, whole // common if kept else 1, kept // common if kept else 1, self.sign * sums)


def _hundredths(rule: Figures) -> int:
    return int(Decimal(rule["weight"]) * 100)

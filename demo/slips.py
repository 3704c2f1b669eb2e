"""Pre-acceptance slips with their lines and history, numbered as they come."""

import datetime as dt
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field

from acceptance.choices import SlipState as S
from demo import names
from demo.market import PRODUCTS
from demo.people import Manager, Operator
from demo.places import Grid, Hall

SLIP_COLUMNS = [
    "id",
    "client_uuid",
    "number",
    "content_hash",
    "state",
    "state_at",
    "state_by_id",
    "state_note",
    "branch_id",
    "hall_id",
    "grid_id",
    "is_cross_grid",
    "manager_id",
    "household_id",
    "typed_address",
    "contact_name",
    "contact_phone",
    "source",
    "campaign_id",
    "has_consent",
    "notes",
    "submitted_at",
    "received_at",
    "accepted_at",
    "claimed_by_id",
    "escalated_at",
    "duplicate_of_id",
    "clock_from",
    "was_queued",
]
SLIP_LINE_COLUMNS = ["slip_id", "product_id", "position"]
EVENT_COLUMNS = ["slip_id", "from_state", "to_state", "hall_id", "claimed_by_id", "at", "clock_from", "by_id", "note"]
SOURCES = ["home", "home", "home", "onsite", "onsite", "community_channel", "phone"]
RETURN_REASONS = ["身份证照片不清楚", "地址少了门牌号", "客户电话打不通，请核对", "套餐与现有业务冲突", "缺少客户签字"]
NOTES = ["", "", "", "", "白天家里有人", "请先电话联系", "老人在家，说话慢一点", "周末上门"]

WITHOUT_LINE = 9  # one slip in nine is written where there is no signal

Row = tuple[object, ...]


@dataclass(slots=True)
class Step:
    """One change of a slip: to which state, when, by whom, in which hall."""

    state: str
    at: dt.datetime
    user_id: int
    hall: Hall
    clerk: Operator | None = None
    note: str = ""


@dataclass(slots=True)
class Won:
    """An accepted slip of a grid, which a later one may repeat."""

    id: int
    at: dt.datetime
    household: int
    contact: tuple[str, str]
    products: list[str]


@dataclass(slots=True)
class Pad:
    """Rows of slips written so far; emptied by `take` after each month."""

    chance: random.Random
    campaign_id: int
    next_id: int = 1
    slips: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    won: dict[int, list[Won]] = field(default_factory=dict)
    of_day: Counter[str] = field(default_factory=Counter)

    def write(
        self,
        grid: Grid,
        manager: Manager,
        household: int,
        contact: tuple[str, str],
        products: list[str],
        steps: list[Step],
        duplicate_of: int | None = None,
    ) -> int:
        """One slip and everything that happened to it; returns its id."""
        slip_id, last = self.next_id, steps[-1]
        self.next_id += 1
        first = steps[0].at
        times = {step.state: step.at for step in steps}
        received = times.get(S.RECEIVED)
        clerk = last.clerk.id if last.clerk else None
        clocks = _clocks(steps)
        if S.ACCEPTED in times:
            self.won.setdefault(grid.id, []).append(Won(slip_id, first, household, contact, products))
        self.slips.append(
            (
                slip_id,
                uuid.UUID(int=self.chance.getrandbits(128), version=4),
                self._number(first),
                f"{self.chance.getrandbits(256):064x}",
                last.state,
                last.at,
                last.user_id,
                last.note,
                grid.branch.id,
                last.hall.id,
                grid.id,
                manager.first_grid is not grid and all(p.grid is not grid for p in manager.postings),
                manager.id,
                household,
                "",
                *contact,
                SOURCES[self.chance.randrange(len(SOURCES))],
                self.campaign_id if self.chance.random() < 0.2 else None,
                True,
                NOTES[self.chance.randrange(len(NOTES))],
                first,
                received if received and received >= times[S.SUBMITTED] else None,  # sent again: not yet
                times.get(S.ACCEPTED),
                clerk,
                None,
                duplicate_of,
                clocks[-1],
                slip_id % WITHOUT_LINE == 0,
            )
        )
        self.lines += [(slip_id, product, place) for place, product in enumerate(products, 1)]
        self._history(slip_id, steps, clocks)
        return slip_id

    def _number(self, sent: dt.datetime) -> str:
        day = f"{sent:%y%m%d}"
        self.of_day[day] += 1
        return f"YSL-{day}-{self.of_day[day]:05d}"

    def _history(self, slip_id: int, steps: list[Step], clocks: list[dt.datetime]) -> None:
        before = ""
        for step, clock in zip(steps, clocks, strict=True):
            clerk = step.clerk.id if step.clerk else None
            self.events.append(
                (slip_id, before, step.state, step.hall.id, clerk, step.at, clock, step.user_id, step.note)
            )
            before = step.state

    def take(self) -> tuple[list[Row], list[Row], list[Row]]:
        """The rows written since the last call: slips, lines, events."""
        taken = self.slips, self.lines, self.events
        self.slips, self.lines, self.events, self.won = [], [], [], {}
        return taken


def _clocks(steps: list[Step]) -> list[dt.datetime]:
    """When the wait of each step began, as the database's own trigger has it."""
    clocks: list[dt.datetime] = []
    for step in steps:
        begins = step.state in (S.SUBMITTED, S.RETURNED, S.RECEIVED)
        clocks.append(step.at if begins else clocks[-1])
    return clocks


def accepted_steps(
    seller: Manager, clerk: Operator, accepted_at: dt.datetime, completed: dt.datetime | None, chance: random.Random
) -> list[Step]:
    """From the doorstep to the counter, backwards from the moment of acceptance."""
    hall = clerk.hall
    working = accepted_at - dt.timedelta(minutes=chance.randrange(3, 25))
    received = working - dt.timedelta(minutes=chance.randrange(2, 180))
    submitted = _waking(received - dt.timedelta(minutes=chance.randrange(5, 1500)))
    steps = [
        Step(S.SUBMITTED, submitted, seller.user_id, hall),
        Step(S.RECEIVED, received, clerk.user_id, hall),
        Step(S.WORKING, working, clerk.user_id, hall, clerk),
        Step(S.ACCEPTED, accepted_at, clerk.user_id, hall, clerk),
    ]
    if completed:
        steps.append(Step(S.COMPLETED, completed, clerk.user_id, hall, clerk))
    return steps


def _waking(moment: dt.datetime) -> dt.datetime:
    """Nobody sells at the door at night: the evening before instead."""
    return moment - dt.timedelta(hours=10) if moment.hour < 8 else moment


def wish(chance: random.Random) -> tuple[tuple[str, str], list[str]]:
    """A contact and the products asked for."""
    products = chance.sample(PRODUCTS[:6], chance.choice([1, 1, 2]))
    name = chance.choice(names.SURNAMES[:24]) + chance.choice(names.GIVEN)
    return (name, f"138{chance.randrange(10**8):08d}"), products

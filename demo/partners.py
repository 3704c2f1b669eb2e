"""Community channels of the demo company: partners in the communities, opened step by step over the months."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from accounts.choices import Role
from core.periods import day_start
from demo import names
from demo.people import People
from demo.places import Community, Places
from demo.plan import Plan
from demo.slips import Row

CHANNEL_COLUMNS = [
    "id", "name", "kind", "community_id", "address", "contact_name", "contact_phone", "since", "ended_on",
    "ended_reason", "changed_by_id", "changed_at",
]  # fmt: skip
PERMISSION_COLUMNS = [
    "channel_id", "step", "policy", "opened_on", "opened_by_id", "opened_at", "withdrawn_on", "withdrawn_by_id",
    "withdrawn_reason",
]  # fmt: skip
KINDS = {"property": "物业服务处", "committee": "居委会服务点", "shop": "便民超市", "kiosk": "报刊亭"}
STEPS = ["agency", "payment", "service"]
POLICIES = {
    "agency": "津家客〔{year}〕12 号 社区渠道业务代办办法",
    "payment": "津家客〔{year}〕18 号 社区渠道代收费办法",
    "service": "津家客〔{year}〕23 号 社区渠道服务规范",
}
# How many steps a channel has come: a few none, most one or two.
REACHED = [0, 1, 1, 1, 2, 2, 3]
WITHDRAWN = ["代收款两次未按日上缴", "报障未登记，客户投诉属实", "网点装修停业"]
ENDED = "门店转让，新店主不合作"


@dataclass(slots=True)
class Partners:
    """Draws every channel with its steps; `channels` and `permissions` are then ready to be copied."""

    plan: Plan
    people: People
    channels: list[Row] = field(default_factory=list)
    permissions: list[Row] = field(default_factory=list)

    def fill(self, places: Places) -> None:
        chance = random.Random(f"partners {self.plan.seed}")
        for community in places.communities:
            for kind in chance.sample(list(KINDS), chance.choice([0, 1, 1, 2])):
                self._add(community, kind, chance)

    def _add(self, community: Community, kind: str, chance: random.Random) -> None:
        by, number = self._department(community), len(self.channels) + 1
        since = self.plan.founded + dt.timedelta(days=chance.randrange(90))
        opened = list(self._opened(since, chance))
        is_ended = chance.random() < 0.04
        ended = self._later(max([since, *(day for _step, day in opened)]), chance) if is_ended else None
        withdrawn = None if is_ended else self._withdrawn(opened, chance)
        surname = names.SURNAMES[chance.randrange(24)]
        self.channels.append(
            (
                number,
                f"{community.name}{KINDS[kind]}",
                kind,
                community.id,
                f"{community.name} {chance.randrange(1, 20)} 号楼底商",
                surname + names.GIVEN[chance.randrange(len(names.GIVEN))],
                f"139{chance.randrange(10**8):08d}",
                since,
                ended,
                ENDED if ended else "",
                by,
                day_start(since),
            )
        )
        for step, day in opened:
            left = ended or (withdrawn if step == STEPS[len(opened) - 1] else None)
            reason = "" if left is None else ENDED if ended else WITHDRAWN[number % len(WITHDRAWN)]
            policy = POLICIES[step].format(year=day.year)
            self.permissions.append((number, step, policy, day, by, day_start(day), left, by if left else None, reason))

    def _opened(self, since: dt.date, chance: random.Random) -> Iterator[tuple[str, dt.date]]:
        day = since
        for step in STEPS[: chance.choice(REACHED)]:
            day = self._later(day, chance)
            yield step, day

    def _withdrawn(self, opened: list[tuple[str, dt.date]], chance: random.Random) -> dt.date | None:
        return self._later(opened[-1][1], chance) if opened and chance.random() < 0.08 else None

    def _later(self, day: dt.date, chance: random.Random) -> dt.date:
        return min(day + dt.timedelta(days=chance.randrange(20, 80)), self.plan.today)

    def _department(self, community: Community) -> int:
        """The login of the branch, or of the first one that has any."""
        users = [user for user in self.people.users if user.role == Role.BRANCH]
        code = community.sub_bureau.branch.code
        return next((user.id for user in users if user.branch_code == code), users[0].id)

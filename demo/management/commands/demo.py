import argparse
import datetime as dt
import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.periods import SHANGHAI
from core.refusals import Refusal
from demo.build import build
from demo.next_scheme import draft_next_scheme
from demo.plan import FULL_HOUSEHOLDS, QUICK_HOUSEHOLDS, Plan
from demo.results import score_months


class Command(BaseCommand):
    help = "Build a demo company on the real places of Tianjin, in an empty database; same seed and hour, same data."
    requires_system_checks: list[str] = []  # addresses and templates don't matter to the data

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--households", type=int, help=f"default {QUICK_HOUSEHOLDS:,}")
        parser.add_argument("--months", type=int, help="with the running one; default 6, with --full 12")
        parser.add_argument(
            "--full", action="store_true", help=f"the guideline's scale: {FULL_HOUSEHOLDS:,} households"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        # For tests and benchmarks: the moment that counts as now.
        parser.add_argument("--now", type=dt.datetime.fromisoformat, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        plan = self._plan(options)

        def say(text: str) -> None:
            if not options["json"]:
                self.stderr.write(f"{time.monotonic() - begun:6.1f} s  {text}")

        try:
            written = build(plan, say=say)
            score_months(plan)
            draft_next_scheme(plan)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        say("months scored")
        took = round(time.monotonic() - begun, 1)
        if options["json"]:
            result = {"seconds": took, "seed": plan.seed, "months": [str(m) for m in plan.month_list], "rows": written}
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(
                _("演示公司已建好：%(households)s 户，%(months)d 个月，用时 %(seconds)s 秒。")
                % {"households": f"{plan.households:,}", "months": plan.months, "seconds": took}
            )

    def _plan(self, options: dict[str, Any]) -> Plan:
        households = options["households"] or (FULL_HOUSEHOLDS if options["full"] else QUICK_HOUSEHOLDS)
        months = options["months"] or (12 if options["full"] else 6)
        if not 1000 <= households <= 10_000_000 or not 1 <= months <= 36:
            raise CommandError(_("--households 要在 1,000 到 10,000,000 之间,--months 要在 1 到 36 之间。"))
        now = options["now"] or timezone.now().replace(minute=0, second=0, microsecond=0)
        return Plan(households, months, options["seed"], now.astimezone(SHANGHAI))

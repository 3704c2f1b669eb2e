import json
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from core.periods import Month, local_day
from core.refusals import Refusal
from demo.holidays import load_holidays
from demo.load import require_empty
from kpi.domain import schemes


class Command(BaseCommand):
    help = "Start an empty company: catalogues, this quarter's default scheme, one administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="家庭客户部", help="the company's name")
        parser.add_argument("--admin", default="admin", help="the administrator's login")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(12)
        now = timezone.now()
        try:
            with transaction.atomic():
                require_empty()
                schemes.in_force(Month.of(local_day(now)))
                load_holidays()
                User.objects.create_superuser(options["admin"], password, name="系统管理员")
                Company.objects.create(name=options["name"], is_demo=False, built_at=now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps({"username": options["admin"], "password": password}, ensure_ascii=False))
        else:
            self.stdout.write(
                _("空公司已建好。管理员 %(admin)s，密码 %(password)s（只显示这一次，登录后请修改）。")
                % {"admin": options["admin"], "password": password}
            )

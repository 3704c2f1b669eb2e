import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import Company, User
from demo.people import LOGINS, PASSWORD


class Command(BaseCommand):
    help = "Print one login for each role, of a demo company."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Company.objects.filter(is_demo=True).exists():
            raise CommandError(_("这不是演示公司：真实公司的登录名和密码不会显示。"))
        users = {user.username: user for user in User.objects.filter(username__in=LOGINS)}
        known = [users[name] for name in LOGINS if name in users]
        if options["json"]:
            rows = [
                {
                    "username": u.username,
                    "password": PASSWORD,
                    "role": u.role,
                    "name": u.name,
                    "staff_code": u.staff_code,
                }
                for u in known
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        self.stdout.write(_("演示登录，密码都是 %(password)s:") % {"password": PASSWORD})
        for user in known:
            self.stdout.write(
                f"  {user.username:<12} {user.get_role_display()}  {user.name} {user.staff_code}".rstrip()
            )

"""Arguments that the commands of the assessment share."""

import argparse
import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from core.periods import Month, NoSuchMonth
from grids.models import Branch


def month_argument(text: str) -> Month:
    """2026-10 as a month, or an error that argparse prints."""
    try:
        return Month.parse(text)
    except NoSuchMonth as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from refusal


def add_common(parser: CommandParser) -> None:
    """The month, and --json."""
    parser.add_argument("month", type=month_argument, help=_("月份，如 2026-10"))
    parser.add_argument("--json", action="store_true", help=_("在标准输出上给出一个 JSON 文档"))


def branch_of(code: str | None) -> Branch | None:
    """The branch of a code; a code nobody has is an error."""
    if not code:
        return None
    found = Branch.objects.filter(code=code).first()
    if found is None:
        raise CommandError(_("没有编码为 %(code)s 的分公司。") % {"code": code})
    return found


def as_json(document: Any) -> str:
    """One JSON document, Chinese as it is."""
    return json.dumps(document, ensure_ascii=False, indent=2, default=str)

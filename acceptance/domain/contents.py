"""What a field manager writes on a slip, checked before anything is stored."""

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from acceptance.choices import SlipSource
from core.refusals import Refusal

_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|[2-9]\d{6,7}", re.ASCII)
LONGEST = {"typed_address": 200, "contact_name": 40, "notes": 300}


class IncompleteSlip(Refusal):
    """Something the hall needs is missing or wrong; `field` says which."""


@dataclass(frozen=True, slots=True)
class Content:
    """The words of a slip. Two with the same fingerprint are the same slip."""

    products: tuple[str, ...]
    contact_name: str
    contact_phone: str
    household_code: str = ""
    typed_address: str = ""
    source: str = SlipSource.HOME
    campaign_code: str = ""
    has_consent: bool = False
    notes: str = ""

    @property
    def fingerprint(self) -> str:
        words = {name: getattr(self, name) for name in self.__slots__} | {"products": sorted(self.products)}
        text = json.dumps(words, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def check(content: Content) -> None:
    """Raise IncompleteSlip for the first thing that is missing or wrong."""
    if not content.household_code and not content.typed_address:
        raise IncompleteSlip(_("请选择客户，或写下新地址。"), field="household_code")
    if not content.products or len(set(content.products)) < len(content.products):
        raise IncompleteSlip(_("请至少选一个产品。"), field="products")
    check_contact(content.contact_name, content.contact_phone)
    if content.source not in SlipSource.values:
        raise IncompleteSlip(_("请选择来源。"), field="source")
    if not content.has_consent:
        raise IncompleteSlip(_("提交前要得到客户同意。"), field="has_consent")
    check_lengths({name: getattr(content, name) for name in LONGEST})


def check_lengths(words: Mapping[str, str]) -> None:
    """Raise IncompleteSlip for the first text that is longer than a slip holds."""
    for name, text in words.items():
        if len(text) > LONGEST[name]:
            raise IncompleteSlip(_("写得太长，最多 %(limit)s 个字。") % {"limit": LONGEST[name]}, field=name)


def check_contact(name: str, phone: str) -> None:
    """Raise IncompleteSlip unless there is somebody to call."""
    if not name:
        raise IncompleteSlip(_("请写下联系人。"), field="contact_name")
    if _PHONE.fullmatch(phone):
        return
    if phone.isdigit() and phone.startswith("1"):
        lacking = 11 - len(phone)
        text = _("少 %(count)s 位，应为 11 位。") if lacking > 0 else _("多 %(count)s 位，应为 11 位。")
        raise IncompleteSlip(text % {"count": abs(lacking)}, field="contact_phone")
    raise IncompleteSlip(_("请写 11 位手机号，或带区号的固定电话。"), field="contact_phone")


def parse_uuid(text: str) -> uuid.UUID:
    """The form's own number; raises IncompleteSlip."""
    try:
        return uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise IncompleteSlip(_("单据没有唯一号，请重新打开表单。"), field="client_uuid") from None


def number_prefix(day: dt.date) -> str:
    """YSL-261112- of a day."""
    return f"YSL-{day:%y%m%d}-"

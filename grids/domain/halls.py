"""How customers reach a hall."""

import re

from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal
from grids.models import Hall

_PHONE = re.compile(r"[0-9+\- ]{5,30}")


class CannotReach(Refusal):
    """The number is none that somebody could dial."""


def set_contact(*, hall: Hall, address: str, phone: str) -> None:
    """Say where a hall is and how it is called; customers read both. Raises CannotReach."""
    address, phone = address.strip(), phone.strip()
    if phone and not _PHONE.fullmatch(phone):
        raise CannotReach(_("电话是 5–30 位数字，可带区号和短横。"), field="phone")
    Hall.objects.filter(pk=hall.pk).update(address=address[:120], phone=phone)

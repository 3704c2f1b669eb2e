"""The customer's look-up: where an order stands, told only to who knows the slip's number and the end of its phone."""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from hmac import compare_digest

from django.core.cache import cache
from django.utils.translation import gettext as _

from acceptance.choices import SlipState
from acceptance.models import Slip
from core.refusals import Refusal
from grids.models import Hall

HOUR, DAY = 3600, 24 * 3600
TRIES_OF_A_CALLER = 20  # an hour, right or wrong
WRONG_OF_A_NUMBER = 8  # a day: of 10,000 ends of a phone, guessing finds one in three and a half years
WRONG_OF_ALL = 200  # an hour, over all numbers and callers: a thousand rented addresses find one in two days
DIGITS = 4


class NotFound(Refusal):
    """No slip has this number and this phone; it isn't said which of the two is wrong."""


class TooManyTries(Refusal):
    """This caller, or everybody together for this number or for all, has tried too often.

    `seconds` is the whole window of the count: always enough to wait, and when others began to try isn't told.
    """

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a slip stands, without a word about the person: `state` is a SlipState.

    `is_cancelled`: every order that came of it has been cancelled since.
    """

    number: str
    state: str
    hall: Hall
    products: list[str]
    since: dt.datetime
    is_cancelled: bool


def look_up(*, number: str, phone_end: str, caller: str) -> Standing:
    """The slip with this number whose phone ends in these four digits.

    Raises NotFound, in the same words whatever is wrong, and TooManyTries before anything is looked at.
    """
    number, phone_end = _plain(number).upper(), _plain(phone_end)
    wrong, wrong_of_all = f"lookup:wrong:{number[:40]}", "lookup:wrong-of-all"
    # A try counts as wrong until it is right, so that many at the same moment don't slip past the limit.
    if _count(f"lookup:caller:{caller}", HOUR) > TRIES_OF_A_CALLER or _count(wrong_of_all, HOUR) > WRONG_OF_ALL:
        raise TooManyTries(_("查得太多了，请一小时后再试，或打营业厅电话问。"), seconds=HOUR)
    if _count(wrong, DAY) > WRONG_OF_A_NUMBER:
        _take_back(wrong_of_all)
        raise TooManyTries(_("这个单号查错太多次了，请明天这个时候再试，或打营业厅电话问。"), seconds=DAY)
    slip = Slip.objects.select_related("hall").exclude(state=SlipState.DRAFT).filter(number=number).first()
    known = slip.contact_phone[-DIGITS:] if slip else ""
    if slip is None or len(phone_end) != DIGITS or not compare_digest(known.encode(), phone_end.encode()):
        raise NotFound(_("没有查到。请核对单号和登记手机的后四位。"))
    _take_back(wrong_of_all)
    _take_back(wrong)
    products = [line.product.name for line in slip.lines.select_related("product")]
    ends = list(slip.acceptances.values_list("cancelled_on", flat=True))
    return Standing(slip.number, slip.state, slip.hall, products, slip.state_at, bool(ends) and all(ends))


def _plain(text: str) -> str:
    """As typed on any keyboard: full-width letters and digits are their plain ones, blanks are nothing."""
    return "".join(unicodedata.normalize("NFKC", text[:80]).split())


def _count(key: str, seconds: int) -> int:
    """Count one more; the count starts anew `seconds` after the first."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # ran out between the two
        return 1


def _take_back(key: str) -> None:
    try:
        cache.decr(key)
    except ValueError:  # ran out since
        return

"""The customer's look-up: where an order stands, told only to who knows the slip's number and the end of its phone."""

from dataclasses import dataclass
from hmac import compare_digest

from django.core.cache import cache
from django.utils.translation import gettext as _

from acceptance.models import Slip
from core.refusals import Refusal

HOUR, DAY = 3600, 24 * 3600
TRIES_OF_A_CALLER = 20  # an hour, right or wrong
WRONG_OF_A_NUMBER = 8  # a day: of 10,000 ends of a phone, guessing finds one in three and a half years
DIGITS = 4


class NotFound(Refusal):
    """No slip has this number and this phone; it isn't said which of the two is wrong."""


class TooManyTries(Refusal):
    """This caller, or everybody together for this number, has tried too often."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a slip stands, without a word about the person: `state` is a SlipState."""

    number: str
    state: str
    hall: str
    products: list[str]
    since: object


def look_up(*, number: str, phone_end: str, caller: str) -> Standing:
    """The slip with this number whose phone ends in these four digits.

    Raises NotFound, in the same words whatever is wrong, and TooManyTries before anything is looked at.
    """
    number, phone_end = number.strip().upper(), phone_end.strip()
    wrong = f"lookup:wrong:{number[:40]}"
    if _count(f"lookup:caller:{caller}", HOUR) > TRIES_OF_A_CALLER or (cache.get(wrong) or 0) >= WRONG_OF_A_NUMBER:
        raise TooManyTries(_("查得太多了，请过一阵再试，或打营业厅电话问。"))
    slip = Slip.objects.select_related("hall").filter(number=number).first()
    known = slip.contact_phone[-DIGITS:] if slip else ""
    if slip is None or len(phone_end) != DIGITS or not compare_digest(known.encode(), phone_end.encode()):
        _count(wrong, DAY)
        raise NotFound(_("没有查到。请核对单号和登记手机的后四位。"))
    products = [line.product.name for line in slip.lines.select_related("product")]
    return Standing(slip.number, slip.state, slip.hall.name, products, slip.state_at)


def _count(key: str, seconds: int) -> int:
    """Count one more; the count starts anew `seconds` after the first."""
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # ran out between the two
        return 1

"""What the reports are asked for: the month."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from core.periods import Month, NoSuchMonth, local_day

LISTED = 12


def month_of(request: HttpRequest) -> Month:
    """The month asked for, this one by default; a word that is no month is no page."""
    text = request.GET.get("month", "")
    try:
        return Month.parse(text) if text else this_month()
    except NoSuchMonth as error:
        raise Http404 from error


def this_month() -> Month:
    return Month.of(local_day(timezone.now()))


def month_select(month: Month) -> tuple[str, str, object, str, str]:
    """The choice of the query row: the last twelve months, and the one asked for."""
    this = this_month()
    months = sorted({month, *(this.shift(-back) for back in range(LISTED))}, reverse=True)
    return "month", _("月份"), [(str(one), formats.month(one)) for one in months], str(month), str(this)

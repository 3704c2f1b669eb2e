"""Finding households by what people say: an address, a phone number, a name, pinyin initials, a code."""

from django.db.models import Prefetch, Q, QuerySet

from accounts.scope import Scope
from customers.models import Household, Subscription

SHORTEST = 2


def found(scope: Scope, text: str) -> QuerySet[Household]:
    """Households of the scope that match every word; nothing for fewer than two characters."""
    words = text.split()
    if len("".join(words)) < SHORTEST:
        return Household.objects.none()
    households = Household.objects.within(scope)
    for word in words:
        households = households.filter(_matches(word))
    open_lines = Prefetch("subscriptions", Subscription.objects.filter(closed_on=None).order_by("opened_on"), "lines")
    return households.select_related("community__street").prefetch_related(open_lines).order_by("address", "pk")


def _matches(word: str) -> Q:
    if word.isascii() and word.isalpha():
        return Q(search_key__contains=word.lower()) | Q(code__iexact=word)
    here = Q(address__contains=word) | Q(contact_name__contains=word) | Q(code__iexact=word)
    digits = word.replace("-", "")
    if digits.isdigit():
        here |= Q(contact_phone__contains=digits)
    return here | Q(search_key__contains=word.lower()) if word.isascii() else here

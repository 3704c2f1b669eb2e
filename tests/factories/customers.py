import datetime as dt

import factory

from customers.models import Case, Household, Subscription
from tests.factories.grids import CommunityFactory


class HouseholdFactory(factory.django.DjangoModelFactory):
    """A household of a community and its branch."""

    class Meta:
        model = Household

    code = factory.Sequence(lambda n: f"H{n:07d}")
    community = factory.SubFactory(CommunityFactory)
    branch = factory.SelfAttribute("community.sub_bureau.branch")
    building = "3号楼"
    address = factory.Sequence(lambda n: f"王顶堤里3号楼{n}室")
    contact_name = "吴家麟"
    contact_phone = "13812345678"
    search_key = "wdd3hl wjl"


class SubscriptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subscription

    code = factory.Sequence(lambda n: f"L{n:07d}")
    household = factory.SubFactory(HouseholdFactory)
    product_code = "FTTH"
    opened_on = dt.date(2025, 1, 1)


class CaseFactory(factory.django.DjangoModelFactory):
    """A fault that is still open, written here; `is_over=True` closes it the day after."""

    class Meta:
        model = Case

    class Params:
        is_over = factory.Trait(closed_on=dt.date(2025, 3, 2), outcome="已修复")

    household = factory.SubFactory(HouseholdFactory)
    kind = "fault"
    subject = factory.Sequence(lambda n: f"宽带掉线{n}")
    opened_on = dt.date(2025, 3, 1)

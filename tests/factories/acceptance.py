import datetime as dt
import uuid

import factory

from acceptance.choices import WANT_REASON, SlipSource, SlipState
from acceptance.models import (
    Acceptance,
    ChannelPermission,
    CommunityChannel,
    DeveloperAlias,
    Difference,
    Slip,
    SlipLine,
)
from core.periods import SHANGHAI
from tests.factories.accounts import UserFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import CommunityFactory, GridFactory
from tests.factories.managers import ManagerFactory, OperatorFactory


class SlipFactory(factory.django.DjangoModelFactory):
    """A submitted slip of a household in a grid; hall, branch and manager are the grid's."""

    class Meta:
        model = Slip

    client_uuid = factory.LazyFunction(uuid.uuid4)
    number = factory.Sequence(lambda n: f"Y2610{n:06d}")
    content_hash = "0" * 64
    state = SlipState.SUBMITTED
    state_at = factory.SelfAttribute("submitted_at")
    state_by = factory.SubFactory(UserFactory)
    grid = factory.SubFactory(GridFactory)
    branch = factory.SelfAttribute("grid.branch")
    hall = factory.SelfAttribute("grid.hall")
    manager = factory.SubFactory(ManagerFactory, branch=factory.SelfAttribute("..branch"))
    household = factory.SubFactory(HouseholdFactory)
    contact_name = "吴家麟"
    contact_phone = "13812345678"
    source = SlipSource.HOME
    has_consent = True
    submitted_at = dt.datetime(2026, 10, 8, 9, 30, tzinfo=SHANGHAI)
    state_note = factory.LazyAttribute(lambda slip: "缺证件" if slip.state in WANT_REASON else "")

    class Params:
        is_working = factory.LazyAttribute(lambda slip: slip.state == SlipState.WORKING)

    claimed_by = factory.Maybe(
        "is_working", factory.SubFactory(OperatorFactory, hall=factory.SelfAttribute("..hall")), None
    )


class SlipLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SlipLine

    slip = factory.SubFactory(SlipFactory)
    product_id = "FTTH"


class AcceptanceFactory(factory.django.DjangoModelFactory):
    """A formal acceptance of FTTH at an own hall, counted for its grid."""

    class Meta:
        model = Acceptance

    order_no = factory.Sequence(lambda n: f"O{n:08d}")
    grid = factory.SubFactory(GridFactory)
    branch = factory.SelfAttribute("grid.branch")
    household = factory.SubFactory(HouseholdFactory)
    product_id = "FTTH"
    channel_id = "own_hall"
    accepted_on = dt.date(2026, 10, 8)


class DifferenceFactory(factory.django.DjangoModelFactory):
    """An order that the billing system doesn't have, for the hall of its operator to settle."""

    class Meta:
        model = Difference

    acceptance = factory.SubFactory(AcceptanceFactory, keyed_here=True)
    kind = "not_billed"
    branch = factory.SelfAttribute("acceptance.branch")
    hall = factory.LazyAttribute(lambda line: line.acceptance.operator and line.acceptance.operator.hall)
    owner = factory.LazyAttribute(lambda line: "hall" if line.hall else "branch")
    found_at = dt.datetime(2026, 10, 12, 8, 0, tzinfo=SHANGHAI)
    due_on = dt.date(2026, 10, 15)


class DeveloperAliasFactory(factory.django.DjangoModelFactory):
    """A name of the billing system that means this manager, by the branch's word."""

    class Meta:
        model = DeveloperAlias

    manager = factory.SubFactory(ManagerFactory)
    branch = factory.SelfAttribute("manager.branch")
    name = factory.SelfAttribute("manager.name")
    given_by = factory.SubFactory(UserFactory)
    given_at = dt.datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)


class CommunityChannelFactory(factory.django.DjangoModelFactory):
    """A property office that may do nothing yet."""

    class Meta:
        model = CommunityChannel

    name = factory.Sequence(lambda n: f"第{n}物业")
    kind = "property"
    community = factory.SubFactory(CommunityFactory)
    contact_name = "林浩"
    contact_phone = "13900001111"
    since = dt.date(2026, 1, 1)
    changed_by = factory.SubFactory(UserFactory)
    changed_at = dt.datetime(2026, 1, 1, 9, 0, tzinfo=SHANGHAI)


class ChannelPermissionFactory(factory.django.DjangoModelFactory):
    """The first step, open."""

    class Meta:
        model = ChannelPermission

    channel = factory.SubFactory(CommunityChannelFactory)
    step = "agency"
    policy = "津家客〔2026〕12 号"
    opened_on = dt.date(2026, 3, 1)
    opened_by = factory.SubFactory(UserFactory)

import factory

from managers.choices import Duty, TeamGap
from managers.models import Manager, Operator, Posting, TeamWaiver
from tests.factories.grids import BranchFactory, GridFactory, HallFactory
from tests.factories.periods import period


class ManagerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Manager

    staff_no = factory.Sequence(lambda n: f"M{n:05d}")
    name = factory.Sequence(lambda n: f"客户经理{n}")
    branch = factory.SubFactory(BranchFactory)
    phone = "13800000000"


class PostingFactory(factory.django.DjangoModelFactory):
    """A manager's time in a grid, in the field unless told; the manager comes from the grid's branch."""

    class Meta:
        model = Posting

    grid = factory.SubFactory(GridFactory)
    manager = factory.SubFactory(ManagerFactory, branch=factory.SelfAttribute("..grid.branch"))
    duty = Duty.FIELD
    period = factory.LazyFunction(period)


class TeamWaiverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamWaiver

    grid = factory.SubFactory(GridFactory)
    gap = TeamGap.SHORT
    period = factory.LazyFunction(period)
    reason = "产假，三月返岗"


class OperatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Operator

    operator_no = factory.Sequence(lambda n: f"OP{n:04d}")
    name = factory.Sequence(lambda n: f"营业员{n}")
    hall = factory.SubFactory(HallFactory)


def full_team(grid, **fields) -> list[Posting]:
    """Two in the field and one in the hall: the smallest team that meets the rule."""
    return [PostingFactory(grid=grid, duty=duty, **fields) for duty in (Duty.FIELD, Duty.FIELD, Duty.HALL)]

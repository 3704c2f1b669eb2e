import datetime as dt
from decimal import Decimal

import factory

from grids.choices import AreaType, WaiverKind
from grids.models import Branch, Community, Grid, GridCommunity, GridWaiver, Hall, PublishedFigure, Street, SubBureau
from tests.factories.periods import period


class BranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Branch

    code = factory.Sequence(lambda n: f"B{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}分公司")


class SubBureauFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SubBureau

    code = factory.Sequence(lambda n: f"S{n:04d}")
    name = factory.Sequence(lambda n: f"第{n}分局")
    branch = factory.SubFactory(BranchFactory)


class StreetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Street

    code = factory.Sequence(lambda n: f"1201{n:05d}")
    name = factory.Sequence(lambda n: f"第{n}街道")
    district = "南开区"
    area_type = AreaType.URBAN


class HallFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hall

    code = factory.Sequence(lambda n: f"T{n:04d}")
    name = factory.Sequence(lambda n: f"第{n}营业厅")
    branch = factory.SubFactory(BranchFactory)
    street = factory.SubFactory(StreetFactory)
    has_family_zone = True


class CommunityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Community

    code = factory.Sequence(lambda n: f"C{n:05d}")
    name = factory.Sequence(lambda n: f"第{n}社区")
    sub_bureau = factory.SubFactory(SubBureauFactory)
    street = factory.SubFactory(StreetFactory)


class GridFactory(factory.django.DjangoModelFactory):
    """A grid whose sub-bureau and hall lie in its branch; to place it give `branch`, or `sub_bureau` (and `hall`)."""

    class Meta:
        model = Grid

    code = factory.Sequence(lambda n: f"G{n:04d}")
    name = factory.Sequence(lambda n: f"第{n}网格")
    branch = factory.SubFactory(BranchFactory)
    sub_bureau = factory.SubFactory(SubBureauFactory, branch=factory.SelfAttribute("..branch"))
    hall = factory.SubFactory(HallFactory, branch=factory.SelfAttribute("..branch"))
    period = factory.LazyFunction(period)

    @classmethod
    def _generate(cls, strategy, params):
        if "branch" not in params:
            for place in ("sub_bureau", "hall"):
                if place in params:
                    params["branch"] = params[place].branch
                    break
        return super()._generate(strategy, params)


class GridCommunityFactory(factory.django.DjangoModelFactory):
    """A community's time in a grid; both lie in the grid's sub-bureau."""

    class Meta:
        model = GridCommunity

    grid = factory.SubFactory(GridFactory)
    community = factory.SubFactory(CommunityFactory, sub_bureau=factory.SelfAttribute("..grid.sub_bureau"))
    period = factory.LazyFunction(period)


class GridWaiverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GridWaiver

    grid = factory.SubFactory(GridFactory)
    kind = WaiverKind.BAND
    period = factory.LazyFunction(period)
    reason = "新建小区，明年拆分"


class PublishedFigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PublishedFigure

    code = factory.Sequence(lambda n: f"figure_{n}")
    name = "自有营业厅"
    value = Decimal("170")
    unit = "个"
    as_of = dt.date(2012, 1, 1)
    source = "营销指导意见"

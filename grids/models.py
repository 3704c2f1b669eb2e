import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.choices import AreaType, WaiverKind


def dated(name: str) -> list[models.CheckConstraint]:
    """The checks every dated row needs: it starts on some day and holds for at least one."""
    return [
        models.CheckConstraint(
            condition=Q(period__startswith__isnull=False) & Q(period__isempty=False),
            name=f"{name}_period_real",
            violation_error_message=_("失效日期要晚于生效日期。"),
        )
    ]


def place_filter(scope: Scope, *, branch: str, sub_bureau: str, hall: str, grid: str) -> Q:
    """The lookups under which a row with these paths is visible; `Q(pk__in=[])` for nobody's scope."""
    if scope.everything:
        return Q()
    found = Q(pk__in=[])
    for path, ids in (
        (branch, scope.branches),
        (sub_bureau, scope.sub_bureaus),
        (hall, scope.halls),
        (grid, scope.grids),
    ):
        if ids and path:
            found |= Q(**{f"{path}__in": ids})
    return found


class BranchQuerySet(models.QuerySet["Branch"]):
    def within(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        found = Q(pk__in=scope.branches) | Q(sub_bureaus__in=scope.sub_bureaus) | Q(halls__in=scope.halls)
        return self.filter(found | Q(grids__in=scope.grids)).distinct()


class Branch(models.Model):
    code = models.CharField(_("分公司编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = _("分公司")
        verbose_name_plural = _("分公司")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class SubBureauQuerySet(models.QuerySet["SubBureau"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(place_filter(scope, branch="branch_id", sub_bureau="pk", hall="", grid=""))


class SubBureau(models.Model):
    code = models.CharField(_("分局编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="sub_bureaus", verbose_name=_("分公司"))

    objects = SubBureauQuerySet.as_manager()

    class Meta:
        verbose_name = _("分局")
        verbose_name_plural = _("分局")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Street(models.Model):
    """A street, town or zone: the administrative unit by which coverage is counted."""

    code = models.CharField(_("街道编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    district = models.CharField(_("区县"), max_length=30)
    area_type = models.CharField(_("城乡"), max_length=10, choices=AreaType.choices)

    class Meta:
        verbose_name = _("街道乡镇")
        verbose_name_plural = _("街道乡镇")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(area_type__in=AreaType.values), name="street_area_known"),
        ]

    def __str__(self) -> str:
        return self.name


class HallQuerySet(models.QuerySet["Hall"]):
    def within(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        found = Q(branch__in=scope.branches) | Q(pk__in=scope.halls)
        return self.filter(found | Q(grids__in=scope.grids) | Q(grids__sub_bureau__in=scope.sub_bureaus)).distinct()


class Hall(models.Model):
    code = models.CharField(_("营业厅编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="halls", verbose_name=_("分公司"))
    street = models.ForeignKey(Street, models.PROTECT, related_name="halls", verbose_name=_("街道"))
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    has_family_zone = models.BooleanField(_("家庭专区"), default=False)
    address = models.CharField(_("地址"), max_length=120, blank=True, default="", db_default="")
    phone = models.CharField(_("电话"), max_length=30, blank=True, default="", db_default="")

    objects = HallQuerySet.as_manager()

    class Meta:
        verbose_name = _("自有营业厅")
        verbose_name_plural = _("自有营业厅")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class CommunityQuerySet(models.QuerySet["Community"]):
    def within(self, scope: Scope) -> Self:
        """Communities of the scope's places; a grid's are those it holds on the day of the scope."""
        if scope.everything:
            return self
        own = Q(sub_bureau__branch__in=scope.branches) | Q(sub_bureau__in=scope.sub_bureaus)
        through = GridCommunity.objects.filter(Q(grid__in=scope.grids) | Q(grid__hall__in=scope.halls))
        held = through.active_on(scope.on) if scope.on else through
        return self.filter(own | Q(pk__in=held.values("community_id")))


class Community(models.Model):
    code = models.CharField(_("社区编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    sub_bureau = models.ForeignKey(SubBureau, models.PROTECT, related_name="communities", verbose_name=_("分局"))
    street = models.ForeignKey(Street, models.PROTECT, related_name="communities", verbose_name=_("街道"))
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("社区")
        verbose_name_plural = _("社区")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class GridQuerySet(models.QuerySet["Grid"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(
            place_filter(
                scope,
                branch="branch_id",
                sub_bureau="sub_bureau_id",
                hall="hall_id",
                grid="pk",
            )
        )

    def active_on(self, day: dt.date) -> Self:
        return self.filter(period__contains=day)


class Grid(models.Model):
    """A marketing grid 营销网格: 8,000–10,000 households, one iron triangle, one designated hall."""

    code = models.CharField(_("网格编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="grids", verbose_name=_("分公司"))
    sub_bureau = models.ForeignKey(SubBureau, models.PROTECT, related_name="grids", verbose_name=_("分局"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="grids", verbose_name=_("营业厅"))
    fallback_hall = models.ForeignKey(
        Hall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("备用营业厅"),
    )
    period = DateRangeField(_("有效期"))

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("营销网格")
        verbose_name_plural = _("营销网格")
        ordering = ["code"]
        constraints = [*dated("grid")]

    def __str__(self) -> str:
        return self.name


class GridCommunityQuerySet(models.QuerySet["GridCommunity"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(grid__in=Grid.objects.within(scope))

    def active_on(self, day: dt.date) -> Self:
        return self.filter(period__contains=day)


class GridCommunity(models.Model):
    """Which grid a community belongs to on which days; on any day at most one."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="memberships", verbose_name=_("网格"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="memberships", verbose_name=_("社区"))
    period = DateRangeField(_("有效期"))

    objects = GridCommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格社区")
        verbose_name_plural = _("网格社区")
        indexes = [models.Index(fields=["grid", "community"], name="gridcommunity_grid_community")]
        constraints = [
            *dated("gridcommunity"),
            ExclusionConstraint(
                name="community_in_one_grid_a_day",
                expressions=[
                    ("community", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                # Deferred by imports: one statement closes a period and opens the next.
                deferrable=models.Deferrable.IMMEDIATE,
                violation_error_message=_("这个社区在这段时间里已经属于另一个网格。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id}–{self.community_id}"


class GridWaiver(models.Model):
    """A known departure from the rules of a grid, with its reason and the time it holds."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="waivers", verbose_name=_("网格"))
    kind = models.CharField(_("情形"), max_length=20, choices=WaiverKind.choices)
    period = DateRangeField(_("有效期"))
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = _("网格例外")
        verbose_name_plural = _("网格例外")
        constraints = [
            *dated("gridwaiver"),
            models.CheckConstraint(condition=~Q(reason=""), name="gridwaiver_reason_given"),
            ExclusionConstraint(
                name="gridwaiver_once",
                expressions=[
                    ("grid", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.kind}"


class PublishedFigure(models.Model):
    """A figure of the guideline, kept as a dated, editable fact (170 halls, 2.07 million households …)."""

    code = models.CharField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=80)
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("单位"), max_length=10)
    as_of = models.DateField(_("日期"))
    source = models.CharField(_("来源"), max_length=120)

    class Meta:
        verbose_name = _("公布数字")
        verbose_name_plural = _("公布数字")
        constraints = [models.UniqueConstraint(fields=["code", "as_of"], name="figure_once_a_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"

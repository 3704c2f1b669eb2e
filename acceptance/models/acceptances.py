import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from acceptance.models.catalogue import Channel, Product
from acceptance.models.slips import Slip
from accounts.scope import Scope
from customers.models import Household
from grids.models import Branch, Grid, place_filter
from managers.models import Manager, Operator


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def within(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        places = place_filter(
            scope,
            branch="branch_id",
            sub_bureau="grid__sub_bureau_id",
            hall="operator__hall_id",
            grid="grid_id",
        )
        own = Q(developer=scope.manager) | Q(co_developer=scope.manager)
        return self.filter(places | own) if scope.manager else self.filter(places)

    def accepted_between(self, start: dt.date, end: dt.date) -> Self:
        return self.filter(accepted_on__gte=start, accepted_on__lt=end)


class Acceptance(models.Model):
    """A formal acceptance 正式受理. Grid and people are copied as they stood on its day."""

    order_no = models.CharField(_("订单号"), max_length=30, unique=True)
    branch = models.ForeignKey(Branch, models.PROTECT, db_index=False, verbose_name=_("分公司"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="acceptances", verbose_name=_("客户"))
    grid = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="acceptances",
        verbose_name=_("网格"),
    )
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, verbose_name=_("产品"))
    channel = models.ForeignKey(Channel, models.PROTECT, db_index=False, verbose_name=_("渠道"))
    accepted_on = models.DateField(_("受理日期"))
    completed_on = models.DateField(_("竣工日期"), null=True, blank=True)
    cancelled_on = models.DateField(_("撤销日期"), null=True, blank=True)
    developer = models.ForeignKey(
        Manager,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="developed",
        verbose_name=_("业务发展人"),
    )
    developer_name = models.CharField(_("发展人姓名"), max_length=40, blank=True)
    co_developer = models.ForeignKey(
        Manager,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="co_developed",
        verbose_name=_("共同发展人"),
    )
    developer_share = models.DecimalField(
        _("发展人份额"),
        max_digits=5,
        decimal_places=2,
        default=100,
        help_text=_("百分比；其余归共同发展人"),
    )
    operator = models.ForeignKey(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="acceptances",
        verbose_name=_("操作工号"),
    )
    slip = models.ForeignKey(
        Slip,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="acceptances",
        verbose_name=_("预受理单"),
    )
    recorded_at = models.DateTimeField(_("录入时间"), db_default=Now())

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("正式受理")
        verbose_name_plural = _("正式受理")
        indexes = [
            models.Index(
                fields=["accepted_on"],
                include=["grid", "product", "cancelled_on", "branch"],
                name="acceptance_day",
            ),
            models.Index(
                fields=["cancelled_on"],
                include=["grid", "product", "branch"],
                condition=Q(cancelled_on__isnull=False),
                name="acceptance_cancelled",
            ),
            models.Index(fields=["grid", "accepted_on"], name="acceptance_grid_day"),
            models.Index(fields=["developer", "accepted_on"], name="acceptance_developer_day"),
            models.Index(fields=["operator", "accepted_on"], name="acceptance_operator_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_on=None) | Q(completed_on__gte=F("accepted_on")),
                name="acceptance_completed_after",
                violation_error_message=_("竣工日期不能早于受理日期。"),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None) | Q(cancelled_on__gte=F("accepted_on")),
                name="acceptance_cancelled_after",
                violation_error_message=_("撤销日期不能早于受理日期。"),
            ),
            models.CheckConstraint(
                condition=Q(co_developer=None, developer_share=100)
                | Q(
                    co_developer__isnull=False,
                    developer__isnull=False,
                    developer_share__gt=0,
                    developer_share__lt=100,
                ),
                name="acceptance_shares_add_up",
                violation_error_message=_("两位发展人的份额之和要等于 100。"),
            ),
            models.CheckConstraint(
                condition=Q(co_developer=None) | ~Q(co_developer=F("developer")),
                name="acceptance_two_people",
            ),
            models.UniqueConstraint(
                fields=["slip", "product"],
                condition=Q(slip__isnull=False),
                name="acceptance_slip_product_once",
            ),
        ]

    def __str__(self) -> str:
        return self.order_no

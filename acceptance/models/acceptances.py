import datetime as dt
from typing import Self

import pgtrigger
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

# What a statement changed in the sums of net new: an acceptance counts in the month of its day, and against the month
# of the day it was cancelled on. Rows without a grid count for nobody, other columns change no sum.
MARK_CHANGED_SUMS = """
INSERT INTO acceptance_acceptancechange (month, grid_id, product_id, gained, lost)
SELECT month, grid_id, product_id, sum(gained), sum(lost)
FROM ({rows}) counted (month, grid_id, product_id, gained, lost)
WHERE month IS NOT NULL AND grid_id IS NOT NULL
GROUP BY month, grid_id, product_id
HAVING sum(gained) <> 0 OR sum(lost) <> 0;
RETURN NULL;
"""
COUNTED_ROWS = """
SELECT date_trunc('month', accepted_on)::date, grid_id, product_id, {sign}, 0 FROM {rows}
UNION ALL
SELECT date_trunc('month', cancelled_on)::date, grid_id, product_id, 0, {sign} FROM {rows}
"""
NEW_ROWS = COUNTED_ROWS.format(rows="new_rows", sign="1")
OLD_ROWS = COUNTED_ROWS.format(rows="old_rows", sign="-1")

# What counts of an order, as it was until now.
KEEP_FORMER = """
INSERT INTO acceptance_formeracceptance (acceptance_id, grid_id, product_id, accepted_on, cancelled_on)
VALUES (OLD.id, OLD.grid_id, OLD.product_id, OLD.accepted_on, OLD.cancelled_on);
RETURN NULL;
"""


def _mark(name: str, operation: pgtrigger.Operation, rows: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=MARK_CHANGED_SUMS.format(rows=rows),
    )


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
    keyed_here = models.BooleanField(
        _("本系统录入"),
        default=False,
        db_default=False,
        help_text=_("由营业厅在本系统录入，而不是只由计费系统的文件带来"),
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
            # The channel mix of half a year, for the company as for a branch.
            models.Index(
                fields=["branch", "accepted_on", "channel", "product"],
                condition=Q(cancelled_on=None),
                name="acceptance_mix",
            ),
            models.Index(fields=["developer", "accepted_on"], name="acceptance_developer_day"),
            models.Index(fields=["operator", "accepted_on"], name="acceptance_operator_day"),
            # Few and young: what the billing system's file is held against.
            models.Index(fields=["household", "product"], condition=Q(keyed_here=True), name="acceptance_keyed"),
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
        triggers = [
            _mark("mark_inserted", pgtrigger.Insert, NEW_ROWS, new="new_rows"),
            _mark("mark_deleted", pgtrigger.Delete, OLD_ROWS, old="old_rows"),
            _mark("mark_updated", pgtrigger.Update, f"{OLD_ROWS} UNION ALL {NEW_ROWS}", old="old_rows", new="new_rows"),
            pgtrigger.Trigger(
                name="keep_former",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("grid", "product", "accepted_on", "cancelled_on"),
                func=KEEP_FORMER,
            ),
        ]

    def __str__(self) -> str:
        return self.order_no


class FormerAcceptance(models.Model):
    """What counted of an acceptance until it was changed, a cancellation entered or taken back; kept by a trigger.

    With these, a result that stands still lists its records as they stood then. An order that never changed has none.
    """

    acceptance = models.ForeignKey(
        Acceptance, models.CASCADE, db_index=False, related_name="former", verbose_name=_("正式受理")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("网格"))
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, related_name="+", verbose_name=_("产品"))
    accepted_on = models.DateField(_("受理日期"))
    cancelled_on = models.DateField(_("撤销日期"), null=True)
    at = models.DateTimeField(_("更改时间"), db_default=Now())

    class Meta:
        verbose_name = _("受理原内容")
        verbose_name_plural = _("受理原内容")
        indexes = [
            models.Index(fields=["acceptance", "at"], name="former_acceptance_at"),
            models.Index(fields=["grid", "at"], name="former_acceptance_grid_at"),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.acceptance_id} {self.at}"


class AcceptanceChange(models.Model):
    """A mark left by a trigger: by how much a statement changed a grid's sums of a month, until somebody adds it up."""

    month = models.DateField(_("月份"))
    grid = models.ForeignKey(Grid, models.CASCADE, db_index=False, verbose_name=_("网格"))
    product = models.ForeignKey(Product, models.CASCADE, db_index=False, verbose_name=_("产品"))
    gained = models.IntegerField(_("新增"))
    lost = models.IntegerField(_("撤销"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("受理变动标记")
        verbose_name_plural = _("受理变动标记")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.grid_id} {self.product_id}"

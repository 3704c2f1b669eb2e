import datetime as dt
from typing import Self

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Community

MARK_CHANGED_ROWS = """
INSERT INTO customers_linechange (effect_on)
SELECT min(effect_on) FROM ({rows}) touched HAVING min(effect_on) IS NOT NULL;
RETURN NULL;
"""

# The first day whose balance a change can touch: for a new or removed line the day it opened,
# for an altered one the earliest day that differs.
ALTERED_ROWS = """
SELECT CASE WHEN was.household_id <> now.household_id OR was.product_code <> now.product_code
                 OR was.opened_on <> now.opened_on THEN least(was.opened_on, now.opened_on)
            WHEN was.closed_on IS DISTINCT FROM now.closed_on THEN least(was.closed_on, now.closed_on) END AS effect_on
FROM old_rows was JOIN new_rows now USING (id)
"""

# A household has one community, not a history of them: moving it makes every balance of its lines stale.
MOVED_HOMES = """
SELECT min(line.opened_on) AS effect_on
FROM old_rows was JOIN new_rows now USING (id) JOIN customers_subscription line ON line.household_id = now.id
WHERE was.community_id <> now.community_id
"""


class HouseholdQuerySet(models.QuerySet["Household"]):
    def within(self, scope: Scope) -> Self:
        if scope.everything:
            return self
        if scope.branches and not (scope.sub_bureaus or scope.halls or scope.grids):
            return self.filter(branch__in=scope.branches)
        return self.filter(community__in=Community.objects.within(scope))


class Household(models.Model):
    """A household customer. It reaches its grid through its community, whose membership is dated."""

    code = models.CharField(_("客户编码"), max_length=30, unique=True)
    branch = models.ForeignKey(Branch, models.PROTECT, db_index=False, verbose_name=_("分公司"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="households", verbose_name=_("社区"))
    building = models.CharField(_("楼栋"), max_length=40, blank=True)
    address = models.CharField(_("地址"), max_length=200)
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    search_key = models.CharField(_("检索键"), max_length=300, blank=True, help_text=_("地址与姓名的拼音首字母"))

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("家庭客户")
        verbose_name_plural = _("家庭客户")
        indexes = [
            GinIndex(
                name="household_search_trgm",
                fields=["address", "contact_name", "contact_phone", "search_key"],
                opclasses=["gin_trgm_ops"] * 4,
            ),
            models.Index(fields=["branch", "code"], name="household_branch_code"),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="mark_moved",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=MARK_CHANGED_ROWS.format(rows=MOVED_HOMES),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.everything else self.filter(household__in=Household.objects.within(scope))

    def in_service_on(self, day: dt.date) -> Self:
        """Lines that serve on a day; `closed_on` is the day the service ended and no longer counts."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day), opened_on__lte=day)


class Subscription(models.Model):
    """A line in use 在网业务. `product_code` is a key of the catalogue, which lives above: the database knows it."""

    code = models.CharField(_("业务编码"), max_length=30, unique=True)
    household = models.ForeignKey(Household, models.PROTECT, related_name="subscriptions", verbose_name=_("客户"))
    product_code = models.CharField(_("产品编码"), max_length=20)
    opened_on = models.DateField(_("开通日期"))
    closed_on = models.DateField(_("拆机日期"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("在网业务")
        verbose_name_plural = _("在网业务")
        indexes = [
            models.Index(
                fields=["closed_on"],
                include=["opened_on", "product_code", "household"],
                condition=Q(closed_on__isnull=False),
                name="subscription_closed",
            ),
            models.Index(
                fields=["opened_on"],
                include=["product_code", "household"],
                name="subscription_opened",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="subscription_closed_after_opened",
                violation_error_message=_("拆机日期不能早于开通日期。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="mark_inserted",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=MARK_CHANGED_ROWS.format(rows="SELECT opened_on AS effect_on FROM new_rows"),
            ),
            pgtrigger.Trigger(
                name="mark_deleted",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_rows"),
                func=MARK_CHANGED_ROWS.format(rows="SELECT opened_on AS effect_on FROM old_rows"),
            ),
            pgtrigger.Trigger(
                name="mark_updated",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=MARK_CHANGED_ROWS.format(rows=ALTERED_ROWS),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LineChange(models.Model):
    """A mark left by a trigger: lines changed with effect from this day on, so later balances are stale."""

    effect_on = models.DateField(_("生效日"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("在网变动标记")
        verbose_name_plural = _("在网变动标记")

    def __str__(self) -> str:
        return str(self.effect_on)

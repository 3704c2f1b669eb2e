import datetime as dt
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from customers.choices import CaseKind
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

KEEP_FORMER = """
INSERT INTO customers_formerline (subscription_id, closed_on) VALUES (OLD.id, OLD.closed_on);
RETURN NULL;
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
            pgtrigger.Trigger(
                name="keep_former",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("closed_on"),
                func=KEEP_FORMER,
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


class FormerLine(models.Model):
    """When a line was said to have ended until that was changed, entered or taken back; kept by a trigger.

    A day of ending that came with the line itself has none: nobody knows when such a line was entered.
    """

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, db_index=False, related_name="former", verbose_name=_("在网业务")
    )
    closed_on = models.DateField(_("拆机日期"), null=True)
    at = models.DateTimeField(_("更改时间"), db_default=Now())

    class Meta:
        verbose_name = _("在网业务原内容")
        verbose_name_plural = _("在网业务原内容")
        indexes = [
            models.Index(fields=["subscription", "at"], name="former_line_at"),
            # Few: an end that was moved or taken back.
            models.Index(fields=["closed_on"], condition=Q(closed_on__isnull=False), name="former_line_closed"),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.at}"


# Days are those of Shanghai, whatever the server's clock; a constraint can't ask what day it is.
NOT_IN_THE_FUTURE = """
IF greatest(NEW.opened_on, NEW.closed_on) > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
    RAISE EXCEPTION 'a case is neither opened nor closed in the future'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'case_not_in_future';
END IF;
RETURN NEW;
"""
# Nobody stands behind a step that came with a file.
WRITE_CASE_HISTORY = """
INSERT INTO customers_caseevent (case_id, household_id, kind, subject, opened_on, closed_on, outcome, by_id)
VALUES (NEW.id, NEW.household_id, NEW.kind, NEW.subject, NEW.opened_on, NEW.closed_on, NEW.outcome,
        CASE WHEN TG_OP = 'INSERT' THEN NEW.reported_by_id
             WHEN NEW.closed_on IS DISTINCT FROM OLD.closed_on THEN NEW.closed_by_id END);
RETURN NULL;
"""


class CaseQuerySet(models.QuerySet["Case"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.everything else self.filter(household__in=Household.objects.within(scope))

    def still_open(self) -> Self:
        """Those that nobody has closed yet, the longest open first."""
        return self.filter(closed_on=None).order_by("opened_on", "pk")


class Case(models.Model):
    """A fault or a complaint of a household 客户事项: what to settle before selling. A reference, never a score.

    One with a number comes from the fault system, whose file closes it as well; one without was written here.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="cases", verbose_name=_("客户"))
    kind = models.CharField(_("类别"), max_length=10, choices=CaseKind.choices)
    number = models.CharField(_("事项编号"), max_length=30, null=True, blank=True)
    subject = models.CharField(_("内容"), max_length=120)
    opened_on = models.DateField(_("发生日期"))
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("办结人")
    )
    outcome = models.CharField(_("处理结果"), max_length=120, blank=True, default="")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("客户事项")
        verbose_name_plural = _("客户事项")
        indexes = [
            models.Index(fields=["household", "opened_on"], condition=Q(closed_on=None), name="case_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            # Written here twice, by two taps or two people, it is one.
            models.UniqueConstraint(
                fields=["household", "kind", "subject"],
                condition=Q(number=None, closed_on=None),
                name="case_open_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="case_kind_known"),
            models.CheckConstraint(condition=~Q(subject=""), name="case_has_subject"),
            models.CheckConstraint(condition=Q(number=None) | ~Q(number=""), name="case_number_not_empty"),
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="", closed_by=None)
                | Q(closed_on__isnull=False, closed_on__gte=F("opened_on")) & ~Q(outcome=""),
                name="case_closed_with_outcome",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="not_in_future",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("opened_on", "closed_on"),
                func=NOT_IN_THE_FUTURE,
            ),
            pgtrigger.Trigger(
                name="write_history",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=WRITE_CASE_HISTORY,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number or self.subject


class CaseEvent(models.Model):
    """History of a case, written by a database trigger; never changed. `by` is empty for what came with a file."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", verbose_name=_("客户事项"))
    household = models.ForeignKey(Household, models.PROTECT, db_index=False, related_name="+", verbose_name=_("客户"))
    kind = models.CharField(_("类别"), max_length=10, choices=CaseKind.choices)
    subject = models.CharField(_("内容"), max_length=120)
    opened_on = models.DateField(_("发生日期"))
    closed_on = models.DateField(_("办结日期"), null=True)
    outcome = models.CharField(_("处理结果"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("操作人")
    )

    class Meta:
        verbose_name = _("客户事项经过")
        verbose_name_plural = _("客户事项经过")
        ordering = ["at", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.subject}"

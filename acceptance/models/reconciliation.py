from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from acceptance.choices import DifferenceKind, Owner, Settlement
from acceptance.models.acceptances import Acceptance
from acceptance.models.catalogue import Product
from accounts.scope import Scope
from customers.models import Household
from grids.models import Branch, Hall, place_filter
from managers.models import Manager, Operator


class BilledOrder(models.Model):
    """What the billing system says of an order that a hall keyed in as well. An order has one acceptance and an
    acceptance one order, so nobody is credited twice."""

    order_no = models.CharField(_("订单号"), max_length=30, unique=True)
    acceptance = models.OneToOneField(Acceptance, models.CASCADE, related_name="billed", verbose_name=_("正式受理"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name=_("客户"))
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, related_name="+", verbose_name=_("产品"))
    developer = models.ForeignKey(
        Manager, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("业务发展人")
    )
    developer_name = models.CharField(_("发展人姓名"), max_length=40, blank=True)
    operator = models.ForeignKey(
        Operator, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("操作工号")
    )
    accepted_on = models.DateField(_("受理日期"))
    keyed_no = models.CharField(_("营业厅录入的订单号"), max_length=30, blank=True, help_text=_("不同时才有"))
    keyed_on = models.DateField(_("营业厅录入的受理日期"), null=True, help_text=_("不同时才有"))
    seen_at = models.DateTimeField(_("文件到达时间"), db_default=Now())

    class Meta:
        verbose_name = _("计费订单")
        verbose_name_plural = _("计费订单")

    def __str__(self) -> str:
        return self.order_no


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(
            place_filter(
                scope,
                branch="branch_id",
                sub_bureau="acceptance__grid__sub_bureau_id",
                hall="hall_id",
                grid="",
            )
        )


class Difference(models.Model):
    """An acceptance on which the hall and the billing system don't agree: whose it is, until when, how it ended."""

    acceptance = models.OneToOneField(Acceptance, models.CASCADE, related_name="difference", verbose_name=_("正式受理"))
    kind = models.CharField(_("情形"), max_length=12, choices=DifferenceKind.choices)
    fields = ArrayField(models.CharField(max_length=12), default=list, verbose_name=_("哪几项"))
    told = models.CharField(
        _("文件内容指纹"), max_length=32, blank=True, default="", db_default="", help_text=_("文件改了，处理过的要再看")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("分公司"))
    hall = models.ForeignKey(Hall, models.PROTECT, null=True, related_name="+", verbose_name=_("营业厅"))
    owner = models.CharField(_("负责"), max_length=8, choices=Owner.choices)
    found_at = models.DateTimeField(_("发现时间"))
    due_on = models.DateField(_("期限"))
    settled_at = models.DateTimeField(_("处理时间"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    settled_how = models.CharField(_("处理方式"), max_length=12, choices=Settlement.choices, blank=True)
    word = models.CharField(_("处理说明"), max_length=200, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("对账差异")
        verbose_name_plural = _("对账差异")
        indexes = [
            models.Index(fields=["branch", "due_on", "id"], condition=Q(settled_at=None), name="difference_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DifferenceKind.values), name="difference_kind_known"),
            models.CheckConstraint(condition=Q(owner__in=Owner.values), name="difference_owner_known"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_how="", settled_by=None)
                | Q(settled_at__isnull=False, settled_by=None, settled_how=Settlement.MATCHED)
                | Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(word="") & ~Q(settled_how=""),
                name="difference_settled_with_a_word",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acceptance_id} {self.kind}"


class DeveloperAliasQuerySet(models.QuerySet["DeveloperAlias"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(place_filter(scope, branch="branch_id", sub_bureau="", hall="", grid=""))


class DeveloperAlias(models.Model):
    """Whom the billing system of a branch means by a name it writes without a staff number; said by a person, and
    withdrawn by one, with the reason. Nothing else of it ever changes."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("分公司"))
    name = models.CharField(_("计费系统里的姓名"), max_length=40)
    manager = models.ForeignKey(Manager, models.PROTECT, related_name="aliases", verbose_name=_("客户经理"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("确认人"))
    given_at = models.DateTimeField(_("确认时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_reason = models.CharField(_("撤回理由"), max_length=200, blank=True, default="", db_default="")

    objects = DeveloperAliasQuerySet.as_manager()

    class Meta:
        verbose_name = _("发展人别名")
        verbose_name_plural = _("发展人别名")
        ordering = ["branch", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"], condition=Q(withdrawn_at=None), name="alias_once_a_branch"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason=""),
                name="alias_withdrawn_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="given_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("branch", "name", "manager", "given_by", "given_at"),
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.manager_id}"

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from acceptance.choices import CARRIERS, DispatchState
from accounts.scope import Scope
from grids.models import Branch, Hall, place_filter


class LateNoticeQuerySet(models.QuerySet["LateNotice"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(place_filter(scope, branch="branch_id", sub_bureau="", hall="hall_id", grid=""))


class LateNotice(models.Model):
    """A day's late slips of a hall, or of a branch (without a hall): counts only, nobody's name."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("分公司"))
    hall = models.ForeignKey(Hall, models.PROTECT, null=True, related_name="+", verbose_name=_("营业厅"))
    day = models.DateField(_("日期"))
    late = models.PositiveIntegerField(_("超时"), default=0, help_text=_("当天升级到营业厅经理的单"))
    raised = models.PositiveIntegerField(_("报分公司"), default=0, help_text=_("当天再升级到分公司的单"))
    changed_at = models.DateTimeField(_("更新时间"), db_default=Now())

    objects = LateNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("超时通报")
        verbose_name_plural = _("超时通报")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "hall", "day"], nulls_distinct=False, name="late_notice_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.branch_id} {self.hall_id}"


class NoticeTarget(models.Model):
    """Where the digest of a hall's or a branch's late slips goes outside the application: a group of WeCom or DingTalk,
    or a mailbox."""

    label = models.CharField(_("名称"), max_length=40)
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="+", verbose_name=_("分公司"))
    hall = models.ForeignKey(
        Hall,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("营业厅"),
        help_text=_("不填是全分公司的通报"),
    )
    address = models.CharField(
        _("地址"),
        max_length=500,
        help_text=_("例如 wecombot://密钥、dingtalk://令牌、mailtos://用户:密码@服务器?to=收件人"),
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("通报去处")
        verbose_name_plural = _("通报去处")

    def __str__(self) -> str:
        return self.label

    @property
    def carrier(self) -> str:
        return self.address.partition("://")[0].lower()

    def clean(self) -> None:
        if self.carrier not in CARRIERS:
            raise ValidationError({"address": _("只能用这些：%(known)s。") % {"known": "、".join(CARRIERS)}})
        if self.hall and self.hall.branch_id != self.branch_id:
            raise ValidationError({"hall": _("这个营业厅不属于所选的分公司。")})


class Dispatch(models.Model):
    """One digest to one target: first a row, then a message. The same counts of a day are told once."""

    target = models.ForeignKey(NoticeTarget, models.CASCADE, related_name="dispatches", verbose_name=_("通报去处"))
    day = models.DateField(_("日期"))
    late = models.PositiveIntegerField(_("超时"))
    raised = models.PositiveIntegerField(_("报分公司"))
    state = models.CharField(_("状态"), max_length=8, choices=DispatchState.choices, default=DispatchState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(_("最早发送"))
    begun_at = models.DateTimeField(_("开始发送"), null=True)
    sent_at = models.DateTimeField(_("送到"), null=True)

    class Meta:
        verbose_name = _("通报发送")
        verbose_name_plural = _("通报发送")
        constraints = [
            models.UniqueConstraint(fields=["target", "day", "late", "raised"], name="dispatch_told_once"),
            models.CheckConstraint(condition=Q(state__in=DispatchState.values), name="dispatch_state_known"),
            models.CheckConstraint(
                condition=Q(state=DispatchState.SENT, sent_at__isnull=False)
                | (~Q(state=DispatchState.SENT) & Q(sent_at=None)),
                name="dispatch_sent_at_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[DispatchState.WAITING, DispatchState.SENDING]),
                name="dispatch_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.target_id} {self.state}"

"""Community channels 社区渠道, and what each may do for customers: opened step by step."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from acceptance.choices import CommunityChannelKind, PermissionStep
from accounts.scope import Scope
from grids.models import Community

# A step rests on the one before: its days lie within days on which that one was open. The lock makes two people who
# open and withdraw at the same moment wait for each other.
STEPS_REST_ON_EACH_OTHER = """
PERFORM FROM acceptance_communitychannel channel WHERE channel.id = NEW.channel_id FOR UPDATE;
IF EXISTS (
    SELECT FROM acceptance_channelpermission upper
    WHERE upper.channel_id = NEW.channel_id AND upper.step <> 'agency'
      AND NOT isempty(daterange(upper.opened_on, upper.withdrawn_on))
      AND NOT EXISTS (
          SELECT FROM acceptance_channelpermission lower
          WHERE lower.channel_id = upper.channel_id
            AND lower.step = CASE upper.step WHEN 'payment' THEN 'agency' ELSE 'payment' END
            AND daterange(lower.opened_on, lower.withdrawn_on) @> daterange(upper.opened_on, upper.withdrawn_on))
) THEN
    RAISE EXCEPTION 'a permission rests on the step before it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_step_by_step';
END IF;
IF EXISTS (
    SELECT FROM acceptance_communitychannel channel
    WHERE channel.id = NEW.channel_id
      AND NOT daterange(channel.since, channel.ended_on) @> daterange(NEW.opened_on, NEW.withdrawn_on)
) THEN
    RAISE EXCEPTION 'a permission lies within the days of its channel'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_within_channel';
END IF;
RETURN NULL;
"""
ENDS_WITHOUT_PERMISSIONS = """
IF EXISTS (
    SELECT FROM acceptance_channelpermission permission
    WHERE permission.channel_id = NEW.id
      AND NOT daterange(NEW.since, NEW.ended_on) @> daterange(permission.opened_on, permission.withdrawn_on)
) THEN
    RAISE EXCEPTION 'a permission lies within the days of its channel'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'permission_within_channel';
END IF;
RETURN NULL;
"""


class CommunityChannelQuerySet(models.QuerySet["CommunityChannel"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.everything else self.filter(community__in=Community.objects.within(scope))


class CommunityChannel(models.Model):
    """A partner in a community (property office, shop, kiosk …): the third corner of the iron triangle."""

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("种类"), max_length=12, choices=CommunityChannelKind.choices)
    community = models.ForeignKey(Community, models.PROTECT, related_name="community_channels", verbose_name=_("社区"))
    address = models.CharField(_("地址"), max_length=120, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    since = models.DateField(_("合作起始"))
    ended_on = models.DateField(_("合作终止"), null=True, blank=True, help_text=_("当天不再合作；空为长期"))
    ended_reason = models.CharField(_("终止理由"), max_length=200, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    changed_at = models.DateTimeField(_("登记时间"))

    objects = CommunityChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("社区渠道")
        verbose_name_plural = _("社区渠道")
        ordering = ["community__code", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                condition=Q(ended_on=None),
                name="community_channel_once",
                violation_error_message=_("这个社区已经有同名的社区渠道。"),
            ),
            models.CheckConstraint(condition=Q(kind__in=CommunityChannelKind.values), name="community_channel_kind"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_reason="")
                | Q(ended_on__isnull=False, ended_on__gt=F("since")) & ~Q(ended_reason=""),
                name="community_channel_ends_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ends_without_permissions",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("since", "ended_on"),
                func=ENDS_WITHOUT_PERMISSIONS,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChannelPermission(models.Model):
    """One step that a community channel may do from a day on: by which policy, who opened it, and why it was taken
    back. A row is opened once and withdrawn once; nothing else of it ever changes."""

    channel = models.ForeignKey(
        CommunityChannel, models.PROTECT, related_name="permissions", verbose_name=_("社区渠道")
    )
    step = models.CharField(_("权限"), max_length=8, choices=PermissionStep.choices)
    policy = models.CharField(_("政策文件"), max_length=120)
    opened_on = models.DateField(_("开通日期"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("开通人"))
    opened_at = models.DateTimeField(_("登记时间"), db_default=Now())
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_reason = models.CharField(_("撤回理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("社区渠道权限")
        verbose_name_plural = _("社区渠道权限")
        ordering = ["opened_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(step__in=PermissionStep.values), name="permission_step_known"),
            models.CheckConstraint(condition=~Q(policy=""), name="permission_has_policy"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_on__isnull=False, withdrawn_on__gte=F("opened_on"), withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason=""),
                name="permission_withdrawn_with_reason",
            ),
            ExclusionConstraint(
                name="permission_once_a_day",
                expressions=[
                    ("channel", RangeOperators.EQUAL),
                    ("step", RangeOperators.EQUAL),
                    (
                        Func(F("opened_on"), F("withdrawn_on"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="step_by_step",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=STEPS_REST_ON_EACH_OTHER,
            ),
            pgtrigger.Protect(
                name="opened_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("channel", "step", "policy", "opened_on", "opened_by", "opened_at"),
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_on__isnull=False),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.step}"

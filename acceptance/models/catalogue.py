import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from acceptance.choices import BusinessClass, Catalogue, ChannelTier

# What a fresh database names its products, their hints and its channels: pages show them in the reader's language.
STANDARD_NAMES = (
    gettext_noop("FTTH宽带"),
    gettext_noop("3G版亲情1+"),
    gettext_noop("2G版亲情1+"),
    gettext_noop("亲情1+宽带"),
    gettext_noop("宽带提速"),
    gettext_noop("宽带"),
    gettext_noop("固话"),
    gettext_noop("增值业务"),
    gettext_noop("公话"),
    gettext_noop("终端产品"),
    gettext_noop("卡类产品"),
    gettext_noop("光纤到户"),
    gettext_noop("手机业务"),
    gettext_noop("宽带加 3G 手机"),
    gettext_noop("宽带加 2G 手机"),
    gettext_noop("固话加宽带"),
    gettext_noop("老宽带升速"),
    gettext_noop("非光纤宽带"),
    gettext_noop("固话新装"),
    gettext_noop("家庭信息化与内容"),
    gettext_noop("自有营业厅"),
    gettext_noop("社区经理"),
    gettext_noop("电子渠道"),
    gettext_noop("社区直销"),
    gettext_noop("社区渠道"),
    gettext_noop("代收点"),
    gettext_noop("公话代理"),
    gettext_noop("卡类代理"),
    gettext_noop("电话超市代理"),
    gettext_noop("自建厅"),
)


class Product(models.Model):
    """A product of the catalogue. Lines in use refer to it by its code."""

    code = models.CharField(_("产品编码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    business_class = models.CharField(_("业务大类"), max_length=12, choices=BusinessClass.choices)
    is_key = models.BooleanField(_("重点产品"), default=False)
    is_sold = models.BooleanField(_("在售"), default=True)
    hint = models.CharField(_("说明"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)

    class Meta:
        verbose_name = _("产品")
        verbose_name_plural = _("产品")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    code = models.CharField(_("渠道编码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    position = models.PositiveSmallIntegerField(_("次序"), default=100)

    class Meta:
        verbose_name = _("渠道")
        verbose_name_plural = _("渠道")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class DatedQuerySet(models.QuerySet):
    def active_on(self, day: dt.date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def _lasts(name: str, *fields: str) -> list[models.BaseConstraint]:
    """What holds of a dated row of a catalogue: it lasts a day at least, and on any day there is one at most."""
    days = Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField())
    return [
        models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name=f"{name}_lasts"),
        ExclusionConstraint(
            name=f"{name}_once_a_day",
            expressions=[*((field, RangeOperators.EQUAL) for field in fields), (days, RangeOperators.OVERLAPS)],
        ),
    ]


class ChannelPlace(models.Model):
    """Where a channel stands in one of the two dated catalogues: own/social now, core/supplement as planned."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="places", verbose_name=_("渠道"))
    catalogue = models.CharField(_("目录"), max_length=10, choices=Catalogue.choices)
    tier = models.CharField(_("类别"), max_length=12, choices=ChannelTier.choices)
    name = models.CharField(_("目录中的名称"), max_length=40)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("当天不再有效；空为长期"))
    document = models.CharField(_("依据文件"), max_length=120, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("渠道目录")
        verbose_name_plural = _("渠道目录")
        constraints = [
            models.UniqueConstraint(fields=["channel", "catalogue", "valid_from"], name="channel_place_once"),
            models.CheckConstraint(
                condition=Q(catalogue=Catalogue.CURRENT, tier__in=[ChannelTier.OWN, ChannelTier.SOCIAL])
                | Q(catalogue=Catalogue.TARGET, tier__in=[ChannelTier.CORE, ChannelTier.SUPPLEMENT]),
                name="channel_place_tier_of_catalogue",
            ),
            *_lasts("channel_place", "channel", "catalogue"),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.name}"


class ChannelMapping(models.Model):
    """Which channel of the plan takes over from one of today's, from a day on."""

    source = models.ForeignKey(Channel, models.PROTECT, related_name="mapped_to", verbose_name=_("现状渠道"))
    target = models.ForeignKey(Channel, models.PROTECT, related_name="mapped_from", verbose_name=_("规划渠道"))
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("当天不再有效；空为长期"))
    document = models.CharField(_("依据文件"), max_length=120)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("渠道对应")
        verbose_name_plural = _("渠道对应")
        constraints = [
            models.CheckConstraint(condition=~Q(document=""), name="channel_mapping_has_document"),
            *_lasts("channel_mapping", "source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"

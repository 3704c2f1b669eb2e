from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Branch
from kpi.choices import ItemClass, Level, SchemeStatus
from kpi.indicators import measure_choices
from kpi.models.guards import no_truncate_guard, used_scheme_guard


class Scheme(models.Model):
    """The quarter's assessment scheme 考核方案. A month uses the newest issued version in force on its 1st."""

    year = models.PositiveSmallIntegerField(_("年"))
    quarter = models.PositiveSmallIntegerField(_("季度"))
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    status = models.CharField(
        _("状态"),
        max_length=10,
        choices=SchemeStatus.choices,
        default=SchemeStatus.DRAFT,
    )
    effective_on = models.DateField(_("生效日期"))
    business_total = models.DecimalField(_("重点业务合计"), max_digits=5, decimal_places=2, default=Decimal(70))
    retention_total = models.DecimalField(_("保有维系合计"), max_digits=5, decimal_places=2, default=Decimal(20))
    other_total = models.DecimalField(_("其它合计"), max_digits=5, decimal_places=2, default=Decimal(10))
    override_reason = models.CharField(_("改变 70/20/10 的理由"), max_length=200, blank=True)
    issued_at = models.DateTimeField(_("下发时间"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("下发人"),
    )
    # Raised by each save of a draft: who saves an older one is told.
    revision = models.PositiveIntegerField(_("修改次数"), default=0, db_default=0)
    saved_at = models.DateTimeField(_("保存时间"), null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("保存人")
    )

    class Meta:
        verbose_name = _("考核方案")
        verbose_name_plural = _("考核方案")
        ordering = ["-year", "-quarter", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "quarter", "version"], name="scheme_version_once"),
            models.CheckConstraint(condition=Q(quarter__range=(1, 4)), name="scheme_quarter_real"),
            models.CheckConstraint(condition=Q(status__in=SchemeStatus.values), name="scheme_status_known"),
            models.CheckConstraint(
                condition=Q(
                    other_total=Decimal(100) - F("business_total") - F("retention_total"),
                ),
                name="scheme_totals_make_100",
                violation_error_message=_("三类合计要等于 100。"),
            ),
            models.CheckConstraint(
                condition=Q(business_total=70, retention_total=20) | ~Q(override_reason=""),
                name="scheme_other_split_has_reason",
                violation_error_message=_("不按 70/20/10 分配时，要写明理由。"),
            ),
        ]
        triggers = [used_scheme_guard("{row}.id")]

    def __str__(self) -> str:
        return f"{self.year}Q{self.quarter} v{self.version}"


class Indicator(models.Model):
    """One letter of the formula. Rates and scores are percentages; `weight` is a share of 100."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="indicators", verbose_name=_("方案"))
    code = models.CharField(_("代码"), max_length=4)
    name = models.CharField(_("名称"), max_length=40)
    item_class = models.CharField(_("类别"), max_length=10, choices=ItemClass.choices)
    measure = models.CharField(_("计量"), max_length=12, choices=measure_choices)
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices, default=Level.GRID)
    products = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("产品编码"),
        default=list,
        blank=True,
    )
    weight = models.DecimalField(_("权重 %"), max_digits=5, decimal_places=2, default=0)
    floor = models.DecimalField(_("下限"), max_digits=7, decimal_places=2, default=Decimal(0))
    cap = models.DecimalField(_("封顶"), max_digits=7, decimal_places=2, default=Decimal(100))
    target_rate = models.DecimalField(_("目标率 %"), max_digits=5, decimal_places=2, default=Decimal(100))
    points_per_unit = models.DecimalField(_("每户分值"), max_digits=6, decimal_places=4, default=Decimal("0.2"))
    position = models.PositiveSmallIntegerField(_("次序"), default=1)

    class Meta:
        verbose_name = _("考核指标")
        verbose_name_plural = _("考核指标")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="indicator_code_once"),
            models.CheckConstraint(
                condition=Q(item_class__in=ItemClass.values),
                name="indicator_class_known",
            ),
            # Which measures there are is told by the files of kpi/indicators; a scheme is checked against them.
            models.CheckConstraint(condition=Q(measure__regex=r"^[a-z_]{2,12}$"), name="indicator_measure_is_a_code"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="indicator_level_known"),
            models.CheckConstraint(condition=Q(floor__lte=F("cap")), name="indicator_floor_below_cap"),
            models.CheckConstraint(condition=Q(target_rate__gt=0), name="indicator_target_rate_positive"),
            models.CheckConstraint(
                condition=Q(item_class=ItemClass.POINTS, weight=0) | ~Q(item_class=ItemClass.POINTS) & Q(weight__gt=0),
                name="indicator_weight_or_points",
                violation_error_message=_("加减分项没有权重，其它项要有权重。"),
            ),
        ]
        triggers = [used_scheme_guard("{row}.scheme_id"), no_truncate_guard()]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SchemeReceipt(models.Model):
    """A branch has read an issued scheme."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="receipts", verbose_name=_("方案"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("分公司"))
    read_at = models.DateTimeField(_("签收时间"))
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("签收人"))

    class Meta:
        verbose_name = _("方案签收")
        verbose_name_plural = _("方案签收")
        constraints = [models.UniqueConstraint(fields=["scheme", "branch"], name="scheme_read_once")]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.branch_id}"

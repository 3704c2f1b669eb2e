"""What was counted once and is kept up to date, so that a recompute reads sums instead of records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from acceptance.models import Product
from grids.models import Community, Grid


class Tally(models.Model):
    """Acceptances of a month and cancellations of a month, per grid and product: the two sides of net new."""

    month = models.DateField(_("月份"))
    grid = models.ForeignKey(Grid, models.PROTECT, db_index=False, verbose_name=_("网格"))
    product = models.ForeignKey(Product, models.PROTECT, db_index=False, verbose_name=_("产品"))
    gained = models.IntegerField(_("新增"))
    lost = models.IntegerField(_("撤销"))

    class Meta:
        verbose_name = _("受理计数")
        verbose_name_plural = _("受理计数")
        constraints = [models.UniqueConstraint(fields=["month", "grid", "product"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.grid_id} {self.product_id}"


class Loss(models.Model):
    """Lines of a month's balance that ended in that month, per community and product."""

    month = models.DateField(_("月份"))
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, verbose_name=_("社区"))
    product_code = models.CharField(_("产品编码"), max_length=20)
    lines = models.IntegerField(_("线数"))

    class Meta:
        verbose_name = _("月内流失")
        verbose_name_plural = _("月内流失")
        constraints = [
            models.UniqueConstraint(fields=["month", "product_code", "community"], include=["lines"], name="loss_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.community_id} {self.product_code}"


class TouchedGrid(models.Model):
    """A grid whose acceptances of a month changed after its scores were made: to be scored again."""

    month = models.DateField(_("月份"))
    grid = models.ForeignKey(Grid, models.CASCADE, db_index=False, verbose_name=_("网格"))

    class Meta:
        verbose_name = _("待重算网格")
        verbose_name_plural = _("待重算网格")
        constraints = [models.UniqueConstraint(fields=["month", "grid"], name="touched_grid_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.grid_id}"


class SumCheck(models.Model):
    """One comparison of a month's kept sums with a full count of the records; what differed was counted again."""

    month = models.DateField(_("月份"))
    at = models.DateTimeField(_("核对时间"))
    compared = models.PositiveIntegerField(_("核对数"))
    differing = models.PositiveIntegerField(_("不符数"))
    example = models.CharField(_("举例"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("汇总核对")
        verbose_name_plural = _("汇总核对")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.at:%Y-%m-%d}"

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from acceptance.choices import AmendmentKind
from acceptance.models.acceptances import Acceptance
from acceptance.models.catalogue import Product


class OrderAmendment(models.Model):
    """What a hall put right of an order it keyed in: number and product as they were, why, and by whom.

    Never changed and never deleted. What counted until then is kept beside it, by the trigger (FormerAcceptance).
    """

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="amendments", verbose_name=_("正式受理"))
    kind = models.CharField(_("情形"), max_length=12, choices=AmendmentKind.choices)
    former_no = models.CharField(_("原订单号"), max_length=30)
    former_product = models.ForeignKey(
        Product, models.PROTECT, db_index=False, related_name="+", verbose_name=_("原产品")
    )
    reason = models.CharField(_("原因"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("操作人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("订单更正")
        verbose_name_plural = _("订单更正")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AmendmentKind.values), name="amendment_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_with_reason"),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.acceptance_id} {self.kind} {self.at}"

"""A slip as it stands beside what came later under the same number, for the person who has to choose."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from acceptance.choices import SlipSource
from acceptance.domain.contents import Content
from acceptance.models import Product, Slip
from campaigns.models import Campaign
from core.formats import mask_phone, named
from customers.models import Household


@dataclass(frozen=True, slots=True)
class Both:
    """One line of the form: its name and label, what stands, and what was sent now."""

    field: str
    label: str
    stands: str
    sent: str

    @property
    def differs(self) -> bool:
        return self.stands != self.sent


def compare(slip: Slip, content: Content) -> list[Both]:
    """Every line of the form, in its order. The slip as it is now: what was mended since counts as standing."""
    home = Household.objects.filter(code=content.household_code, branch=slip.branch_id).first()
    stands = slip.household.address if slip.household else slip.typed_address
    campaign = Campaign.objects.filter(code=content.campaign_code).first()
    asked = [line.product_id for line in slip.lines.all()]
    return [
        Both("household_code", _("客户"), stands, home.address if home else content.typed_address),
        Both(
            "products",
            _("产品"),
            _products(asked),
            _products(content.products),
        ),
        Both("contact_name", _("联系人"), slip.contact_name, content.contact_name),
        Both("contact_phone", _("联系电话"), slip.contact_phone, _number(slip.contact_phone, content.contact_phone)),
        Both("source", _("来源"), slip.get_source_display(), str(SlipSource(content.source).label)),
        Both("campaign_code", _("活动"), _name(slip.campaign), _name(campaign)),
        Both("notes", _("备注"), slip.notes, content.notes),
    ]


def _number(stands: str, sent: str) -> str:
    """A phone may know a number by its mask only: then it is the same one."""
    return stands if sent == mask_phone(stands) else sent


def _products(codes: list[str] | tuple[str, ...]) -> str:
    names = dict(Product.objects.filter(code__in=codes).values_list("code", "name"))
    return " · ".join(sorted(named(names.get(code, code)) for code in codes))


def _name(campaign: Campaign | None) -> str:
    return campaign.name if campaign else ""

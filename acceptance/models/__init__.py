from acceptance.models.acceptances import Acceptance, AcceptanceChange, AcceptanceQuerySet, FormerAcceptance
from acceptance.models.amendments import OrderAmendment
from acceptance.models.calendar import SpecialDay
from acceptance.models.catalogue import Channel, ChannelMapping, ChannelPlace, Product
from acceptance.models.community_channels import ChannelPermission, CommunityChannel
from acceptance.models.handovers import Handover, HandoverQuerySet
from acceptance.models.notices import Dispatch, LateNotice, NoticeTarget
from acceptance.models.reconciliation import BilledOrder, DeveloperAlias, Difference
from acceptance.models.slips import Slip, SlipEvent, SlipLine, SlipPhoto, SlipQuerySet

__all__ = [
    "Acceptance",
    "AcceptanceChange",
    "AcceptanceQuerySet",
    "BilledOrder",
    "Channel",
    "ChannelMapping",
    "ChannelPermission",
    "ChannelPlace",
    "CommunityChannel",
    "DeveloperAlias",
    "Difference",
    "Dispatch",
    "FormerAcceptance",
    "Handover",
    "HandoverQuerySet",
    "LateNotice",
    "NoticeTarget",
    "OrderAmendment",
    "Product",
    "Slip",
    "SlipEvent",
    "SlipLine",
    "SlipPhoto",
    "SlipQuerySet",
    "SpecialDay",
]

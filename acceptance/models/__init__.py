from acceptance.models.acceptances import Acceptance, AcceptanceChange, AcceptanceQuerySet
from acceptance.models.catalogue import Channel, ChannelPlace, Product
from acceptance.models.slips import Slip, SlipEvent, SlipLine, SlipQuerySet

__all__ = [
    "Acceptance",
    "AcceptanceChange",
    "AcceptanceQuerySet",
    "Channel",
    "ChannelPlace",
    "Product",
    "Slip",
    "SlipEvent",
    "SlipLine",
    "SlipQuerySet",
]

"""Who is calling, as far as the network tells."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind the TLS front the last one in X-Forwarded-For, the only one the front wrote."""
    if settings.PRODUCTION and (passed := request.headers.get("X-Forwarded-For")):
        return passed.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """What limits are counted by: an IPv4 address, or the /64 that one IPv6 caller has to himself."""
    try:
        known = ip_address(address)
    except ValueError:  # no address at all: it stands for itself
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, 64), strict=False).network_address)
    return str(known)

"""What a household may want next, judged by the lines it has: a word to begin with at the door, no more."""

from collections.abc import Collection

MOST = 3
FAST = frozenset({"FTTH", "3G_BUNDLE", "2G_BUNDLE", "BB_BUNDLE"})
# The first that fit are offered: product, the lines one of which it builds on (none: for everybody), the lines that
# make it pointless.
OFFERS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("FTTH", frozenset(), FAST),
    ("3G_BUNDLE", frozenset({"2G_BUNDLE"}), frozenset({"3G_BUNDLE"})),
    ("3G_BUNDLE", frozenset({"FTTH", "BROADBAND", "BB_BUNDLE"}), frozenset({"3G_BUNDLE"})),
    ("SPEEDUP", frozenset({"BROADBAND", "2G_BUNDLE", "BB_BUNDLE"}), frozenset({"FTTH", "3G_BUNDLE", "SPEEDUP"})),
    ("BB_BUNDLE", frozenset({"FIXED_LINE"}), FAST),
    ("VALUE_ADDED", FAST, frozenset({"VALUE_ADDED"})),
)


def offers(held: Collection[str]) -> list[str]:
    """Codes of up to three products, the most telling first; `held` are the codes of the lines in use."""
    has = set(held)
    found = [product for product, upon, instead in OFFERS if not has & instead and (not upon or has & upon)]
    return list(dict.fromkeys(found))[:MOST]

"""Search keys: the pinyin initials of a Chinese text, so that `wjl` finds 吴家麟."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=16384)
def _initial(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    found = lazy_pinyin(char, style=Style.FIRST_LETTER, errors="ignore")
    return found[0][:1].lower() if found else ""


def initials(text: str) -> str:
    """王顶堤3号 → wdd3h. Letters and digits stay, everything else is dropped."""
    return "".join(map(_initial, text))


@lru_cache(maxsize=65536)
def sort_key(text: str) -> str:
    """Full pinyin for ordering; the database's own order of Chinese is by code point."""
    return " ".join(lazy_pinyin(text)).lower()

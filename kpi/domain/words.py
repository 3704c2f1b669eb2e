"""Words that somebody has to write: a reason, an answer."""

from django.utils.translation import gettext as _

from core.refusals import Refusal


def required(text: str, *, longest: int, refused: type[Refusal], field: str) -> str:
    """The text without blanks around it; `refused` is raised when it is empty or too long for its column."""
    words = text.strip()
    if not words:
        raise refused(_("请写明理由。"), field=field)
    if len(words) > longest:
        raise refused(_("最多 %(n)d 个字，现在是 %(now)d 个。") % {"n": longest, "now": len(words)}, field=field)
    return words

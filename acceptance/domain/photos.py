"""Photos of paper slips: one a slip, a JPEG that the phone has made small."""

import datetime as dt
import hashlib

from django.utils.translation import gettext as _

from acceptance.models import Slip, SlipPhoto
from accounts.models import User
from core.refusals import Refusal

LARGEST = 500_000  # bytes
JPEG = b"\xff\xd8\xff"


class NotAPhoto(Refusal):
    """Something else than a small JPEG."""


class PhotoStands(Refusal):
    """The slip has another photo already."""


def attach(*, slip: Slip, content: bytes, by: User, now: dt.datetime) -> bool:
    """Lay the photo to its slip; whether this very call did. Sent twice it is the same photo; raises NotAPhoto,
    PhotoStands."""
    if not content.startswith(JPEG) or len(content) > LARGEST:
        raise NotAPhoto(_("照片应是不超过 500 kB 的 JPEG。"))
    digest = hashlib.sha256(content).hexdigest()
    given = {"content": content, "sha256": digest, "at": now, "by": by}
    photo, is_new = SlipPhoto.objects.get_or_create(slip=slip, defaults=given)
    if photo.sha256 != digest:
        raise PhotoStands(_("这一单已有另一张照片。"))
    return is_new

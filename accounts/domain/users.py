"""Who may log in: added, stopped and let in again by the administrator."""

import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import access_log
from accounts.models import User
from accounts.places import refuse_unknown_codes
from core.refusals import Refusal

# Easily told apart when read aloud over the phone: no 0/o, 1/l/i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class OwnAccount(Refusal):
    """An administrator doesn't saw off the branch they sit on."""


@transaction.atomic
def add(*, user: User, by: User) -> str:
    """Save a new user with a first password, which is returned and shown once; raises a Refusal for unknown codes."""
    refuse_unknown_codes(user)
    password = _new_password()
    user.set_password(password)
    user.save()
    access_log.record(user=by, action="users.add", subject=user.username)
    return password


@transaction.atomic
def set_active(*, user: User, is_active: bool, by: User) -> None:
    """Stop a user from logging in, or let them in again; raises OwnAccount."""
    if user.pk == by.pk:
        raise OwnAccount(_("不能停用自己的账号，请另一位管理员来做。"))
    User.objects.filter(pk=user.pk).update(is_active=is_active)
    access_log.record(user=by, action="users.open" if is_active else "users.stop", subject=user.username)


@transaction.atomic
def reset_password(*, user: User, by: User) -> str:
    """Give a user a new password, which is returned and shown once. Their open sessions end with the old one."""
    password = _new_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    access_log.record(user=by, action="users.reset_password", subject=user.username)
    return password


@transaction.atomic
def change_own_password(*, user: User, password: str) -> None:
    """Set the password a user chose; the caller has checked the old one and keeps their session open."""
    user.set_password(password)
    user.save(update_fields=["password"])
    access_log.record(user=user, action="users.change_password", subject=user.username)


def _new_password() -> str:
    """Twelve letters in groups of four, about 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _i in range(4)) for _g in range(3))

"""Views that people keep of a page: saved under a name, shared with colleagues, renamed, thrown away."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Audience, Role
from accounts.models import SavedView, User
from core.refusals import Refusal

MOST = 30  # of one person on one page: more is a list that nobody reads
LONGEST = 1000  # characters of a query
COMPANY_WIDE = (Role.COMPANY, Role.AUDITOR, Role.IT_ADMIN)


class NameTaken(Refusal):
    """The person has another view of this page under that name."""


class TooMany(Refusal):
    """Nobody keeps more views of a page than a list can show."""


class TooLong(Refusal):
    """The page asks for more than a view can hold."""


class NobodyToShareWith(Refusal):
    """Who belongs to no branch today has no colleagues to share with."""


@transaction.atomic
def keep(
    *,
    owner: User,
    page: str,
    name: str,
    query: str,
    is_shared: bool,
    branch_code: str,
    is_default: bool,
    replaces: bool = False,
    now: dt.datetime,
) -> SavedView:
    """Keep a view, or with `replaces` put it in the place of the one of that name. `branch_code` is the owner's.

    Saving the same twice is saving it once. Raises NameTaken, TooMany, TooLong or NobodyToShareWith.
    """
    if len(query) > LONGEST:
        raise TooLong(_("选的列太多，一个视图存不下；请少选几列。"))
    _one_at_a_time(owner)
    own = SavedView.objects.filter(owner=owner, page=page)
    found = own.filter(name=name).first()
    if found and found.query != query and not replaces:
        raise NameTaken(_("您已有叫这个名称的视图。换个名称，或用现在的样子替换它。"), field="name")
    if found is None and own.count() >= MOST:
        raise TooMany(_("一页最多保存 %(n)d 个视图；请先删掉不用的。") % {"n": MOST})
    view = found or SavedView(owner=owner, page=page, name=name)
    view.query, view.saved_at = query, now
    return _write(view, is_shared=is_shared, branch_code=branch_code, is_default=is_default)


@transaction.atomic
def change(*, view: SavedView, name: str, is_shared: bool, branch_code: str, is_default: bool) -> SavedView:
    """Rename a view, share it or not, open the page with it or not; raises NameTaken or NobodyToShareWith."""
    _one_at_a_time(view.owner)
    if SavedView.objects.filter(owner=view.owner, page=view.page, name=name).exclude(pk=view.pk).exists():
        raise NameTaken(_("您已有叫这个名称的视图，请换个名称。"), field="name")
    view.name = name
    return _write(view, is_shared=is_shared, branch_code=branch_code, is_default=is_default)


@transaction.atomic
def delete(*, owner: User, view_id: int) -> bool:
    """Throw an own view away; False when there is none (any more)."""
    gone, _rows = SavedView.objects.filter(owner=owner, pk=view_id).delete()
    return bool(gone)


def _one_at_a_time(owner: User) -> None:
    """Two tabs must not both find a name free."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)


def _write(view: SavedView, *, is_shared: bool, branch_code: str, is_default: bool) -> SavedView:
    view.audience, view.branch_code = _audience(view.owner, branch_code) if is_shared else (Audience.SELF, "")
    view.is_default = is_default
    if is_default:
        others = SavedView.objects.filter(owner=view.owner, page=view.page, is_default=True)
        others.exclude(pk=view.pk).update(is_default=False)
    view.save()
    return view


def _audience(owner: User, branch_code: str) -> tuple[str, str]:
    """The colleagues of a person: of the whole company for who oversees it, else of their branch."""
    if owner.role in COMPANY_WIDE:
        return Audience.COMPANY, ""
    if not branch_code:
        raise NobodyToShareWith(_("您今天不在任何分公司任职，没有可以共享的同事。"), field="is_shared")
    return Audience.BRANCH, branch_code

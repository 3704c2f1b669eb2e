"""Ratings that somebody is still writing: kept cell by cell, seen by the rater only, scoring nobody until published."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.periods import Month
from core.refusals import Refusal
from kpi.choices import RatingItem
from kpi.domain import ratings
from kpi.domain.ratings import Rated, as_text, stored_text
from kpi.domain.sheets import refuse
from kpi.models import Rating, RatingDraft
from managers.models import Manager


class DraftRefused(Refusal):
    """A draft can't be kept like this."""


def keep(*, month: Month, cell: Rated, by: User, now: dt.datetime) -> bool:
    """Keep one sub-item as a draft; False when it says what is published anyway, so that no draft is left.

    Raises DraftRefused for a score or a comment that could not be published either.
    """
    if words := ratings.fault_of(cell):
        raise DraftRefused(words)
    key: dict[str, Any] = {"month": month.first, "manager": cell.manager, "item": cell.item}
    published = Rating.objects.filter(**key).first()
    if as_text(cell.score, cell.comment.strip()) == stored_text(published):
        RatingDraft.objects.filter(**key, rater=by).delete()
        return False
    values = {"score": cell.score, "comment": cell.comment.strip(), "saved_at": now}
    RatingDraft.objects.update_or_create(**key, rater=by, defaults=values)
    return True


def forget(*, month: Month, managers: Iterable[Manager], by: User) -> int:
    """Throw away one's drafts of some people; returns how many there were."""
    count, _kinds = RatingDraft.objects.filter(month=month.first, manager__in=managers, rater=by).delete()
    return count


@transaction.atomic
def publish(*, month: Month, managers: Iterable[Manager], by: User) -> int:
    """Make ratings of all one's drafts of some people, all or none; returns how many changed. Raises SheetRefused.

    One that somebody else has published since the draft was written is not overwritten: the cell is told.
    """
    own = RatingDraft.objects.select_for_update().filter(month=month.first, manager__in=managers, rater=by)
    drafts = list(own.order_by("pk").select_related("manager"))
    newer = {
        (rating.manager_id, rating.item): rating
        for rating in Rating.objects.filter(month=month.first, manager__in=[draft.manager_id for draft in drafts])
    }
    refuse(
        {
            ratings.key_of(draft.manager_id, draft.item): words
            for draft in drafts
            if (words := _overtaken(draft, newer.get((draft.manager_id, draft.item)), by))
        }
    )
    cells = [Rated(draft.manager, draft.item, draft.score, draft.comment) for draft in drafts]
    count = ratings.rate(month=month, rated=cells, by=by)
    forget(month=month, managers=[draft.manager for draft in drafts], by=by)
    return count


def _overtaken(draft: RatingDraft, rating: Rating | None, by: User) -> str:
    if rating is None or rating.rated_at <= draft.saved_at or rating.rated_by_id == by.pk:
        return ""
    name = f"{draft.manager.name} {RatingItem(draft.item).label}"
    return _("%(name)s：您写草稿之后，别人已评为“%(now)s”；请打开小组核对。") % {
        "name": name,
        "now": stored_text(rating),
    }


def told(count: int) -> str:
    """How many ratings a publication changed, in words."""
    if not count:
        return _("没有改动，已是提交的样子。")
    return ngettext("已提交 %(n)d 项评价。重算之后分数才会变。", "已提交 %(n)d 项评价。重算之后分数才会变。", count) % {
        "n": count
    }

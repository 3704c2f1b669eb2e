"""Drafts of ratings: the rater's own until published, all or none."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.choices import RatingItem
from kpi.domain import rating_drafts, ratings
from kpi.domain.rating_drafts import DraftRefused
from kpi.domain.ratings import Rated
from kpi.domain.sheets import SheetRefused
from kpi.models import Rating, RatingDraft
from tests.factories.accounts import UserFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, RatingFactory, RunFactory
from tests.factories.managers import ManagerFactory, PostingFactory

pytestmark = pytest.mark.django_db

PUBLICITY, TRAINING = RatingItem.PUBLICITY.value, RatingItem.TRAINING.value


def keep(person, item, score, comment="", *, by, now=NOW) -> bool:
    cell = Rated(person, item, None if score is None else Decimal(score), comment)
    return rating_drafts.keep(month=OCTOBER, cell=cell, by=by, now=now)


def publish(person, by) -> int:
    return rating_drafts.publish(month=OCTOBER, managers=[person], by=by)


def test_draft_scores_nobody_until_it_is_published() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    assert keep(person, PUBLICITY, "91.5", "楼道宣传到位", by=rater)
    assert not Rating.objects.exists()
    assert publish(person, rater) == 1
    given = Rating.objects.get()
    assert (given.score, given.comment, given.rated_by) == (Decimal("91.5"), "楼道宣传到位", rater)
    assert not RatingDraft.objects.exists()


def test_each_rater_publishes_only_his_own() -> None:
    person, one, other = PostingFactory().manager, UserFactory(), UserFactory()
    keep(person, PUBLICITY, 90, by=one)
    keep(person, PUBLICITY, 70, by=other)
    assert publish(person, one) == 1
    assert Rating.objects.get().score == Decimal(90)
    assert RatingDraft.objects.get().rater == other


def test_draft_that_says_what_is_published_is_none() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    RatingFactory(manager=person, item=PUBLICITY, score=90)
    assert keep(person, PUBLICITY, 80, by=rater)
    assert not keep(person, PUBLICITY, "90.00", by=rater)
    assert not RatingDraft.objects.exists()


@pytest.mark.parametrize(
    ("score", "comment", "words"),
    [
        (101, "", "得分要在 0 到 100 之间"),
        (-1, "", "得分要在 0 到 100 之间"),
        (90, "好" * 301, "评语最多 300 个字，现在 301 个"),
    ],
)
def test_what_can_not_be_published_is_not_kept_either(score, comment, words) -> None:
    with pytest.raises(DraftRefused, match=words):
        keep(PostingFactory().manager, PUBLICITY, score, comment, by=UserFactory())


def test_comment_waits_for_its_score_as_a_draft() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    assert keep(person, PUBLICITY, None, "海报缺两处", by=rater)
    with pytest.raises(SheetRefused, match="写了评语，还要打分"):
        publish(person, rater)
    assert RatingDraft.objects.get().comment == "海报缺两处"


def test_all_drafts_are_published_or_none() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    keep(person, TRAINING, 90, by=rater)
    keep(person, PUBLICITY, None, "海报缺两处", by=rater)
    with pytest.raises(SheetRefused):
        publish(person, rater)
    assert not Rating.objects.exists()
    assert RatingDraft.objects.count() == 2


def test_rating_given_after_the_draft_was_written_is_told() -> None:
    person, rater, other = PostingFactory().manager, UserFactory(), UserFactory()
    keep(person, PUBLICITY, 90, by=rater, now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    ratings.rate(month=OCTOBER, rated=[Rated(person, PUBLICITY, Decimal(60))], by=other)
    Rating.objects.update(rated_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    with pytest.raises(SheetRefused, match="别人已评为“60”"):
        publish(person, rater)
    assert Rating.objects.get().score == Decimal(60)


def test_emptied_draft_takes_the_rating_away() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    RatingFactory(manager=person, item=PUBLICITY, score=90)
    assert keep(person, PUBLICITY, None, by=rater, now=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    assert publish(person, rater) == 1
    assert not Rating.objects.exists()


def test_draft_of_a_closed_month_is_not_published() -> None:
    person, rater = PostingFactory().manager, UserFactory()
    keep(person, PUBLICITY, 90, by=rater)
    BranchMonthFactory(branch=person.branch, state="closed", current_run=RunFactory())
    with pytest.raises(SheetRefused, match="已审定"):
        publish(person, rater)


def test_person_on_loan_is_rated_where_served_before_any_result() -> None:
    person = ManagerFactory()
    PostingFactory(manager=person)
    BranchMonthFactory(branch=person.branch, state="closed", current_run=RunFactory())
    assert ratings.rate(month=OCTOBER, rated=[Rated(person, PUBLICITY, Decimal(70))], by=UserFactory()) == 1

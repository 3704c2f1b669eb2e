"""Drafts: begun from a version, saved whole, never over somebody else's save unseen."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from kpi.domain import drafts, schemes
from kpi.domain.drafts import DraftChanged, DraftGone
from kpi.domain.schemes import SchemeRefused
from kpi.models import Indicator, Scheme
from tests.factories.accounts import UserFactory
from tests.factories.kpi import NOW, OCTOBER, RunFactory
from tests.factories.months import closed, ready_grid
from tests.factories.schemes import draft, extra, issued, rows_of

pytestmark = pytest.mark.django_db


def save(scheme: Scheme, *, seen: int = 0, name: str = "陈静", **changed) -> Scheme:
    rows = rows_of(scheme, **changed)
    by = UserFactory(name=name)
    return drafts.save_whole(scheme=scheme, seen=seen, head=drafts.head_of(scheme), indicators=rows, by=by, now=NOW)


def weights(scheme: Scheme) -> dict[str, int]:
    return {row.code: int(row.weight) for row in Scheme.objects.get(pk=scheme.pk).indicators.all()}


SHIFTED = {"A": {"weight": Decimal(20)}, "B": {"weight": Decimal(30)}}


def test_draft_begins_as_a_copy_and_leaves_its_source_alone():
    source = schemes.in_force(OCTOBER)
    rows = list(source.indicators.all())
    rows[0].cap = Decimal(120)
    head = drafts.head_of(source).starting(dt.date(2027, 1, 1))

    begun = drafts.begin(year=2027, quarter=1, version=1, head=head, indicators=rows, by=UserFactory(), now=NOW)

    assert (str(begun), begun.status, begun.effective_on) == ("2027Q1 v1", "draft", dt.date(2027, 1, 1))
    assert list(begun.indicators.values_list("code", flat=True)) == ["A", "B", "C", "D", "E", "F", "G"]
    assert (begun.indicators.get(code="A").cap, source.indicators.get(code="A").cap) == (120, 100)


def test_asking_twice_for_a_version_gives_one_draft():
    source = schemes.in_force(OCTOBER)
    asked = {"year": 2027, "quarter": 1, "version": 1, "head": drafts.head_of(source).starting(dt.date(2027, 1, 1))}

    def begin() -> Scheme:
        return drafts.begin(**asked, indicators=list(source.indicators.all()), by=UserFactory(), now=NOW)

    assert begin().pk == begin().pk
    assert Indicator.objects.filter(scheme__year=2027).count() == 7


def test_draft_is_saved_whole_in_the_order_given():
    scheme = draft()
    rows = [*rows_of(scheme, A={"weight": Decimal(20)}), extra(scheme)]
    rows.insert(0, rows.pop())
    drafts.save_whole(scheme=scheme, seen=0, head=drafts.head_of(scheme), indicators=rows, by=UserFactory(), now=NOW)

    assert weights(scheme) == {"H": 5, "A": 20, "B": 25, "C": 20, "D": 0, "E": 10, "F": 10, "G": 10}
    assert list(weights(scheme))[0] == "H"
    assert Scheme.objects.get(pk=scheme.pk).revision == 1


def test_draft_that_does_not_add_up_is_not_saved():
    scheme = draft()
    with pytest.raises(SchemeRefused) as refused:
        save(scheme, A={"weight": Decimal(30)})
    assert [fault.field for fault in refused.value.faults] == ["business_total"]
    assert weights(scheme)["A"] == 25


def test_second_editor_is_told_who_saved_and_may_save_again():
    scheme = draft()
    save(scheme, name="陈静", **SHIFTED)

    with pytest.raises(DraftChanged) as refused:
        save(scheme, name="李强", C={"weight": Decimal(20)})
    assert "陈静 在您编辑时保存过" in str(refused.value)
    assert weights(scheme)["A"] == 20

    save(scheme, seen=refused.value.revision, name="李强")
    assert weights(scheme)["A"] == 25


def test_draft_issued_meanwhile_is_not_saved():
    scheme = draft()
    issued(Scheme.objects.get(pk=scheme.pk))
    with pytest.raises(DraftGone):
        save(scheme, **SHIFTED)
    assert weights(scheme)["A"] == 25


def test_draft_deleted_meanwhile_is_not_saved():
    scheme = draft()
    assert drafts.delete(scheme_id=scheme.pk)
    with pytest.raises(DraftGone):
        save(scheme)
    assert not Indicator.objects.filter(scheme_id=scheme.pk).exists()


def test_deleting_twice_is_deleting_once():
    scheme = draft()
    assert [drafts.delete(scheme_id=scheme.pk), drafts.delete(scheme_id=scheme.pk)] == [True, False]


def test_issued_scheme_is_not_deleted():
    scheme = issued(draft())
    with pytest.raises(SchemeRefused):
        drafts.delete(scheme_id=scheme.pk)
    assert Scheme.objects.filter(pk=scheme.pk).exists()


def test_scheme_is_kept_under_a_running_job_whatever_path_deletes_it():
    scheme = issued(draft())
    RunFactory(scheme=scheme, status="running")
    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk)._raw_delete("default")
        transaction.get_connection().check_constraints()
    assert Scheme.objects.filter(pk=scheme.pk).exists()


def test_scheme_of_a_closed_month_stays_whatever_path_changes_it():
    grid = ready_grid()
    scheme = closed(grid).current_run.scheme
    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(business_total=60)
    with pytest.raises(IntegrityError), transaction.atomic():
        scheme.indicators.filter(code="A")._raw_delete("default")
    assert scheme.indicators.count() == 7


def test_head_keeps_what_it_was_copied_from():
    scheme = draft()
    head = drafts.head_of(scheme)
    assert dataclasses.asdict(head.starting(dt.date(2027, 1, 1))) == {
        "effective_on": dt.date(2027, 1, 1),
        "business_total": 70,
        "retention_total": 20,
        "other_total": 10,
        "override_reason": "",
    }

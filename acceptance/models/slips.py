import datetime as dt
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from acceptance.choices import (
    HALL_STATES,
    OPEN_STATES,
    PASSAGES,
    WANT_REASON,
    SlipSource,
    SlipState,
)
from acceptance.models.catalogue import Product
from accounts.scope import Scope
from campaigns.models import Campaign
from customers.models import Household
from grids.models import Branch, Grid, Hall, place_filter
from managers.models import Manager, Operator, Posting


class SlipQuerySet(models.QuerySet["Slip"]):
    def within(self, scope: Scope) -> Self:
        """Slips of one's places, and those one wrote oneself (also for another grid)."""
        if scope.everything:
            return self
        places = place_filter(
            scope,
            branch="branch_id",
            sub_bureau="grid__sub_bureau_id",
            hall="hall_id",
            grid="grid_id",
        )
        return self.filter(places | Q(manager=scope.manager)) if scope.manager else self.filter(places)

    def left_to(self, manager: int, on: dt.date) -> Self:
        """Open slips of a manager's own grid whose manager serves nowhere any more: the team goes on with them."""
        serving = Posting.objects.active_on(on)
        own = self.filter(state__in=OPEN_STATES, grid__in=serving.filter(manager=manager).values("grid"))
        return own.exclude(manager__in=serving.values("manager"))


class Slip(models.Model):
    """A pre-acceptance slip 预受理单: from the doorstep to the counter. State, `state_at`, `state_by` and
    `state_note` change together, by one conditional UPDATE; a trigger writes each change to SlipEvent."""

    client_uuid = models.UUIDField(_("单据唯一号"), unique=True)
    number = models.CharField(_("预受理单号"), max_length=24, unique=True)
    content_hash = models.CharField(_("内容指纹"), max_length=64)
    state = models.CharField(_("状态"), max_length=12, choices=SlipState.choices)
    state_at = models.DateTimeField(_("状态时间"))
    state_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("操作人"),
    )
    state_note = models.CharField(_("说明"), max_length=200, blank=True)

    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("分公司"))
    hall = models.ForeignKey(Hall, models.PROTECT, db_index=False, related_name="slips", verbose_name=_("营业厅"))
    grid = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="slips",
        verbose_name=_("客户所在网格"),
    )
    is_cross_grid = models.BooleanField(_("跨网格"), default=False)
    manager = models.ForeignKey(Manager, models.PROTECT, related_name="slips", verbose_name=_("客户经理"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="slips",
        verbose_name=_("客户"),
    )
    typed_address = models.CharField(_("新地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    source = models.CharField(_("来源"), max_length=20, choices=SlipSource.choices)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, verbose_name=_("活动"))
    has_consent = models.BooleanField(_("客户同意"))
    notes = models.CharField(_("备注"), max_length=300, blank=True)

    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    clock_from = models.DateTimeField(
        _("计时起点"),
        null=True,
        blank=True,
        help_text=_("这一段等待从何时算起；转厅时跟着走，由数据库写"),
    )
    claimed_by = models.ForeignKey(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claimed_slips",
        verbose_name=_("受理人"),
    )
    escalated_at = models.DateTimeField(_("超时升级时间"), null=True, blank=True)
    raised_at = models.DateTimeField(_("报分公司时间"), null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("与之重复的单")
    )
    was_queued = models.BooleanField(
        _("离线补送"), default=False, db_default=False, help_text=_("写好时没有信号，过后由手机自动送到")
    )

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = _("预受理单")
        verbose_name_plural = _("预受理单")
        indexes = [
            models.Index(
                fields=["hall", "submitted_at", "id"],
                condition=Q(state__in=HALL_STATES),
                name="slip_hall_queue",
            ),
            # What a hall has done since yesterday, for the comparison on its queue.
            models.Index(fields=["hall", "state_at"], name="slip_hall_state_at"),
            models.Index(fields=["accepted_at"], condition=Q(state=SlipState.ACCEPTED), name="slip_accepted"),
            models.Index(fields=["manager", "-submitted_at"], name="slip_manager_at"),
            models.Index(
                fields=["grid", "submitted_at"],
                condition=Q(state__in=OPEN_STATES),
                name="slip_grid_open",
            ),
            # Slips lie about in the order of time, so a few pages tell which part of the table a month is in.
            BrinIndex(
                fields=["submitted_at", "accepted_at", "state_at"],
                pages_per_range=16,
                autosummarize=True,
                name="slip_times",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SlipState.values), name="slip_state_known"),
            models.CheckConstraint(condition=Q(source__in=SlipSource.values), name="slip_source_known"),
            models.CheckConstraint(
                condition=Q(household__isnull=False) | ~Q(typed_address=""),
                name="slip_has_place",
                violation_error_message=_("请选择客户，或写下新地址。"),
            ),
            models.CheckConstraint(
                condition=Q(state=SlipState.DRAFT) | Q(has_consent=True, submitted_at__isnull=False),
                name="slip_sent_with_consent",
                violation_error_message=_("提交前要得到客户同意。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SlipState.RECEIVED, SlipState.WORKING]) | Q(received_at__isnull=False),
                name="slip_received_at_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SlipState.ACCEPTED, SlipState.COMPLETED]) | Q(accepted_at__isnull=False),
                name="slip_accepted_at_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=WANT_REASON) | ~Q(state_note=""),
                name="slip_step_has_reason",
                violation_error_message=_("请写明原因，对方要据此处理。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=SlipState.WORKING) | Q(claimed_by__isnull=False),
                name="slip_working_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(state=SlipState.DUPLICATE, duplicate_of__isnull=False)
                | (~Q(state=SlipState.DUPLICATE) & Q(duplicate_of=None)),
                name="slip_duplicate_names_first",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("pk")), name="slip_no_duplicate_of_itself"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="known_steps", field="state", transitions=PASSAGES),
            pgtrigger.Trigger(
                name="keep_clock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state"),
                func="""
                -- A wait begins when the other side gets the slip. Who transfers hands the wait on, half used as it is;
                -- claiming and laying back change nothing.
                IF TG_OP = 'INSERT' THEN
                    NEW.clock_from := coalesce(NEW.clock_from, CASE WHEN NEW.state IN ('received', 'working')
                                                                    THEN NEW.received_at END, NEW.state_at);
                ELSIF NEW.state IN ('submitted', 'returned') AND OLD.state <> NEW.state THEN
                    NEW.clock_from := NEW.state_at;
                ELSIF NEW.state = 'received' AND OLD.received_at IS NULL THEN
                    NEW.clock_from := coalesce(NEW.received_at, NEW.state_at);
                END IF;
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="write_history",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "hall_id", "claimed_by_id"),
                func="""
                -- On INSERT every field of OLD is null, so the first step is history as well.
                IF (OLD.state, OLD.hall_id, OLD.claimed_by_id) IS DISTINCT FROM
                   (NEW.state, NEW.hall_id, NEW.claimed_by_id) THEN
                    INSERT INTO acceptance_slipevent
                        (slip_id, from_state, to_state, hall_id, claimed_by_id, at, clock_from, by_id, note)
                    VALUES (NEW.id, coalesce(OLD.state, ''), NEW.state, NEW.hall_id, NEW.claimed_by_id,
                            NEW.state_at, NEW.clock_from, NEW.state_by_id, NEW.state_note);
                END IF;
                RETURN NULL;
                """,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


class SlipLine(models.Model):
    """One product a slip asks for."""

    slip = models.ForeignKey(Slip, models.CASCADE, related_name="lines", verbose_name=_("预受理单"))
    product = models.ForeignKey(Product, models.PROTECT, verbose_name=_("产品"))
    position = models.PositiveSmallIntegerField(_("次序"), default=1)

    class Meta:
        verbose_name = _("预受理产品")
        verbose_name_plural = _("预受理产品")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["slip", "product"], name="slip_line_once")]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.product_id}"


class SlipPhoto(models.Model):
    """The photo of a paper slip, small enough to lie beside it in the database: lost and backed up together."""

    slip = models.OneToOneField(Slip, models.CASCADE, related_name="photo", verbose_name=_("预受理单"))
    content = models.BinaryField(_("照片"))
    sha256 = models.CharField(_("内容指纹"), max_length=64)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))

    class Meta:
        verbose_name = _("纸质单照片")
        verbose_name_plural = _("纸质单照片")

    def __str__(self) -> str:
        return f"{self.slip_id}"


class SlipEvent(models.Model):
    """History of a slip, written by a database trigger; never changed."""

    slip = models.ForeignKey(Slip, models.CASCADE, related_name="events", verbose_name=_("预受理单"))
    from_state = models.CharField(_("原状态"), max_length=12, blank=True)
    to_state = models.CharField(_("新状态"), max_length=12, choices=SlipState.choices)
    hall = models.ForeignKey(Hall, models.PROTECT, db_index=False, related_name="+", verbose_name=_("营业厅"))
    claimed_by = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+", verbose_name=_("受理人"))
    at = models.DateTimeField(_("时间"), db_default=Now())
    clock_from = models.DateTimeField(_("计时起点"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("操作人"),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("单据经过")
        verbose_name_plural = _("单据经过")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["hall", "at"], name="slipevent_hall_at")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.from_state}→{self.to_state}"

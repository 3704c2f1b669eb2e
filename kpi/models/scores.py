from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Community, Grid, place_filter
from kpi.choices import ItemStatus, RunCause, RunStatus
from kpi.models.guards import NOT_A_CORRECTION, closed_month_guards, run_nature_guard, shown_run_guard
from kpi.models.references import items_once_guards, keeps_its_scores, known_run_guards
from kpi.models.schemes import Scheme
from managers.models import Manager


class Run(models.Model):
    """One recompute of a month: first a row, then a message to a worker. Its scores are a generation of their own,
    shown only once `BranchMonth.current_run` points here. `branch` empty means every branch not yet closed."""

    month = models.DateField(_("月份"))
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("分公司"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, null=True, blank=True, verbose_name=_("方案"))
    cause = models.CharField(_("起因"), max_length=12, choices=RunCause.choices)
    status = models.CharField(_("状态"), max_length=10, choices=RunStatus.choices, default=RunStatus.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("发起人"),
    )
    requested_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("心跳"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    step = models.CharField(_("进行到"), max_length=40, blank=True)
    steps_done = models.PositiveSmallIntegerField(_("已完成步数"), default=0)
    steps_total = models.PositiveSmallIntegerField(_("总步数"), default=0)
    watermark_at = models.DateTimeField(_("数据截至"), null=True, blank=True)
    grid_count = models.PositiveIntegerField(_("网格数"), default=0)
    person_count = models.PositiveIntegerField(_("人数"), default=0)
    error = models.TextField(_("失败原因"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)

    class Meta:
        verbose_name = _("重算")
        verbose_name_plural = _("重算")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["month", "-id"], name="run_month"),
            models.Index(
                fields=["requested_at"],
                condition=Q(status__in=["requested", "running"]),
                name="run_pending",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_first"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="run_status_known"),
            # Asking twice for what nobody has begun yet is asking once.
            models.UniqueConstraint(
                fields=["month", "branch"],
                condition=Q(status=RunStatus.REQUESTED),
                nulls_distinct=False,
                name="run_requested_once",
            ),
        ]
        triggers = [shown_run_guard(), run_nature_guard(), keeps_its_scores()]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} #{self.pk}"


class Balance(models.Model):
    """Lines in service at the start of a month, per community and product: the base of retention, carried forward."""

    month = models.DateField(_("月份"))
    community = models.ForeignKey(Community, models.PROTECT, db_index=False, verbose_name=_("社区"))
    product_code = models.CharField(_("产品编码"), max_length=20)
    lines = models.IntegerField(_("线数"))

    class Meta:
        verbose_name = _("月初在网数")
        verbose_name_plural = _("月初在网数")
        constraints = [
            # By product: a scheme asks for some. The figure lies in the index, so that nothing else is read.
            models.UniqueConstraint(
                fields=["month", "product_code", "community"], include=["lines"], name="balance_once"
            ),
            models.CheckConstraint(condition=Q(lines__gte=0), name="balance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.community_id} {self.product_code}"


class ScoreRowQuerySet(models.QuerySet):
    def within(self, scope: Scope) -> Self:
        """Scores of one's places and one's own. A person's score needs their grid, so people see their own team's."""
        if scope.everything:
            return self
        places = place_filter(
            scope,
            branch="branch_id",
            sub_bureau="grid__sub_bureau_id",
            hall="grid__hall_id",
            grid="grid_id",
        )
        return self.filter(places | Q(manager=scope.manager)) if scope.manager else self.filter(places)

    def current(self) -> Self:
        """Only the generation that readers are shown."""
        return self.filter(
            run__current_for__month=models.F("month"),
            run__current_for__branch=models.F("branch"),
        )


ONE_SUBJECT = Q(grid__isnull=False, manager__isnull=True) | Q(grid__isnull=True, manager__isnull=False)


class Score(models.Model):
    """The total of a grid or a person in one run. `days`: of membership (a person) or of validity (a grid).

    Its items lie in the row itself, in the column `items` that only SQL writes; `ItemScore` reads them.
    """

    # A statement trigger checks all keys of a run's thousand rows at once: a key a row took as long as the sums.
    run = models.ForeignKey(
        Run,
        models.CASCADE,
        related_name="scores",
        db_index=False,
        db_constraint=False,
        verbose_name=_("重算"),
    )
    month = models.DateField(_("月份"))
    branch = models.ForeignKey(Branch, models.PROTECT, db_index=False, db_constraint=False, verbose_name=_("分公司"))
    grid = models.ForeignKey(
        Grid,
        models.PROTECT,
        null=True,
        related_name="scores",
        db_index=False,
        db_constraint=False,
        verbose_name=_("网格"),
    )
    manager = models.ForeignKey(
        Manager,
        models.PROTECT,
        null=True,
        related_name="scores",
        db_index=False,
        db_constraint=False,
        verbose_name=_("客户经理"),
    )
    days = models.PositiveSmallIntegerField(_("天数"))
    total = models.DecimalField(_("总分"), max_digits=7, decimal_places=2)
    rank_in_branch = models.PositiveIntegerField(_("分公司名次"))
    is_provisional = models.BooleanField(_("有缺项"), default=False)

    objects = ScoreRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("得分")
        verbose_name_plural = _("得分")
        indexes = [
            models.Index(fields=["run", "branch"], name="score_branch"),
            # A row goes into one of these.
            models.Index(fields=["grid"], condition=Q(grid__isnull=False), name="score_grid"),
            models.Index(fields=["manager"], condition=Q(manager__isnull=False), name="score_manager"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "grid", "manager"],
                nulls_distinct=False,
                name="score_once",
            ),
            models.CheckConstraint(condition=ONE_SUBJECT, name="score_one_subject"),
        ]
        triggers = [*closed_month_guards(spared=NOT_A_CORRECTION), *known_run_guards(), *items_once_guards()]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.total}"


class ItemScore(models.Model):
    """One item of a grid's or a person's score, read from the rows of `Score` by a view of the database.

    actual: net new, kept lines or mean rating. base: lines at the month's start (retention). target: month target
    or target rate %. rate: uncapped score, 4 places. score: clamped, 4 places, NULL when not scored.
    weight: effective weight after spreading 不考核 items, % of 100. weighted: contribution in points.
    """

    run = models.ForeignKey(Run, models.DO_NOTHING, related_name="items", verbose_name=_("重算"))
    month = models.DateField(_("月份"))
    branch = models.ForeignKey(Branch, models.DO_NOTHING, verbose_name=_("分公司"))
    grid = models.ForeignKey(Grid, models.DO_NOTHING, null=True, verbose_name=_("网格"))
    manager = models.ForeignKey(Manager, models.DO_NOTHING, null=True, verbose_name=_("客户经理"))
    code = models.CharField(_("指标"), max_length=4)
    status = models.CharField(_("状态"), max_length=10, choices=ItemStatus.choices)
    gained = models.IntegerField(_("新增"), null=True)
    lost = models.IntegerField(_("减少"), null=True)
    actual = models.DecimalField(_("实际"), max_digits=14, decimal_places=4, null=True)
    base = models.DecimalField(_("基数"), max_digits=14, decimal_places=4, null=True)
    target = models.DecimalField(_("目标"), max_digits=14, decimal_places=4, null=True)
    rate = models.DecimalField(_("完成率"), max_digits=14, decimal_places=4, null=True)
    score = models.DecimalField(_("得分"), max_digits=10, decimal_places=4, null=True)
    weight = models.DecimalField(_("权重"), max_digits=9, decimal_places=6)
    weighted = models.DecimalField(_("加权得分"), max_digits=12, decimal_places=6)

    objects = ScoreRowQuerySet.as_manager()

    class Meta:
        managed = False
        verbose_name = _("分项得分")
        verbose_name_plural = _("分项得分")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.code} {self.score}"

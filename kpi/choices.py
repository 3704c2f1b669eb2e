from django.db import models
from django.utils.translation import gettext_lazy as _


class SchemeStatus(models.TextChoices):
    DRAFT = "draft", _("草案")
    ISSUED = "issued", _("已下发")


class ItemClass(models.TextChoices):
    BUSINESS = "business", _("重点业务")
    POINTS = "points", _("加减分")
    RETENTION = "retention", _("保有维系")
    OTHER = "other", _("其它")


class Measure(models.TextChoices):
    COMPLETION = "completion", _("完成率")
    POINTS = "points", _("加分")
    RETENTION = "retention", _("保有率")
    RATING = "rating", _("主观评价")


class Level(models.TextChoices):
    GRID = "grid", _("网格")
    PERSON = "person", _("个人")


class ItemStatus(models.TextChoices):
    SCORED = "scored", _("已计分")
    NO_TARGET = "no_target", _("未设目标")
    NO_RATING = "no_rating", _("未评价")
    EXEMPT = "exempt", _("不考核")


class RatingItem(models.TextChoices):
    PUBLICITY = "publicity", _("宣传")
    PROMOTION = "promotion", _("促销活动")
    TRAINING = "training", _("营业厅培训")
    COMMUNITY = "community", _("社区关系")
    REPORTING = "reporting", _("信息上报")


class MonthState(models.TextChoices):
    OPEN = "open", _("开放")
    TRIAL = "trial", _("试算")
    PUBLISHED = "published", _("公示中")
    CLOSED = "closed", _("已审定")


class RunStatus(models.TextChoices):
    REQUESTED = "requested", _("排队中")
    RUNNING = "running", _("计算中")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败")


class RunCause(models.TextChoices):
    MANUAL = "manual", _("人工重算")
    NIGHTLY = "nightly", _("夜间重算")
    COMMAND = "command", _("命令行")
    LATE_FILE = "late_file", _("文件到达")
    LATE_RECORD = "late_record", _("新记录到达")
    CORRECTION = "correction", _("更正重算")


class AppealOutcome(models.TextChoices):
    UPHELD = "upheld", _("成立")
    REJECTED = "rejected", _("不成立")
    WITHDRAWN = "withdrawn", _("已撤回")


class DecisionKind(models.TextChoices):
    PLAIN = "plain", _("事项")
    TARGET = "target", _("下月目标")
    FOLLOW_UP = "follow_up", _("跟进")

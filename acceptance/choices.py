from django.db import models
from django.utils.translation import gettext_lazy as _


class BusinessClass(models.TextChoices):
    FIXED = "fixed", _("基础固话")
    BROADBAND = "broadband", _("宽带")
    BUNDLE = "bundle", _("融合")
    VALUE_ADDED = "value_added", _("增值")
    PAYPHONE = "payphone", _("公话")
    TERMINAL = "terminal", _("终端产品")
    CARD = "card", _("卡类产品")


class Catalogue(models.TextChoices):
    CURRENT = "current", _("现状")
    TARGET = "target", _("规划")


class ChannelTier(models.TextChoices):
    OWN = "own", _("自有渠道")
    SOCIAL = "social", _("社会渠道")
    CORE = "core", _("核心渠道")
    SUPPLEMENT = "supplement", _("补充渠道")


class SlipState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    TRANSFERRED = "transferred", _("转厅")
    RECEIVED = "received", _("已签收")
    WORKING = "working", _("受理中")
    RETURNED = "returned", _("退回补充")
    ACCEPTED = "accepted", _("已受理")
    COMPLETED = "completed", _("竣工")
    WITHDRAWN = "withdrawn", _("撤单")
    ABANDONED = "abandoned", _("客户放弃")
    NO_RESOURCE = "no_resource", _("无资源")
    DUPLICATE = "duplicate", _("重复")


class SlipSource(models.TextChoices):
    HOME = "home", _("入户")
    ONSITE = "onsite", _("现场")
    HALL = "hall", _("厅内")
    COMMUNITY_CHANNEL = "community_channel", _("社区渠道")
    PHONE = "phone", _("电话")


class DayKind(models.TextChoices):
    CLOSED = "closed", _("放假")
    OPEN = "open", _("上班")


class CommunityChannelKind(models.TextChoices):
    PROPERTY = "property", _("物业服务处")
    COMMITTEE = "committee", _("居委会服务点")
    SHOP = "shop", _("便利店")
    KIOSK = "kiosk", _("报刊亭")
    OTHER = "other", _("其他合作点")


class PermissionStep(models.TextChoices):
    """What a community channel may do, in the order in which it is opened."""

    AGENCY = "agency", _("业务代办")
    PAYMENT = "payment", _("缴费")
    SERVICE = "service", _("服务")


class DifferenceKind(models.TextChoices):
    NOT_KEYED = "not_keyed", _("缺失：计费系统有，这里没有")
    NOT_BILLED = "not_billed", _("缺失：这里有，计费系统没有")
    DIFFERS = "differs", _("不符")


class Owner(models.TextChoices):
    HALL = "hall", _("营业厅经理")
    BRANCH = "branch", _("分公司家庭客户部")


class Settlement(models.TextChoices):
    HERE = "here", _("以本系统为准，请计费系统改")
    BILLING = "billing", _("以计费系统为准，照它改过来")
    EXPLAINED = "explained", _("已核实，不用改")
    MATCHED = "matched", _("后来对上了")


class AmendmentKind(models.TextChoices):
    CORRECTED = "corrected", _("更正")
    WITHDRAWN = "withdrawn", _("退订")


class DispatchState(models.TextChoices):
    WAITING = "waiting", _("待发")
    SENDING = "sending", _("在发")
    SENT = "sent", _("已发")
    FAILED = "failed", _("没发成")
    UNKNOWN = "unknown", _("不知是否送到，不再发")


# What a digest may be sent by; anything else an address could mean stays shut.
CARRIERS = ("wecombot", "dingtalk", "mailto", "mailtos", "json", "jsons")
# States in which somebody still has to act: the slips in transit 在途单.
OPEN_STATES = [
    SlipState.SUBMITTED,
    SlipState.TRANSFERRED,
    SlipState.RECEIVED,
    SlipState.WORKING,
    SlipState.RETURNED,
]
# Of those, the ones that wait at the hall.
HALL_STATES = [
    SlipState.SUBMITTED,
    SlipState.TRANSFERRED,
    SlipState.RECEIVED,
    SlipState.WORKING,
]
# Every step from state to state that a slip may take; the database knows no other.
PASSAGES: list[tuple[str, str]] = [
    (SlipState.SUBMITTED, SlipState.RECEIVED),
    (SlipState.TRANSFERRED, SlipState.RECEIVED),
    (SlipState.RECEIVED, SlipState.WORKING),
    (SlipState.WORKING, SlipState.RECEIVED),
    (SlipState.RECEIVED, SlipState.ACCEPTED),
    (SlipState.WORKING, SlipState.ACCEPTED),
    (SlipState.ACCEPTED, SlipState.COMPLETED),
    (SlipState.RETURNED, SlipState.SUBMITTED),
    *((origin, SlipState.RETURNED) for origin in HALL_STATES),
    *((origin, SlipState.TRANSFERRED) for origin in HALL_STATES),
    *((origin, SlipState.NO_RESOURCE) for origin in HALL_STATES),
    *((origin, SlipState.DUPLICATE) for origin in HALL_STATES),
    *((origin, SlipState.WITHDRAWN) for origin in OPEN_STATES),
    *((origin, SlipState.ABANDONED) for origin in OPEN_STATES),
]
# States that nobody enters without saying why.
WANT_REASON = [
    SlipState.RETURNED,
    SlipState.TRANSFERRED,
    SlipState.WITHDRAWN,
    SlipState.ABANDONED,
    SlipState.NO_RESOURCE,
    SlipState.DUPLICATE,
]

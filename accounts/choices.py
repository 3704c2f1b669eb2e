from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    COMPANY = "company", _("公司家庭客户部")
    BRANCH = "branch", _("分公司家庭客户部")
    SUB_BUREAU = "sub_bureau", _("分局")
    ACCOUNT_MANAGER = "account_manager", _("高级客户经理")
    HALL_CLERK = "hall_clerk", _("营业员")
    HALL_MANAGER = "hall_manager", _("营业厅经理")
    IT_ADMIN = "it_admin", _("系统管理员")
    AUDITOR = "auditor", _("审计")


class Audience(models.TextChoices):
    """Who finds a saved view beside its owner."""

    SELF = "self", _("只有自己")
    BRANCH = "branch", _("本分公司的同事")
    COMPANY = "company", _("全公司的同事")


# What the access log calls its actions; one that is not named here shows as it is kept.
ACTIONS = {
    "users.add": _("新建用户"),
    "users.open": _("启用用户"),
    "users.stop": _("停用用户"),
    "users.reset_password": _("重置密码"),
    "users.change_password": _("更改密码"),
    "customers.reveal": _("查看完整电话"),
    "export": _("导出"),
}

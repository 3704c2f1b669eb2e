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

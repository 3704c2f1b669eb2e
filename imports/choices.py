from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchStatus(models.TextChoices):
    UPLOADED = "uploaded", _("已上传")
    RUNNING = "running", _("处理中")
    PREVIEWED = "previewed", _("待确认")
    DONE = "done", _("已导入")
    FAILED = "failed", _("失败")
    DISCARDED = "discarded", _("已放弃")

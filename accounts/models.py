import pgtrigger
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import ACTIONS, Audience, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        fields = {
            "role": Role.IT_ADMIN,
            "is_staff": True,
            "is_superuser": True,
            **fields,
        }
        return self.create_user(username, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who may log in. Where they sit is kept as codes: the places themselves live in apps above."""

    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    staff_code = models.CharField(
        _("工号"),
        max_length=20,
        blank=True,
        db_index=True,
        help_text=_("客户经理工号或操作工号"),
    )
    branch_code = models.CharField(_("分公司编码"), max_length=20, blank=True)
    sub_bureau_code = models.CharField(_("分局编码"), max_length=20, blank=True)
    hall_code = models.CharField(_("营业厅编码"), max_length=20, blank=True)
    is_active = models.BooleanField(_("可登录"), default=True)
    is_staff = models.BooleanField(_("可进后台"), default=False)
    date_joined = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff=False) | Q(role=Role.IT_ADMIN),
                name="user_staff_is_it_admin",
                violation_error_message=_("只有系统管理员能进后台。"),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.BRANCH) | ~Q(branch_code=""),
                name="user_branch_has_place",
                violation_error_message=_("分公司用户要写分公司编码。"),
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.SUB_BUREAU) | ~Q(sub_bureau_code=""),
                name="user_sub_bureau_has_place",
                violation_error_message=_("分局用户要写分局编码。"),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.HALL_CLERK, Role.HALL_MANAGER]) | ~Q(hall_code=""),
                name="user_hall_has_place",
                violation_error_message=_("营业厅用户要写营业厅编码。"),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.HALL_CLERK, Role.ACCOUNT_MANAGER]) | ~Q(staff_code=""),
                name="user_has_staff_code",
                violation_error_message=_("客户经理和营业员要写工号。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}({self.username})"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class AccessLog(models.Model):
    """Who looked at which personal data, when and why. Rows are only ever added (trigger)."""

    at = models.DateTimeField(_("时间"), auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, verbose_name=_("用户"))
    action = models.CharField(_("动作"), max_length=40)
    subject = models.CharField(_("对象"), max_length=80)
    reason = models.CharField(_("理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("访问记录")
        verbose_name_plural = _("访问记录")
        indexes = [models.Index(fields=["user", "-at"], name="accesslog_user_at")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"

    @property
    def action_words(self) -> str:
        return str(ACTIONS.get(self.action, self.action))


class SavedView(models.Model):
    """A page's filters and columns under a name. It holds no figures: whoever opens it sees their own scope."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("谁的"))
    page = models.CharField(_("页面"), max_length=60)
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("筛选和列"), max_length=1000, blank=True)
    audience = models.CharField(_("给谁看"), max_length=10, choices=Audience.choices, default=Audience.SELF)
    branch_code = models.CharField(_("分公司编码"), max_length=20, blank=True)
    is_default = models.BooleanField(_("打开页面就用"), default=False)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("保存的视图")
        verbose_name_plural = _("保存的视图")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_named_once"),
            models.UniqueConstraint(
                fields=["owner", "page"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="saved_view_audience_known"),
            models.CheckConstraint(
                condition=Q(audience=Audience.BRANCH) & ~Q(branch_code="")
                | ~Q(audience=Audience.BRANCH) & Q(branch_code=""),
                name="saved_view_branch_when_shared_there",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """The one row that says whose database this is, and whether its people are real."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("公司"), max_length=60)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    recipe = models.CharField(_("生成参数"), max_length=120, blank=True)
    built_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("公司")
        verbose_name_plural = _("公司")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="company_only_one")]

    def __str__(self) -> str:
        return self.name

import factory

from accounts.choices import Role
from accounts.models import AccessLog, User

PASSWORD = "korrekt-Pferd-9"


class UserFactory(factory.django.DjangoModelFactory):
    """A company-department user; codes of places are given by the test."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"用户{n}")
    role = Role.COMPANY
    password = factory.django.Password(PASSWORD)


class ItAdminFactory(UserFactory):
    role = Role.IT_ADMIN
    is_staff = True
    is_superuser = True


class AccessLogFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccessLog

    user = factory.SubFactory(UserFactory)
    action = "customers.reveal"
    subject = factory.Sequence(lambda n: f"H{n:06d}")
    reason = "回访"


def user_of_branch(branch, **fields) -> User:
    return UserFactory(role=Role.BRANCH, branch_code=branch.code, **fields)


def user_of_sub_bureau(sub_bureau, **fields) -> User:
    return UserFactory(role=Role.SUB_BUREAU, sub_bureau_code=sub_bureau.code, **fields)


def user_of_manager(manager, **fields) -> User:
    """The login of a senior account manager."""
    return UserFactory(role=Role.ACCOUNT_MANAGER, staff_code=manager.staff_no, name=manager.name, **fields)


def user_of_operator(operator, **fields) -> User:
    """The login of a hall clerk."""
    return UserFactory(role=Role.HALL_CLERK, staff_code=operator.operator_no, hall_code=operator.hall.code, **fields)


def user_of_hall(hall, **fields) -> User:
    """The login of a hall's manager."""
    return UserFactory(role=Role.HALL_MANAGER, hall_code=hall.code, **fields)

"""Coming in and going out: through the door, as people do it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AccessLog, User
from tests.factories.accounts import PASSWORD, ItAdminFactory, UserFactory, user_of_branch
from tests.factories.grids import BranchFactory

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
LOGIN = "/login/"


def _log_in(client: Client, user: User, password: str = PASSWORD, **headers):
    return client.post(LOGIN, {"username": user.username, "password": password}, **headers)


def test_login_leads_home(client: Client) -> None:
    response = _log_in(client, UserFactory())
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_login_says_what_is_wrong(client: Client) -> None:
    page = _log_in(client, UserFactory(), "falsch").content.decode()
    assert "登录名或密码不对" in page
    assert "请写密码。" in client.post(LOGIN, {"username": "x"}).content.decode()


def test_login_leads_back_to_the_page_asked_for_but_never_away(client: Client) -> None:
    user = UserFactory()
    back = client.post(LOGIN, {"username": user.username, "password": PASSWORD, "next": "/profile/"})
    assert back["Location"] == "/profile/"
    client.logout()
    away = client.post(LOGIN, {"username": user.username, "password": PASSWORD, "next": "https://evil.example/"})
    assert away["Location"] == "/"


def test_login_locks_after_five_failures_and_says_how_long(client: Client) -> None:
    user = UserFactory()
    answers = [_log_in(client, user, "falsch").status_code for _try in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = _log_in(client, user)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "15 分钟后再试" in locked.content.decode()


def test_password_reset_unlocks(client: Client) -> None:
    user, admin = UserFactory(), ItAdminFactory()
    for _try in range(5):
        _log_in(client, user, "falsch")
    office = Client()
    office.force_login(admin)
    shown = office.post(reverse("accounts:user_reset_password", args=[user.pk]))
    assert _log_in(client, user, shown.context["password"]).status_code == 302
    assert AccessLog.objects.get(action="users.reset_password").subject == user.username


def test_session_idles_half_an_hour_at_a_desk_and_half_a_day_on_a_phone(client: Client) -> None:
    _log_in(client, UserFactory())
    assert client.session.get_expiry_age() == 30 * 60
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 30 * 60
    phone = Client(headers={"user-agent": PHONE})
    _log_in(phone, UserFactory())
    assert phone.session.get_expiry_age() == 12 * 60 * 60


def let_pass(browser: Client, seconds: int) -> None:
    """Both places where a session lies come nearer to its end: its row, and its copy in the cache."""
    session = browser.session
    row = Session.objects.filter(session_key=session.session_key)
    assert row.update(expire_date=F("expire_date") - timedelta(seconds=seconds)) == 1
    store, copy = cache._cache.get_client(write=True), cache.make_key(session.cache_key)
    assert store.expire(copy, store.ttl(copy) - seconds)


def test_idle_session_is_over(client: Client) -> None:
    user, phone = UserFactory(), Client(headers={"user-agent": PHONE})
    for browser, minutes in ((client, 30), (phone, 12 * 60)):
        _log_in(browser, user)
        let_pass(browser, (minutes - 2) * 60)
        assert browser.get("/profile/").status_code == 200
        let_pass(browser, 2 * 60)
        assert browser.get("/profile/")["Location"] == "/login/?next=/profile/"


def test_session_in_use_is_moved_on_but_not_with_every_request(client: Client, settings) -> None:
    phone = Client(headers={"user-agent": PHONE})
    for browser, limit in ((client, 30 * 60), (phone, 12 * 60 * 60)):
        _log_in(browser, UserFactory())
        with CaptureQueriesContext(connection) as asked:
            assert settings.SESSION_COOKIE_NAME not in browser.get("/profile/").cookies
        assert [query["sql"] for query in asked if "django_session" in query["sql"]] == []
        session = browser.session
        session["touched"] -= settings.SESSION_TOUCH_EVERY
        session.save()
        Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() + timedelta(seconds=60))
        assert browser.get("/profile/").cookies[settings.SESSION_COOKIE_NAME]["max-age"] == limit
        left = Session.objects.get(pk=session.session_key).expire_date - timezone.now()
        assert left > timedelta(seconds=limit - 60)


def test_stopped_user_is_out_at_once(client: Client) -> None:
    user = UserFactory()
    _log_in(client, user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/profile/").status_code == 302


def test_logout_needs_a_post(client: Client) -> None:
    _log_in(client, UserFactory())
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == LOGIN
    assert client.get("/profile/").status_code == 302


def test_password_change_keeps_this_session(client: Client) -> None:
    user = UserFactory()
    _log_in(client, user)
    new = {"old_password": PASSWORD, "new_password1": "Rotes-Fahrrad-7", "new_password2": "Rotes-Fahrrad-7"}
    assert client.post("/profile/", new).status_code == 302
    assert client.get("/profile/").status_code == 200
    assert _log_in(Client(), user, "Rotes-Fahrrad-7").status_code == 302


def test_shell_offers_only_open_doors(client: Client) -> None:
    branch = BranchFactory(name="南开分公司")
    client.force_login(user_of_branch(branch))
    context = client.get("/profile/").context
    assert context["scope_label"] == "南开分公司"
    for item in context["nav"]:
        assert client.get(item.url).status_code in (200, 302), item.label
    assert [str(item.label) for item in context["nav"] if item.current] == ["设置"]


def test_theme_and_language_are_the_persons_own(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": LOGIN})
    assert '<html lang="en"' in client.get(LOGIN).content.decode()


def test_admin_sees_users_and_others_dont(client: Client) -> None:
    client.force_login(UserFactory(role=Role.COMPANY))
    assert client.get("/users/").status_code == 404
    client.force_login(ItAdminFactory())
    assert client.get("/users/").status_code == 200


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/kpi/?month=2026-10", "/kpi/%3Fmonth%3D2026-10"),
        ("http://testserver/kpi/targets/", "/kpi/targets/"),
        ("https://evil.example/kpi/", "/kpi/runs/request/"),
        ("", "/kpi/runs/request/"),
    ],
)
def test_form_sent_after_the_session_ended_leads_back_to_its_page(client, sent_from, back):
    answer = client.post("/kpi/runs/request/", headers={"referer": sent_from})
    assert answer["Location"] == f"/login/?next={back}"

"""Settings of every environment; what differs comes from environment variables (see .env.example)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from gridmarketing import embedded, env
from gridmarketing.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = embedded.data_dir()
ENVIRONMENT = env.text("GM_ENV", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured("GM_ENV must be development or production.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows internals to visitors: never with GM_ENV=production.")


def _secret_key() -> str:
    if PRODUCTION:
        return env.text("SECRET_KEY")
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return env.text("SECRET_KEY", kept.read_text())


def _embedded_url(name: str) -> str | None:
    # manage.py and make run name the servers they start; tools that only read the settings (a type
    # checker, say) get an address where nobody listens.
    if PRODUCTION:
        return None
    state = embedded.read_state(DATA_DIR) or embedded.State(1, "", 1, "")
    return str(getattr(state, name))


# Identity
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", None if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []
ROOT_URLCONF = "gridmarketing.urls"
WSGI_APPLICATION = "gridmarketing.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# From the ground up; an app imports only apps below it.
LOCAL_APPS = [
    "core",
    "accounts",
    "imports",
    "grids",
    "customers",
    "managers",
    "campaigns",
    "acceptance",
    "kpi",
    "demo",
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "axes",
    "pgtrigger",
    "django_celery_beat",
    *LOCAL_APPS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.NoNulMiddleware",
    # Pads pages so that their length tells nothing (BREACH). Files that WhiteNoise has compressed pass as they are.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.SessionTouchMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
            ],
        },
    },
]

# Data
DATABASES = {
    "default": env.database("DATABASE_URL", _embedded_url("database_url"))
    | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
REDIS_URL = env.text("REDIS_URL", _embedded_url("redis_url"))
CACHES = {
    "default": {
        "BACKEND": "core.caches.KeptRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
UPLOAD_DIR = DATA_DIR / "uploads"  # files to import; never served back
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # the rating sheet of a whole company

# Kind of file → the loader that reads it; the one place where lower rooms learn of higher ones.
IMPORT_LOADERS = {
    "branches": "grids.loaders.BranchLoader",
    "sub_bureaus": "grids.loaders.SubBureauLoader",
    "streets": "grids.loaders.StreetLoader",
    "halls": "grids.loaders.HallLoader",
    "communities": "grids.loaders.CommunityLoader",
    "grids": "grids.loaders.GridLoader",
    "grid_communities": "grids.loaders.GridCommunityLoader",
    "households": "customers.loaders.HouseholdLoader",
    "subscriptions": "customers.loaders.SubscriptionLoader",
    "cases": "customers.loaders.CaseLoader",
    "managers": "managers.loaders.ManagerLoader",
    "postings": "managers.loaders.PostingLoader",
    "operators": "managers.loaders.OperatorLoader",
    "acceptances": "acceptance.loaders.AcceptanceLoader",
    "special_days": "acceptance.loaders.SpecialDayLoader",
    "targets": "kpi.loaders.TargetLoader",
    "ratings": "kpi.loaders.RatingLoader",
}
# Woken when a file is in; each looks for itself what there is to do.
IMPORT_FOLLOWERS = ["kpi.tasks.recompute_after_files", "acceptance.tasks.reconcile"]
# What a request may see depends on postings, which live above accounts: inverted here as well.
SCOPE_RESOLVER = "managers.access.scope_of"
PLACE_RESOLVER = "managers.access.place_of"
PLACE_CHECK = "managers.access.refuse_unknown_codes"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.PlannedBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
# By name, not by address: behind a branch's firewall all people share one.
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # it wants the address among them
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked"
AXES_VERBOSE = False

# Sessions: idle for 30 minutes on a PC, 12 hours on a phone (the login sets the longer one).
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_PHONE_AGE = 12 * 60 * 60
SESSION_TOUCH_EVERY = 60  # seconds: requests in between read the session from the cache and write nothing
# Cookies know no ports: two clones on one machine would throw each other's people out.
SESSION_COOKIE_NAME = (
    "sessionid" if PRODUCTION else f"sessionid_{hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:8]}"
)

# Language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Static files: served by the web server itself; in production compressed and named by content.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": UPLOAD_DIR},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# Security
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Slips: working hours until the next side has to act, and the working day they are counted in: seven days a week but
# for the holidays, which are a table.
SLIP_WORKING_DAY = ("08:30", "17:30")
SLIP_HOURS = {"receive": 24, "accept": 48, "resubmit": 24}
SLIP_WARN_HOURS = 4
SLIP_RAISE_HOURS = 9  # working hours over the limit until the branch is told; the head of the hall is told at once
SLIP_STALE_HOURS = 4  # working hours after which a colleague may take over what a clerk claimed
SLIP_SIMILAR_DAYS = 30  # the same household and product again inside this time is a warning
CASE_DAYS = {"fault": 2, "complaint": 15}  # days until a case should be over (电信服务规范); later it is marked

# Digests of late slips leave the application only where this is set: the address people reach it by, for the link.
PUBLIC_URL = env.text("PUBLIC_URL", "")
NOTICE_PATH = "/acceptance/in-transit/?state=late"

# What the billing system's file is held against: days an order may lie apart from what a hall keyed in, days until it
# is missed, office days to settle a difference, and days looked back. Channels: whose orders a hall must know.
RECONCILE = {"window": 3, "missing": 3, "due": 3, "back": 62}
RECONCILE_CHANNELS = ["own_hall", "direct", "community_manager"]
# Channels of a grid are concentrated when the `largest` two sell this share in per cent of at least `least_lines` new
# lines of a month; two channels are in conflict over a household when they deal with it inside so many days.
CHANNEL_RULES = {"largest": 2, "concentrated": 90, "least_lines": 20, "conflict_days": 30}
# What a month's work of a hall's clerks may be above the mean of all halls before it is called heavy, in per cent.
HALL_HEAVY = 150

# Whole telephone numbers of customers that somebody of a department may look at in a day, each with a reason.
REVEALS_A_DAY = 20

# REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {"TITLE": "家客网格 API", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

# Jobs: the truth is a row in PostgreSQL, the broker carries a message that may get lost or come twice.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * 3600,  # above the longest job
    "global_keyprefix": "jobs:",
    "socket_connect_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 2)
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 1  # each run is noted at once: the health check looks at it
CELERY_BEAT_SCHEDULE = {
    "recompute-nightly": {
        "task": "kpi.tasks.recompute_nightly",
        "schedule": crontab(hour=2, minute=10),
    },
    # After the nightly recompute: what came late for a closed month is told to its branch.
    "check-closed-months": {"task": "kpi.tasks.check_closed_months", "schedule": crontab(hour=3, minute=10)},
    # After the nightly recompute: what it read is compared with a full count.
    "check-kept-sums": {"task": "kpi.tasks.check_kept_sums", "schedule": crontab(hour=3, minute=10)},
    # Files of the billing system say what was built; imports knows no slips, so the slips look by themselves.
    "complete-slips": {"task": "acceptance.tasks.complete_slips", "schedule": 300.0, "options": {"expires": 290}},
    "escalate": {"task": "acceptance.tasks.escalate", "schedule": 600.0, "options": {"expires": 590}},
    # Digests of late slips to groups and mailboxes outside; nothing leaves unless PUBLIC_URL is set.
    "send-digests": {"task": "acceptance.tasks.send_digests", "schedule": 120.0, "options": {"expires": 110}},
    # What the billing system and the halls disagree on; looked at again after each file.
    "reconcile": {"task": "acceptance.tasks.reconcile", "schedule": 600.0, "options": {"expires": 590}},
    # A worker may be killed, a broker emptied: rows without a heartbeat are sent again.
    "sweep-runs": {"task": "kpi.tasks.sweep_runs", "schedule": 30.0, "options": {"expires": 25}},
    "sweep-imports": {"task": "imports.tasks.sweep", "schedule": 30.0, "options": {"expires": 25}},
}

# Logs: one readable line an event in development, JSON in production; no personal data in either.
LOGGING_CONFIG = "gridmarketing.logs.configure"
LOGGING = logging_settings(as_json=PRODUCTION, level=env.text("LOG_LEVEL", "INFO"))

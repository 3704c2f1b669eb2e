"""What makes the phone pages an app: its manifest, its service worker, and the page for places without a signal."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import public

STYLES = ("tokens", "basics", "phone", "slip")
SOURCES = ("_outbox.html", "slip_new.html", "offline.html", "sw.js")
ENTRIES = ("shell", "phone", "slip")
MODULES = ["confirm", "keep", "submit", "theme", "toast", "store", "drafts", "outbox", "offline", "queue_file", "homes"]
MODULES += ["homes_found", "make", "photo", *ENTRIES]
PAGES = ["base_phone.html", "core/_head.html", *(f"acceptance/{name}" for name in SOURCES)]


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How the app installs itself: name, icons and colours, which are those of the tokens."""
    icons = [(192, "any"), (512, "any"), (512, "maskable")]
    names = {"any": "img/app-{}.png", "maskable": "img/app-{}-maskable.png"}
    listed = [
        {"src": static(names[use].format(size)), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
        for size, use in icons
    ]
    mark = {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    described = {
        "name": _("家客网格"),
        "short_name": _("家客网格"),
        "lang": "en" if get_language() == "en" else "zh-Hans",
        "id": "/",
        "start_url": reverse("accounts:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": _token("bg"),
        "theme_color": _token("rail"),
        "icons": [*listed, mark],
        "shortcuts": [{"name": _("新建预受理单"), "url": reverse("acceptance:slip_new")}],
    }
    return JsonResponse(described, content_type="application/manifest+json")


@public
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the shell on the phone; it looks after the whole site, but keeps two pages only."""
    shell = {
        "version": version(),
        "files": _files(),
        "slip": reverse("acceptance:slip_new"),
        "offline": reverse("acceptance:offline"),
        "gates": [reverse("accounts:login"), reverse("accounts:logout"), reverse("set_language")],
        "api": reverse("acceptance_api_slips"),
    }
    answer = render(request, "acceptance/sw.js", {"shell": json.dumps(shell)}, content_type="text/javascript")
    answer["Service-Worker-Allowed"], answer["Cache-Control"] = "/", "no-cache"
    return answer


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What can be done without a signal; the same for everybody, since it is kept on the phone."""
    return render(request, "acceptance/offline.html")


@cache
def version() -> str:
    """A digest of all that the worker keeps: files of the shell and the templates of its pages."""
    paths = [finders.find(name) for name in _names()]
    sources = [Path(path).read_bytes() for path in paths if path]
    sources += [get_template(name).template.source.encode() for name in PAGES]  # type: ignore[attr-defined]
    return hashlib.sha256(b"\0".join([*sources, *map(str.encode, _files())])).hexdigest()[:16]


def _names() -> list[str]:
    images = ["img/icons.svg", "img/favicon.svg"]
    return [*(f"css/{name}.css" for name in STYLES), *(f"js/{name}.js" for name in MODULES), *images]


def _files() -> list[str]:
    # Templates ask for a file by the name of its content, modules for each other by their plain names.
    plain = [f"{settings.STATIC_URL}js/{name}.js" for name in MODULES]
    return sorted({*map(static, _names()), *plain})


@cache
def _token(name: str) -> str:
    found = finders.find("css/tokens.css")
    colour = re.search(rf"--{name}: (#\w+);", Path(str(found)).read_text())
    return colour[1] if colour else ""

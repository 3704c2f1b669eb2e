"""How far a job is, for its page and for the line that asks itself again."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpi.choices import RunStatus
from kpi.domain.job_rows import STALE_AFTER
from kpi.models.jobs import Job


def progress_of(job: Job, url: str, failed: str) -> dict[str, Any]:
    """What `core/_job.html` needs; `failed` says in words that it came to nothing."""
    title, text = (failed, job.error) if job.status == RunStatus.FAILED else _told(job, timezone.now())
    return {
        "job": job,
        "url": url,
        "running": job.is_under_way,
        "kind_of_note": "work" if job.is_under_way else "bad",
        "title": title,
        "text": text,
        "percent": 100 * job.steps_done // job.steps_total if job.steps_total else 0,
    }


def line(request: HttpRequest, job: Job | None, progress: dict[str, Any]) -> HttpResponse:
    """The line of progress alone; once it has ended, the whole page anew."""
    if job and job.is_under_way:
        return render(request, "core/_job.html", progress)
    return HttpResponse(headers={"HX-Refresh": "true"})


def _told(job: Job, now: dt.datetime) -> tuple[str, str]:
    """How far it is; also when nobody works on it."""
    waited = int((now - (job.heartbeat_at or job.requested_at)).total_seconds())
    if waited >= STALE_AFTER.total_seconds():
        title = ngettext("已等 %(n)d 秒，还没有后台进程接手", "已等 %(n)d 秒，还没有后台进程接手", waited)
        text = _("请系统管理员看一下后台进程是否在运行。请求已经记下，进程一起来就会算，不必再按。")
        return title % {"n": waited}, text
    leave = _("可以离开本页，回来时结果在这里。")
    if job.status == RunStatus.REQUESTED:
        return _("排队中"), leave
    if not job.steps_total:
        return _("正在计算"), leave
    return _("正在计算，第 %(a)d 步，共 %(b)d 步") % {"a": job.steps_done, "b": job.steps_total}, leave

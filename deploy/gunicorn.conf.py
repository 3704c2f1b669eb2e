"""The web server, in development and production; the environment says where and how many."""

import os

from gridmarketing.logs import logging_settings
from gridmarketing.web import AccessLog, LingeringWorker

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = LingeringWorker
logger_class = AccessLog
preload_app = True  # loaded once, then forked; and nobody can connect before it is loaded
timeout = 120  # a big file may take its time to arrive
graceful_timeout = 10
keepalive = 5
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
accesslog = "-"
logconfig_dict = logging_settings(as_json=os.environ.get("GM_ENV") == "production", level="INFO")
logconfig_dict["loggers"] |= {
    name: {"level": "INFO", "handlers": [], "propagate": True} for name in ("gunicorn.error", "gunicorn.access")
}

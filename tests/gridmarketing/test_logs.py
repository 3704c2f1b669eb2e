"""Logs are readable, and hold no personal data."""

import io
import json
import logging

import pytest

from gridmarketing.logs import logging_settings


@pytest.mark.parametrize("as_json", [True, False])
def test_traceback_shows_no_local_variables(as_json: bool) -> None:
    settings = logging_settings(as_json=as_json, level="INFO")["formatters"]["lines"]
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(settings.pop("()")(**settings))
    logger = logging.Logger("jobs")
    logger.addHandler(handler)
    phone = "13800001234"
    try:
        int(phone[0] + "x")
    except ValueError:
        logger.exception("A job failed")
    assert "Traceback" in out.getvalue()
    assert "A job failed" in out.getvalue()
    assert phone not in out.getvalue()
    if as_json:
        assert json.loads(out.getvalue())["event"] == "A job failed"

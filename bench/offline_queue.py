"""500 slips that one phone has written without a signal: how long until the last has its number, by the phone's own
sender in Chromium against the running product. Every slip is counted in the database: none lost, none twice.

make run in one shell, then GM_DATA_DIR=… .venv/bin/python -m bench.offline_queue http://127.0.0.1:8000 [slips]
"""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from time import perf_counter
from typing import Any

import django
from playwright.sync_api import sync_playwright

from gridmarketing import embedded

SLIPS, PATIENCE = 500, 300_000  # ms
NEW = "/acceptance/slips/new/"
WRITE = """async ([count, mark]) => {
  const { keep } = await import("/static/js/outbox.js");
  const { user } = document.querySelector("[data-phone]").dataset;
  for (let place = 0; place < count; place += 1) {
    await keep({
      client_uuid: crypto.randomUUID(), user, household_code: "", typed_address: `${mark} ${place}`, products: ["FTTH"],
      contact_name: "Bench", contact_phone: "13900000000", source: "home", has_consent: true, notes: mark, queued: true,
    });
  }
}"""
SEND = """async () => {
  const { flush } = await import("/static/js/outbox.js");
  const { user, api } = document.querySelector("[data-phone]").dataset;
  const numbers = [];
  await flush(api, user, (slip, status, body) => numbers.push(body.number || String(status)));
  return numbers;
}"""


def main(address: str, count: int = SLIPS) -> dict[str, float]:
    """Print and return `seconds` until all have arrived, and how many `slips` the database then holds."""
    mark = f"bench {uuid.uuid4().hex}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(base_url=address, locale="zh-CN").new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"/login/?next={NEW}")
        page.fill("[name=username]", "field")
        page.fill("[name=password]", "demo2026")
        page.press("[name=password]", "Enter")
        page.wait_for_selector("#slip[data-ready]", state="attached")
        page.evaluate(WRITE, [count, mark])
        started = perf_counter()
        numbers: list[str] = page.evaluate(SEND)
        seconds = perf_counter() - started
        browser.close()
    arrived = _taken_out(mark)
    assert sorted(arrived) == sorted(numbers), "lost or sent twice"
    assert len(set(arrived)) == count
    result = {"seconds": round(seconds, 1), "slips": float(count), "slips_per_second": round(count / seconds, 1)}
    print(result)
    return result


def _taken_out(mark: str) -> list[Any]:
    """Numbers of the bench's slips in the database; they are deleted again."""
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmarketing.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    # The models can be imported only now that Django is set up.
    import pgtrigger  # noqa: PLC0415

    from acceptance.models import Slip  # noqa: PLC0415

    slips = Slip.objects.filter(notes=mark)
    numbers = list(slips.values_list("number", flat=True))
    with pgtrigger.ignore("acceptance.Slip:never_deleted", "acceptance.SlipEvent:append_only"):
        slips.delete()
    return numbers


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

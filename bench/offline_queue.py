"""500 slips that one phone has written without a signal: how long until the last has its number, by the phone's own
sender in Chromium against the running product. Every slip is counted in the database: none lost, none twice.

GM_DATA_DIR=… .venv/bin/python -m bench.offline_queue [slips] [address of a running product]
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

from bench.served import served
from gridmarketing import embedded

SLIPS, PATIENCE = 500, 300_000  # ms
GOAL = 30.0  # s, for 500
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


def main(count: int = SLIPS, address: str = "") -> dict[str, float]:
    """Print and return `seconds` until all have arrived, and how many `slips` the database then holds."""
    embedded.ensure()
    if address:
        return _measure(address, count)
    with served() as port:
        return _measure(f"http://127.0.0.1:{port}", count)


def _measure(address: str, count: int) -> dict[str, float]:
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
    told = f"{seconds:.1f} s ({count / seconds:.1f}/s), each once  goal {GOAL:.0f} s"
    print(f"offline queue: {count} slips  {told} {'kept' if seconds <= GOAL else 'MISSED'}")
    return result


def _taken_out(mark: str) -> list[Any]:
    """Numbers of the bench's slips in the database; they are deleted again."""
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
    main(*(int(word) for word in sys.argv[1:2]), *sys.argv[2:3])

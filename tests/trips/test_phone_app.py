"""The phone's pages as an app: a new version waits until it is wanted, and a paper slip is photographed."""

from __future__ import annotations

import re
import struct
import zlib

from playwright.sync_api import Page, expect

from tests.product import Product
from tests.trips.line import Line
from tests.trips.phone import STORED, Phone, first_visit, open_slip, wait_until_empty, write_slip

LOOK_FOR_UPDATE = "async () => (await navigator.serviceWorker.ready).update()"
FATE_OF_UPDATE = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const fate = new Promise((told) => registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing.addEventListener("statechange", () => told(installing.state), { once: true });
  }, { once: true }));
  await registration.update();
  return fate;
}"""
VERSIONS = """async () => [...new Set((await caches.keys()).map((name) => name.split("-")[1]))]"""
DRAFT_HAS_PHOTO = """async () => {
  const { draftsOf } = await import("/static/js/drafts.js");
  return (await draftsOf(document.querySelector("[data-phone]").dataset.user))[0]?.hasPhoto;
}"""
NEXT = "0123456789abcdef"
PLACE = b"39.1175N 117.1902E"


def test_new_version_waits_until_it_is_wanted_and_keeps_the_draft(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    form = page.locator("#slip")
    old = str(form.get_attribute("data-version"))
    page.get_by_label("备注").fill(mark)
    expect(page.get_by_text("草稿已存")).to_be_visible()
    assert page.evaluate(VERSIONS) == [old]

    line.says = {old.encode(): NEXT.encode()}
    page.evaluate(LOOK_FOR_UPDATE)
    expect(page.get_by_text("新版本已就绪，草稿都还在。")).to_be_visible()
    assert sorted(page.evaluate(VERSIONS)) == sorted([old, NEXT])
    expect(form).to_have_attribute("data-version", old)

    page.get_by_role("button", name="现在更新").tap()
    expect(form).to_have_attribute("data-version", NEXT)
    page.wait_for_selector("#slip[data-ready]", state="attached")
    expect(page.get_by_label("备注")).to_have_value(mark)
    expect(page.get_by_text("新版本已就绪")).to_be_hidden()
    assert page.evaluate(VERSIONS) == [NEXT]
    line.is_cut = True
    open_slip(page)
    expect(form).to_have_attribute("data-version", NEXT)


def test_new_version_without_its_pages_changes_nothing(phone: Phone, line: Line) -> None:
    page = phone.open()
    first_visit(page, "field")
    old = str(page.locator("#slip").get_attribute("data-version"))
    line.says = {f'"version": "{old}"'.encode(): f'"version": "{NEXT}"'.encode()}  # the page still is the old one
    assert page.evaluate(FATE_OF_UPDATE) == "redundant"
    expect(page.get_by_text("新版本已就绪")).to_be_hidden()
    line.is_cut = True
    open_slip(page)
    expect(page.locator("#slip")).to_have_attribute("data-version", old)


def test_paper_slip_is_photographed_small_without_its_place_and_arrives_with_its_slip(
    phone: Phone, line: Line, product: Product, mark: str
) -> None:
    page = phone.open()
    first_visit(page, "field")
    line.is_cut = True
    write_slip(page, mark)
    take(page, "slip.png", picture(2400, 1200))
    expect(page.locator("[data-photo] img")).to_have_js_property("naturalWidth", 1600)
    page.locator("[data-send]").tap()
    expect(page.get_by_label("备注")).to_have_value("")
    expect(page.locator("[data-photo] img")).to_be_hidden()
    assert page.evaluate(STORED)["photos"] == 1

    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    [number] = wait_until_empty(page)
    assert page.evaluate(STORED)["photos"] == 0
    found = f"SlipPhoto.objects.get(slip__number={number!r}).content"
    told = product.command("shell", "-c", f"from acceptance.models import SlipPhoto; print(bytes({found}).hex())")
    photo = bytes.fromhex(told.split()[-1])
    assert (photo[:3], size_of(photo)) == (b"\xff\xd8\xff", (1600, 800))
    assert PLACE not in photo
    assert len(photo) <= 400_000


def test_photo_is_taken_anew_and_deleted(phone: Phone, line: Line, mark: str) -> None:
    page = phone.open()
    first_visit(page, "field")
    page.get_by_label("备注").fill(mark)
    take(page, "slip.jpg", b"no picture at all")
    expect(page.get_by_role("alert").filter(has_text="这张照片用不了，请换一张。")).to_be_visible()
    take(page, "slip.png", picture(300, 400))
    shown = page.locator("[data-photo] img")
    expect(shown).to_have_js_property("naturalWidth", 300)
    expect(page.get_by_text("这张照片用不了")).to_be_hidden()
    page.wait_for_function(DRAFT_HAS_PHOTO)
    open_slip(page)
    expect(shown).to_have_js_property("naturalWidth", 300)
    page.get_by_role("button", name="删去照片").tap()
    expect(shown).to_be_hidden()
    assert page.evaluate(STORED)["photos"] == 0


def take(page: Page, name: str, content: bytes) -> None:
    """Choose a file as if the camera had made it."""
    kind = f"image/{name.rsplit('.', 1)[1]}"
    page.locator("[data-photo] input").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def picture(width: int, height: int) -> bytes:
    """A PNG with stripes and a note of where it was taken."""
    stripes = b"".join(b"\0" + bytes((x // 8 + y // 8) % 2 * 200 for x in range(width)) for y in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"tEXt", b"Location\0" + PLACE),
        (b"IDAT", zlib.compress(stripes)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def size_of(photo: bytes) -> tuple[int, int]:
    """Width and height, from the frame of a JPEG."""
    frame = re.search(rb"\xff[\xc0\xc2]\x00[\x0b\x11]\x08(....)", photo, re.DOTALL)
    assert frame
    height, width = struct.unpack(">HH", frame[1])
    return width, height

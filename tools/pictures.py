"""The pictures of the README and the user guide, taken from the demo: `make pictures` writes docs/pictures/.

Sample orders, numbers and the time of day are always the same, so a picture changes only where the page does.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests import browser_rule, demo_runs

# The tests' own way to a demo; they are not typed.
RUNS: Final[Any] = demo_runs
RULE: Final[Any] = browser_rule
FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIZE: Final = {"width": 1120, "height": 680}
MOST_BYTES: Final = 150_000
CARLA, SAMI, ROSA, IVAN = "U0CARL", "U0SAMI", "U0ROSA", "U0IVAN"
WALT, MONA, LENA = "U0WALT", "U0MONA", "U0LENA"
ORDERS, CREDIT, LEADS, FLOOR, MANAGERS = "C0ORDERS", "C0CREDIT", "C0CSLEAD", "C0FLOOR", "C0MGRS"
QUIET: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
# Every moment reads as this one; days that are named by their distance stay as they are.
ONE_MOMENT: Final = """
const moment = new Date("2026-11-23T15:42:00Z");
for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]) {
  const shown = Date.prototype[name];
  Date.prototype[name] = function (...how) { return shown.apply(moment, how); };
}
const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format").get;
Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
  get() { const shown = format.call(this); return () => shown(moment); },
});
"""


class Camera:
    """One window on the demo."""

    def __init__(self, page: Page, run: Any) -> None:
        self.page = page
        self.run = run

    def sit(self, user: str, channel: str) -> None:
        self.page.goto(f"{self.run.address}/?user={user}&channel={channel}")
        expect(self.page.get_by_test_id("user-switch")).to_have_value(user)
        self.page.wait_for_load_state("networkidle")

    def close_story(self) -> None:
        """The story is for the first picture; a window that was told keeps it shut."""
        close = self.page.get_by_test_id("tour-close")
        self.seen(close)
        close.click()
        expect(close).to_be_hidden()

    def send(self, text: str) -> None:
        self.page.get_by_test_id("composer").fill(text)
        self.page.get_by_test_id("send").click()

    def seen(self, what: Locator) -> None:
        expect(what).to_be_visible(timeout=10_000)

    def has(self, words: str) -> None:
        self.seen(self.page.locator("main").get_by_text(words).last)
        self.page.evaluate("document.fonts.ready")

    def take(self, name: str) -> None:
        path = FOLDER / f"{name}.png"
        self.page.mouse.move(SIZE["width"] - 1, SIZE["height"] - 1)
        self.page.evaluate("document.activeElement?.blur()")
        self.page.screenshot(path=path, animations="disabled", caret="hide")
        size = path.stat().st_size
        sys.stdout.write(f"{path.name}: {size // 1000} kB\n")
        if size > MOST_BYTES:
            raise SystemExit(f"{path.name} is larger than {MOST_BYTES // 1000} kB.")


def story(camera: Camera, by_night: Camera) -> None:
    """A hold on ORD-123 from the question to the floor, with a picture at each place where somebody decides."""
    run = camera.run
    for known in (ROSA, IVAN):  # cards name those who have been seen
        run.type(known, "/desk queue")
    camera.sit(CARLA, ORDERS)
    camera.seen(camera.page.get_by_test_id("tour-type"))
    camera.take("story")
    camera.close_story()
    camera.send("/hold ORD-1004")
    camera.seen(camera.page.get_by_test_id("modal"))
    camera.take("hold-form")
    camera.page.get_by_test_id("modal-close").click()
    expect(camera.page.get_by_test_id("modal")).to_be_hidden()
    run.type(CARLA, "/hold ORD-123 credit waiting for wire")
    card = RUNS.until(run.cards)[-1]
    for each, name in ((camera, "card"), (by_night, "card-dark")):
        each.sit(ROSA, CREDIT)
        if each is by_night:
            each.close_story()
        each.has("waiting for wire")
        each.take(name)
    camera.sit(ROSA, "home")
    camera.has("Waiting for your signature")
    camera.take("home")
    camera.sit(CARLA, CREDIT)
    camera.page.locator('[data-action-id="request.approve"]').click()
    camera.seen(camera.page.locator(".ephemeral").last)
    camera.take("refused")
    run.click(ROSA, card, "request.approve")
    RUNS.until(lambda: "request.approve" not in str(run.cards()[-1]["blocks"]))
    to_the_floor(camera)


def to_the_floor(camera: Camera) -> None:
    run = camera.run
    run.type(CARLA, "/release ORD-123 paid")
    RUNS.until(lambda: len(run.cards()) > 1)
    run.type(SAMI, "/hold ORD-1007 stock two are missing")
    run.type(CARLA, "/hold ORD-1010 fraud address looks odd")
    camera.sit(SAMI, ORDERS)
    camera.send("/order ORD-123")
    camera.has("May it ship")
    camera.page.locator(".ephemeral").last.evaluate("each => each.scrollIntoView({block: 'start'})")
    camera.take("order")
    run.click(ROSA, run.cards()[-1], "request.approve")
    RUNS.until(lambda: "Clear to ship" in str(run.look("messages", user=WALT, channel=FLOOR)))
    camera.sit(WALT, FLOOR)
    camera.has("Clear to ship")
    camera.take("floor")
    camera.sit(MONA, MANAGERS)
    camera.send("/desk queue")
    camera.has("oldest first")
    camera.take("queue")
    cancel(camera)
    mail_and_inspector(camera)


def cancel(camera: Camera) -> None:
    """The card of a partial cancel."""
    camera.run.type(CARLA, "/cancel ORD-1004 line 1 qty 1 customer-request one too many")
    RUNS.until(lambda: camera.run.cards(LEADS, LENA))
    camera.sit(LENA, LEADS)
    camera.has("one too many")
    camera.take("cancel-card")


def mail_and_inspector(camera: Camera) -> None:
    page = camera.page
    camera.sit(WALT, FLOOR)
    page.get_by_test_id("email-tray").click()
    page.locator("[data-mail-id]").first.click()
    camera.seen(page.locator("iframe.mail-frame"))
    expect(page.frame_locator("iframe.mail-frame").get_by_text("Clear to ship").last).to_be_visible()
    camera.take("e-mail")
    camera.sit(ROSA, CREDIT)
    page.get_by_test_id("inspector-button").click()
    camera.seen(page.get_by_test_id("inspector"))
    page.locator('[data-testid="exchange"]').filter(has_text="block_actions").last.click()
    camera.take("inspector")


@contextmanager
def cameras(run: Any, **windows: Any) -> Iterator[list[Camera]]:
    """A window for each value of `color_scheme`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=RULE.find_chromium(), args=list(QUIET))
        try:
            yield [_camera(browser.new_context(color_scheme=scheme, **windows), run) for scheme in ("light", "dark")]
        finally:
            browser.close()


def _camera(context: Any, run: Any) -> Camera:
    context.add_init_script(ONE_MOMENT)
    return Camera(context.new_page(), run)


def main(play: Callable[[Camera, Camera], None] = story) -> None:
    if RULE.find_chromium() is None:
        raise SystemExit(f"No pictures: {RULE.MISSING}.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, RUNS.demo(Path(folder) / "data") as run:
        run.started()
        with cameras(run, viewport=SIZE, timezone_id="America/Chicago", locale="en-US") as windows:
            play(*windows)


if __name__ == "__main__":
    main()

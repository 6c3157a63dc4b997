"""A real server, real spans, and Debian's Chromium. One server and one browser for the whole run, a fresh context for every test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from tests.browser.serving import ROOT, Server, running_server
from tests.browser.world import World, make_world

WEB_FILES = ROOT / "packages/pellucid-server/src/pellucid_server/api/web_files/index.html"
SCREENSHOTS = ROOT / "screenshots"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 45_000
"""How long a condition is waited for. Far above what it takes: a busy machine must not fail a test that is about something else."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs the browser."""
    for item in items:
        if Path(str(item.path)).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of the run."""
    if not WEB_FILES.is_file():
        pytest.fail("The web has not been built into the server: run `make web` first.")
    with running_server(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="session")
def world(server: Server) -> World:
    """The server with everything in it that the tests look for."""
    return make_world(server)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("Chromium is missing: run `make system`, or install Debian's package `chromium`.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield launched
        launched.close()


class Watch:
    """What went wrong in a page, and what it asked for: read by the test, and checked when the test ends."""

    def __init__(self, page: Page, url: str) -> None:
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self._home = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._asked)
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._home:
            self.foreign.append(request.url)

    def check(self) -> None:
        """Nothing failed, nothing ran that was recorded, nothing left the house."""
        assert self.errors == []
        assert self.dialogs == []
        assert self.foreign == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: no storage, UTC, a desktop's window."""
    made = browser.new_context(
        viewport=DESKTOP, timezone_id="UTC", locale="en-GB", permissions=["clipboard-read", "clipboard-write"]
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, world: World) -> Iterator[Page]:
    """A page on the world; the test fails if anything on it failed."""
    made = context.new_page()
    watch = Watch(made, world.url)
    yield made
    watch.check()


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], Path]:
    """Saves what a page looks like into the folder that git does not see."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def save(page: Page, name: str) -> Path:
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return save

"""Webhooks on change: added by keyboard, told of what was chosen, listed with what became of it; and refused where it must be."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Watch
from tests.browser.serving import VISIBLE_LIMIT_S, Server, running_server, until
from tests.browser.world import World


@dataclass
class Hook:
    """A receiver on a port of its own."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def told(hook: Hook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may call the receiver."""
    host = hook.url.removeprefix("http://").removesuffix("/hook")
    with running_server(tmp_path_factory.mktemp("webhooks"), {"PELLUCID_OUTBOUND_ALLOW": host}) as started:
        yield started


@pytest.fixture(params=["desktop", "phone"])
def settings(request: pytest.FixtureRequest, browser: Browser, told: Server) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP if request.param == "desktop" else PHONE, timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch = Watch(page, told.url)
    page.goto(f"{told.url}/settings/webhooks")
    yield page
    watch.check()
    context.close()


def test_a_webhook_is_added_and_chosen_for_by_keyboard_alone(settings: Page, told: Server, hook: Hook) -> None:
    name = f"ops {settings.viewport_size['width']}" if settings.viewport_size else "ops"
    settings.get_by_label("Name of the webhook").focus()
    settings.keyboard.type(name)
    settings.keyboard.press("Tab")
    settings.keyboard.type(hook.url)
    settings.keyboard.press("Tab")
    settings.keyboard.type("hush")
    settings.keyboard.press("Enter")
    saved = settings.get_by_role("checkbox", name=f"{name} hears of Prompts saved, archived")
    expect(saved).to_be_checked()
    expect(settings.get_by_role("checkbox", name=f"{name} hears of Proposals")).to_be_checked()
    moves = settings.get_by_role("checkbox", name=f"{name} hears of Label moves")
    moves.focus()
    settings.keyboard.press("Space")
    expect(moves).not_to_be_checked()
    deploys = settings.get_by_role("checkbox", name=f"{name} hears of Deploys")
    expect(deploys).not_to_be_checked()
    settings.keyboard.press("Shift+Tab")
    expect(settings.locator(":focus")).to_have_attribute("role", "checkbox")
    assert settings.evaluate("document.documentElement.scrollWidth") <= (settings.viewport_size or DESKTOP)["width"]

    told.post("prompts", {"name": f"hooked/{name}", "prompt": "x", "labels": ["production"]})
    wanted = f"hooked/{name}: version 1 was saved"
    until(lambda: wanted in [one["summary"] for one in hook.got], VISIBLE_LIMIT_S, "the webhook is told")
    expect(settings.get_by_role("list", name="Deliveries").get_by_role("listitem").filter(has_text=name).first).to_contain_text(
        "sent"
    )
    settings.get_by_role("button", name=f"Remove the webhook {name}").focus()
    settings.keyboard.press("Enter")
    expect(saved).to_have_count(0)
    assert not [one for one in hook.got if one["change"]["kind"] == "prompt_label"]


def test_a_private_address_is_refused_where_it_is_typed(page: Page, world: World) -> None:
    page.goto(f"{world.url}/settings/webhooks")
    page.get_by_label("Name of the webhook").fill("inside")
    page.get_by_label("URL of the webhook").fill("http://127.0.0.1:9/hook")
    page.get_by_role("button", name="Add a webhook").click()
    expect(page.get_by_text("private, local or reserved").first).to_be_visible()
    assert world.server.get("alert-channels")["data"] == []

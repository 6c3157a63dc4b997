"""A hostile page in a real Chromium against a local server: it may neither change nor read anything, whatever it tries."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.api.locks.running import Running
from tests.api.locks.running import running as running

pytestmark = pytest.mark.browser

BODY = '{"page":"traces","name":"planted"}'
HELPERS = """
const tell = promise => promise.then(r => r.type + " " + r.status, e => "refused");
const url = path => `http://127.0.0.1:${window.port}${path}`;
"""
# Every way in which a page can send a request that changes something, or see what a request brought.
ATTACKS = {
    "simple request": "tell(fetch(url('/api/v1/views'), {method: 'POST', mode: 'no-cors', body: BODY}))",
    "simple request with cookies": """tell(fetch(url('/api/v1/views'), {method: 'POST', mode: 'no-cors',
        credentials: 'include', body: BODY}))""",
    "json without asking": """tell(fetch(url('/api/v1/views'), {method: 'POST', mode: 'no-cors',
        headers: {'content-type': 'application/json'}, body: BODY}))""",
    "json with a preflight": """tell(fetch(url('/api/v1/views'), {method: 'POST',
        headers: {'content-type': 'application/json'}, body: BODY}))""",
    "no body": "tell(fetch(url('/api/v1/sign-out'), {method: 'POST', mode: 'no-cors'}))",
    "delete": "tell(fetch(url('/api/v1/views/x'), {method: 'DELETE'}))",
    "beacon": "navigator.sendBeacon(url('/api/v1/views'), BODY) ? 'sent' : 'refused'",
    "beacon of json": """(() => { try { return String(navigator.sendBeacon(url('/api/v1/views'),
        new Blob([BODY], {type: 'application/json'}))) } catch { return 'refused' } })()""",
    "form": """(() => { const form = document.createElement('form'); form.method = 'POST'; form.enctype = 'text/plain';
        form.target = 'frame'; form.action = url('/api/v1/views'); const field = document.createElement('input');
        field.name = '{"page":"traces","name":"planted","state":{"x":"'; field.value = '"}}'; form.append(field);
        document.body.append(form); form.submit(); return 'sent' })()""",
    "spans": "tell(fetch(url('/v1/traces'), {method: 'POST', mode: 'no-cors', body: '{\"resourceSpans\":[]}'}))",
    "reading": "tell(fetch(url('/api/v1/me')))",
    "reading blindly": "tell(fetch(url('/api/v1/me'), {mode: 'no-cors'}))",
    "a script": """new Promise(done => { const script = document.createElement('script'); script.src = url('/api/v1/me');
        script.onload = () => done('loaded'); script.onerror = () => done('refused'); document.body.append(script) })""",
    "a picture": """new Promise(done => { const image = new Image(); image.onload = () => done('loaded');
        image.onerror = () => done('refused'); image.src = url('/api/v1/me') })""",
}


class _StrangePage(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>strange</title><body><iframe name=frame></iframe>")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def strange_port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _StrangePage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Every name ends at this machine, as after a rebinding."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is missing: run `make system`, or install Debian's package `chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*arguments, "--host-resolver-rules=MAP *.example 127.0.0.1"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def planted(running: Running) -> list[str]:
    owner = running.house.identity.resolver.resolve(None)
    return [view.name for view in running.house.views.list_views(owner) if view.name == "planted"]


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1"])
@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_nothing_works_from_a_strange_page(page: Page, running: Running, strange_port: int, host: str, attack: str) -> None:
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status) if f":{running.port}/" in response.url else None)
    page.goto(f"http://{host}:{strange_port}/")
    page.evaluate(f"window.port = {running.port}")
    outcome: Any = page.evaluate(f"(async () => {{ const BODY = '{BODY}'; {HELPERS} return await {ATTACKS[attack]} }})()")
    page.wait_for_timeout(200)
    assert outcome not in {"loaded", "cors 200", "basic 200"}
    assert planted(running) == []
    assert all(status in {403, 415} for status in statuses), statuses


def test_a_rebound_name_gets_nothing(page: Page, running: Running) -> None:
    answer = page.goto(f"http://evil.example:{running.port}/")
    assert answer is not None
    assert answer.status == 403
    status, body = page.evaluate("fetch('/api/v1/me').then(async r => [r.status, await r.text()])")
    assert status == 403
    assert "host_not_allowed" in body


def test_no_frame_shows_the_app(page: Page, running: Running, strange_port: int) -> None:
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status) if f":{running.port}/" in response.url else None)
    page.goto(f"http://evil.example:{strange_port}/")
    page.evaluate(f"document.querySelector('iframe').src = 'http://127.0.0.1:{running.port}/'")
    page.wait_for_timeout(300)
    assert statuses == [403]


def test_the_own_page_works(page: Page, running: Running) -> None:
    page.goto(f"http://127.0.0.1:{running.port}/api/v1/me")
    saved = page.evaluate(
        """fetch('/api/v1/views', {method: 'POST', headers: {'content-type': 'application/json'},
           body: '{"page":"traces","name":"own"}'}).then(r => r.status)"""
    )
    assert saved == 201


def test_a_link_from_elsewhere_works(page: Page, running: Running, strange_port: int) -> None:
    page.goto(f"http://evil.example:{strange_port}/")
    with page.expect_navigation():
        page.evaluate(f"location.href = 'http://127.0.0.1:{running.port}/api/v1/me'")
    assert "Local owner" in page.content()

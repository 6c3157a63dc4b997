"""Pictures of every page of a running server: `python docs/take_pictures.py URL FOLDER`, for the README from `pellucid demo`.

Every page is taken at 1440 and 390 pixels, light and dark. Pages about one thing are reached as people reach them: by the first link
of a list.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PAGES = {
    "home": "/?from=-7d",
    "traces": "/traces?from=-7d",
    "sessions": "/sessions?from=-7d",
    "sessions-by-turn": "/sessions?from=-7d&view=turns",
    "users": "/users?from=-7d",
    "prompts": "/prompts",
    "whats-live": "/whats-live",
    "effective-prompts": "/effective-prompts?from=-70d",
    "playground": "/playground",
    "evaluators": "/evaluators",
    "gallery": "/evaluators?view=gallery",
    "duels": "/duels",
    "feedback": "/feedback",
    "datasets": "/datasets",
    "annotate": "/annotate",
    "runs": "/runs",
    "dashboards": "/dashboards",
    "overview": "/dashboards/overview?from=-7d",
    "cost": "/cost?from=-7d",
    "retrieval": "/cost?from=-7d&tab=retrieval",
    "budgets": "/cost?from=-7d&tab=budgets",
    "what-if": "/cost?from=-7d&tab=what-if&with=gpt-4o-mini",
    "drift": "/drift",
    "alerts": "/alerts",
    "incidents": "/incidents",
    "changes": "/changes?from=-70d",
    "search": "/search?from=-7d&q=refund",
    "welcome": "/welcome",
    "keys": "/settings/keys",
    "prices": "/settings/prices",
    "models": "/settings/models",
    "webhooks": "/settings/webhooks",
}
"""Pages by their address."""
BEHIND = {
    "trace": ("/traces?from=-7d&filter=outcome:error", "[aria-label=Traces] [data-id] a[href*='/traces/']", ""),
    "waterfall": ("/traces?from=-7d&filter=outcome:error", "[aria-label=Traces] [data-id] a[href*='/traces/']", "&view=waterfall"),
    "graph": ("/traces?from=-7d&filter=outcome:error", "[aria-label=Traces] [data-id] a[href*='/traces/']", "&view=graph"),
    "session": ("/sessions?from=-7d&order=-trace_count", "[aria-label=Sessions] [data-id] a", ""),
    "user": ("/users?from=-7d&order=-trace_count", "[aria-label=Users] [data-id] a", ""),
}
"""Pages behind a link: where it stands, which it is, what is added to its address."""
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
THEMES = ("light", "dark")


def main() -> None:
    """All of them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--only", nargs="*", help="names of pages")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        addresses = PAGES | {name: behind(browser, given.url, *place) for name, place in BEHIND.items() if wanted(name, given.only)}
        for size in SIZES:
            for theme in THEMES:
                take(
                    browser,
                    given.url,
                    {name: to for name, to in addresses.items() if wanted(name, given.only)},
                    size,
                    theme,
                    given.folder,
                )
        browser.close()


def wanted(name: str, only: list[str] | None) -> bool:
    """Whether it was asked for."""
    return not only or name in only


def behind(browser: Browser, url: str, start: str, link: str, more: str) -> str:
    """The address of the first such link, without the host."""
    page = browser.new_page(viewport=SIZES["1440"])
    page.goto(url + start)
    found = page.locator(link).first
    found.wait_for()
    address = str(found.get_attribute("href"))
    page.close()
    return address + (more if "?" in address else more.replace("&", "?", 1))


def take(browser: Browser, url: str, addresses: dict[str, str], size: str, theme: str, folder: Path) -> None:
    """Every page in one size and theme."""
    context = browser.new_context(viewport=SIZES[size], timezone_id="UTC", locale="en-GB")
    context.add_init_script(f"localStorage.setItem('pellucid.theme', '{theme}'); localStorage.setItem('pellucid.rail', 'wide')")
    page = context.new_page()
    for name, address in addresses.items():
        page.goto(url + address)
        settle(page)
        if name == "traces" and size == "1440":
            page.keyboard.press("j")
            settle(page)
        page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
    context.close()


def settle(page: Page) -> None:
    """Until nothing more is asked for, and every chart is drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("document.querySelector('.skeleton, [role=img][aria-busy=true]') === null")


if __name__ == "__main__":
    main()

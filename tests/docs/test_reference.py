"""Docs that cannot lie: printed pages are fresh, every setting is documented, links lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _printer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("print_reference", ROOT / "docs" / "print_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PRINTER = _printer()


@pytest.mark.parametrize("name", sorted(PRINTER.PAGES))
def test_printed_pages_are_fresh(name: str) -> None:
    found = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert found == PRINTER.PAGES[name](), f"docs/reference/{name} is stale; run `python docs/print_reference.py`"


_MARKDOWN = sorted(path for path in ROOT.rglob("*.md") if not {"node_modules", ".venv", "data"} & set(path.parts))


@pytest.mark.parametrize("path", _MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), f"{path.name} links to {target}, which is not there"

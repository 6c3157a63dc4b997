"""The reference page and the registry say the same, and every convention is tested by a capture or by hand."""

from pathlib import Path

from tests.corpus.loader import captures
from tests.corpus.reference import PAGE, page

from pellucid_server.dialects import conventions
from pellucid_server.dialects.facts import Facts
from pellucid_server.dialects.registry import CALL_FACTS, CALL_ORDER, CONVENTIONS


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.corpus.reference"


def test_every_file_of_a_convention_is_in_the_registry() -> None:
    files = {path.stem for folder in conventions.__path__ for path in Path(folder).glob("*.py")} - {"__init__"}
    assert files == {convention.name for convention in CONVENTIONS}


def test_orders_name_what_exists() -> None:
    assert set(CALL_ORDER) <= {convention.name for convention in CONVENTIONS}
    assert set(Facts.__dataclass_fields__) >= CALL_FACTS


def test_every_convention_has_a_sample() -> None:
    seen = {span.dialect for capture in captures() for span in capture.spans}
    by_hand = (Path(__file__).parent / "test_conventions.py").read_text()
    unseen = {convention.name for convention in CONVENTIONS} - seen - {"otel"}
    assert unseen == {"adk", "claude_code", "genkit", "langsmith", "laminar", "livekit", "mcp", "pellucid"}
    for name in unseen - {"laminar", "pellucid"}:
        assert f"test_{name}" in by_hand or f"test_{name.replace('_', '')}" in by_hand

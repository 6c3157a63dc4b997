"""The client's pages cannot lie: every name has a heading, every setting a row, every example runs."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.serving import Server

import pellucid
from pellucid import semconv
from pellucid.settings import Settings
from pellucid.version import VERSION

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "client"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_public_name_has_a_heading_and_every_heading_a_name() -> None:
    headings = set(re.findall(r"^## (\w+)$", (REFERENCE / "api.md").read_text(), re.MULTILINE))
    assert headings == set(pellucid.__all__) - {"__version__"}


def test_every_setting_has_its_row() -> None:
    rows = [line for line in (REFERENCE / "settings.md").read_text().splitlines() if line.startswith("| `")]
    expected = []
    for setting in fields(Settings):
        default = "" if setting.default in ("", ()) and not isinstance(setting.default, bool) else f"`{setting.default}`"
        expected.append(f"| `{setting.name}` | `{setting.metadata['env']}` | {default} | {setting.metadata['doc']} |")
    assert rows == expected


def test_init_takes_every_setting() -> None:
    import inspect

    parameters = set(inspect.signature(pellucid.init).parameters)
    assert {setting.name for setting in fields(Settings)} | {"emit", "provider"} == parameters


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Pellucid server of its own, so that the pages show what the server really answers."""
    folder = tmp_path_factory.mktemp("docs")
    server = Server(data=folder / "data", log=folder / "server.log").start()
    yield server.url
    server.stop()


@pytest.mark.parametrize("page", ["docs/reference/client/api.md", "docs/guides/python-client.md"])
def test_the_examples_run(page: str, start: Any, real_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELLUCID_URL", real_server)
    monkeypatch.setenv("PELLUCID_SET_GLOBAL", "false")
    namespace: dict[str, Any] = {}
    for number, example in enumerate(EXAMPLE.findall((ROOT / page).read_text()), 1):
        exec(compile(example, f"{page}, example {number}", "exec"), namespace)
    if "client" in namespace:
        namespace["client"].close()


def test_every_public_name_has_an_example_that_runs() -> None:
    examples = "\n".join(EXAMPLE.findall((REFERENCE / "api.md").read_text()))
    spoken = {node.attr for node in ast.walk(ast.parse(examples)) if isinstance(node, ast.Attribute)}
    imported = {name.name for node in ast.walk(ast.parse(examples)) if isinstance(node, ast.ImportFrom) for name in node.names}
    given = {
        "Dataset",
        "DatasetItem",
        "ExperimentResult",
        "Prompt",
        "Stats",
        "Step",
        "errors",
    }  # types of what examples get, or a module
    assert set(pellucid.__all__) - {"__version__"} - given <= spoken | imported


def test_every_constant_is_in_the_table_of_its_module() -> None:
    table = semconv.__doc__ or ""
    for name, value in vars(semconv).items():
        if (
            name.isupper()
            and isinstance(value, str)
            and value.startswith("pellucid.")
            and name not in ("BAGGAGE_PREFIX", "SAMPLED_OUT")
        ):
            assert value in table or value.removeprefix("pellucid.") in table, name


def test_the_version_is_said_once() -> None:
    text = (ROOT / "packages" / "pellucid" / "pyproject.toml").read_text()
    assert f'version = "{VERSION}"' in text

"""Prints the reference pages that the code itself knows: `python docs/print_reference.py` writes them, a test says when they are stale."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pellucid_server
from pellucid_server.app.settings import TABLE
from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.errors import PellucidError
from pellucid_server.store.spans.columns import ALIASES, TABLES

HERE = Path(__file__).parent / "reference"
PRINTED = "<!-- printed by docs/print_reference.py; do not edit -->\n"


def settings_page() -> str:
    """All settings."""
    lines = ["# Settings", "", PRINTED, "Read once, at the start. The command line wins over the environment.", ""]
    lines += ["| variable | default | meaning |", "| --- | --- | --- |"]
    for setting in TABLE:
        default = (
            "processors − 1"
            if setting.name == "decode_workers"
            else f"`{setting.default}`"
            if setting.default not in ("", ())
            else "–"
        )
        lines.append(f"| `{setting.environment}` | {default} | {_cell(setting.doc)} |")
    return "\n".join(lines) + "\n"


def bounds_page() -> str:
    """All limits of the way in."""
    lines = [
        "# Limits",
        "",
        PRINTED,
        "What one request may hold and unfold into. Nothing from outside grows without one of these.",
        "",
    ]
    lines += ["| limit | value | why |", "| --- | --- | --- |"]
    docs = _attribute_docs(Bounds)
    lines += [f"| {name} | {getattr(DEFAULT_BOUNDS, name):,} | {_cell(docs[name])} |" for name in Bounds.__dataclass_fields__]
    return "\n".join(lines) + "\n"


def columns_page() -> str:
    """All analytic columns."""
    lines = [
        "# Columns",
        "",
        PRINTED,
        "The analytic tables. A column with a filter type can be used in filters under its name.",
        "",
    ]
    for table in TABLES:
        lines += [
            f"## {table.name}",
            "",
            f"Sorted by `{table.key}`.",
            "",
            "| column | type | filter | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for column in table.columns:
            unit = f" ({column.unit})" if column.unit else ""
            lines.append(f"| `{column.name}` | `{column.type}` | {column.field or '–'} | {_cell(column.doc)}{unit} |")
        lines.append("")
    lines += ["## Short forms", "", "| short | field |", "| --- | --- |"]
    lines += [f"| `{short}` | `{field}` |" for short, field in sorted(ALIASES.items())]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """All errors that a user can meet."""
    lines = ["# Errors", "", PRINTED, "Answers with an error are problem documents (RFC 9457); `code` is stable.", ""]
    lines += ["| code | status | meaning and next act |", "| --- | --- | --- |"]
    seen: dict[str, type[PellucidError]] = {}
    for error in _family(PellucidError):
        seen.setdefault(error.code, error)
    lines += [f"| `{code}` | {seen[code].status} | {_cell(seen[code].__doc__ or '')} |" for code in sorted(seen)]
    return "\n".join(lines) + "\n"


def _family(root: type[PellucidError]) -> Iterator[type[PellucidError]]:
    for module in walk_packages(pellucid_server.__path__, "pellucid_server."):
        if ".migrations." not in module.name:
            import_module(module.name)
    queue = [root]
    while queue:
        error = queue.pop(0)
        yield error
        queue.extend(sorted(error.__subclasses__(), key=lambda one: one.__name__))


def _attribute_docs(owner: type) -> Mapping[str, str]:
    """The strings under a class's fields, read from its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = dict.fromkeys(owner.__annotations__, "")
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            assert isinstance(field.target, ast.Name)
            docs[field.target.id] = str(text.value.value)
    return docs


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "limits.md": bounds_page,
    "columns.md": columns_page,
    "errors.md": errors_page,
}

if __name__ == "__main__":
    HERE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        print(f"wrote {HERE.name}/{name}")

"""Copies of the embedded engine's tables as files: taken while it works, put back into an empty one.

`FREEZE` makes hard links of a table's parts, which never change; nothing waits for it. (The engine's own BACKUP cannot be used here:
the embedded engine knows no place where it may write one.) A server of its own is backed up with its own means.
"""

import shutil
from pathlib import Path

from pellucid_server.store.spans.columns import COST_DAYS, PAYLOADS, SCORES, SPANS, Table
from pellucid_server.store.spans.drivers.port import Driver, Statement

_ORDER = (SPANS, PAYLOADS, SCORES, COST_DAYS)
"""Payloads are written before their spans: copied after them, every span that is in the copy has its payload there too."""


def take(driver: Driver, engine: Path, target: Path, name: str) -> None:
    """Copy all tables of the engine whose data directory is `engine` into `target/<table>/<part>`; `name` must be new."""
    for table in _ORDER:
        frozen_as = f"{name}_{table.name}"
        driver.command(f"ALTER TABLE {table.name} FREEZE WITH NAME '{frozen_as}'")
        shadow = engine.resolve() / "shadow" / frozen_as
        parts = shadow / _folder(driver, table).relative_to(engine.resolve())
        try:
            if parts.is_dir():
                shutil.move(parts, target / table.name)
        finally:
            shutil.rmtree(shadow, ignore_errors=True)


def put_back(driver: Driver, source: Path) -> None:
    """Add the copies in `source` to the engine's tables, which must exist."""
    for table in _ORDER:
        copies = source / table.name
        detached = _folder(driver, table) / "detached"
        for part in sorted(copies.iterdir()) if copies.is_dir() else ():
            shutil.copytree(part, detached / part.name)
            driver.command(f"ALTER TABLE {table.name} ATTACH PART '{part.name}'")


def _folder(driver: Driver, table: Table) -> Path:
    statement = Statement(
        sql="SELECT data_paths[1] FROM system.tables WHERE database = currentDatabase() AND name = {p0:String}",
        parameters={"p0": table.name},
        tag="backup",
    )
    return Path(driver.query(statement).rows[0][0])

"""Bringing analytic tables up to date: numbered `.sql` files with two substitutions, each applied once and noted in the store itself.

A new store gets the schema of today and a note of every step. One that was made before gets the steps that it has not had; all of them
together give the schema of today (a test). A step can be repeated, for a server may die between a statement and its note.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.port import Driver, Statement
from pellucid_server.store.spans.schema import Topology, schema

_NAME = re.compile(r"(\d{4})_\w+\.sql")
_NOTES = "schema_steps"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration."""

    number: int
    name: str
    text: str

    def statements(self, topology: Topology) -> Iterator[str]:
        """Its statements for a topology. No statement holds a semicolon of its own."""
        text = re.sub(r"^--.*$", "", self.text, flags=re.MULTILINE)
        text = text.replace("{on_cluster}", topology.on_cluster).replace("{engine}", topology.engine)
        return (statement.strip() for statement in text.split(";") if statement.strip())


def steps() -> Sequence[Step]:
    """All, in order."""
    found = [
        Step(number=int(match[1]), name=file.name, text=file.read_text("utf-8"))
        for file in files(f"{__package__}.migrations").iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    return sorted(found, key=lambda step: step.number)


def migrate(driver: Driver, topology: Topology) -> None:
    """Make the tables, or bring them up to date."""
    is_new = not _exists(driver, SPANS.name)
    noted = _noted(driver, topology)
    if is_new:
        for statement in schema(topology):
            driver.command(statement)
    for step in steps():
        if step.number in noted:
            continue
        if not is_new:
            log.info("the analytic tables take step %s", step.name)
            for statement in step.statements(topology):
                driver.command(statement)
        driver.command(f"INSERT INTO {_NOTES} (number, name) VALUES ({step.number}, '{step.name}')")


def _exists(driver: Driver, table: str) -> bool:
    asked = Statement(
        sql="SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = {p0:String}",
        parameters={"p0": table},
        tag="migrate",
    )
    return bool(driver.query(asked).rows[0][0])


def _noted(driver: Driver, topology: Topology) -> set[int]:
    engine = "ReplicatedMergeTree" if topology.cluster else "MergeTree"
    driver.command(
        f"CREATE TABLE IF NOT EXISTS {_NOTES}{topology.on_cluster} (number UInt32, name String, applied_at DateTime DEFAULT now()) "
        f"ENGINE = {engine} ORDER BY number"
    )
    return {row[0] for row in driver.query(Statement(sql=f"SELECT number FROM {_NOTES}", parameters={}, tag="migrate")).rows}

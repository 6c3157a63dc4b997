"""A file of cases of one gigabyte into a data set: CPU seconds, and the peak of the resident memory beyond what the process had.

python benchmarks/imports.py --gigabytes 1
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.importing import Importing
from pellucid_server.datasets.reading_files import Columns
from pellucid_server.identity.provision import Provision
from pellucid_server.identity.service import Identity
from pellucid_server.model.scope import Role, Scope
from pellucid_server.store.meta.database import MetaStore

LINE = b'{"id": "%09d", "input": "' + b"a question of some length, " * 180 + b'", "expected": "yes"}\n'


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    lines = int(parser.parse_args().gigabytes * 1e9) // len(LINE % 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        with path.open("wb") as out:
            out.writelines(LINE % number for number in range(lines))
        store = MetaStore.open(f"sqlite:///{folder}/meta.sqlite")
        Identity.open(store, wanted=Provision(), local=True)
        with store.reading() as unit:
            (project,) = unit.projects.list_all()
        scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.MEMBER, actor="local")
        cases = Cases(store, system_clock, random_id)
        cases.create(scope, name="large")
        before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        with path.open("rb") as file:
            done = Importing(store, cases, system_clock).run(scope, "large", file, "jsonl", Columns(), skip_faulty=False)
        cpu, grown = time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(
            f"{done.added:,} cases, {path.stat().st_size / 1e9:.2f} GB: {cpu:.1f} s of CPU, {grown / 1024:.0f} MB more memory at the peak"
        )
        store.close()


if __name__ == "__main__":
    main()

"""Run the starter pack over the history of the demo, on several seeds, with the story and without, and print what would have fired.

    python -m benchmarks.incidents --seeds 11 12 13

Each history is told by `pellucid demo --once` through the real doors into a server of its own; the rules then run over the stopped
server's store, look by look, with the code of the preview. Times are days before the end of the history.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from pellucid_server.app.monitoring import ScoreNamer
from pellucid_server.app.opening import database_url, open_driver
from pellucid_server.app.settings import read_settings
from pellucid_server.core.clock import DAY, SECOND
from pellucid_server.core.ids import random_id
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.presets import PACK
from pellucid_server.monitors.preview import Previewer
from pellucid_server.monitors.served import ServedVersions
from pellucid_server.query.queries import open_queries
from pellucid_server.store.meta.database import MetaStore

DAYS = 42
"""Of the history's ten weeks; what comes before is what always-valid rules learn from."""


def main() -> None:
    """Every seed, with the story and as the control."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14, 15])
    parser.add_argument("--port", type=int, default=7690)
    options = parser.parse_args()
    for seed in options.seeds:
        for story in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                data = Path(folder) / "data"
                _tell(seed, story, data, options.port)
                print(f"seed {seed}, {'story' if story else 'control'}", flush=True)
                _replay(data)


def _tell(seed: int, story: bool, data: Path, port: int) -> None:
    command = [sys.executable, "-m", "pellucid", "demo", "--once", "--no-otlp-ports", "--seed", str(seed)]
    command += ["--port", str(port), "--providers-port", str(port + 1), "--data", str(data)]
    subprocess.run([*command, *([] if story else ["--no-story"])], check=True, stdout=subprocess.DEVNULL)


def _replay(data: Path) -> None:
    settings = read_settings({}, data=data)
    end = _end_of(data)
    driver, meta = open_driver(settings), MetaStore.open(database_url(settings))
    queries = open_queries(driver, lambda: end, random_id)
    with meta.reading() as unit:
        (project,) = unit.projects.list_all()
    scope = Scope(organization_id=project.organization_id, project_id=project.id, role=Role.MEMBER, actor="benchmark")
    served = ServedVersions(meta, lambda: end).of
    previewer = Previewer(queries.signals, ScoreNamer(queries), served, lambda: end)
    begun, fired = time.process_time(), 0
    for preset in PACK:
        if not preset.enabled:
            continue
        for firing in previewer.preview(scope, preset.rule, days=DAYS).firings:
            fired += 1
            until = "still" if firing.end is None else f"{(firing.end - end) / DAY:.1f} d"
            print(f"  {preset.key:<10} {(firing.start - end) / DAY:6.1f} d to {until:>7}  {firing.text}", flush=True)
    print(f"  {fired} firings of {len(PACK)} rules in {DAYS} days; {time.process_time() - begun:.1f} s of CPU", flush=True)
    driver.close()
    meta.close()


def _end_of(data: Path) -> int:
    """When the history ends, by the mark that the demo leaves beside its data."""
    mark = json.loads((data / "demo-history.json").read_text(encoding="utf-8"))
    return int(datetime.fromisoformat(mark["end"]).timestamp() * SECOND)


if __name__ == "__main__":
    main()

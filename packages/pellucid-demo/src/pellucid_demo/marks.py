"""The mark of a told history, in the data directory: the next start goes on instead of over, and who deletes the data begins anew."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedHistory:
    """Which world was told until when, and whether to its end."""

    seed: int
    end: datetime
    story: bool
    complete: bool


class Mark:
    """One mark, a small JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> MarkedHistory | None:
        """What an earlier run left; None if there was none."""
        if not self._path.exists():
            return None
        kept = json.loads(self._path.read_text("utf-8"))
        return MarkedHistory(
            seed=kept["seed"], end=datetime.fromisoformat(kept["end"]), story=kept["story"], complete=kept["complete"]
        )

    def write(self, history: MarkedHistory) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        value = {
            "seed": history.seed,
            "end": history.end.isoformat(),
            "story": history.story,
            "complete": history.complete,
        }
        self._path.write_text(json.dumps(value), "utf-8")

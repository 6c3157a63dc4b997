"""All entries of the gallery."""

from typing import Final

from pellucid_server.evals.gallery.entry import Entry
from pellucid_server.evals.gallery.judges import JUDGES
from pellucid_server.evals.gallery.machines import MACHINES

GALLERY: Final[tuple[Entry, ...]] = (*JUDGES, *MACHINES)

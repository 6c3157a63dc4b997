"""`pellucid restore`: a data directory from a backup."""

from argparse import Namespace
from collections.abc import Mapping

from pellucid_server.app.backup import restore
from pellucid_server.app.settings import read_settings


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Restore into a new data directory and say how to go on."""
    settings = read_settings(environment, data=arguments.data)
    manifest = restore(arguments.source, settings)
    print(f"{settings.data} holds what was confirmed before {manifest.time}. Start it with: pellucid serve --data {settings.data}")
    if manifest.elsewhere:
        print(f"Not restored, because kept elsewhere: {', '.join(manifest.elsewhere)}.")
    return 0

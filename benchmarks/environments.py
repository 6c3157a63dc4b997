"""Environments of the peers: each in its own, outside the repository, from the package registry, made once."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path


def cache() -> Path:
    """Where they lie: in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pellucid-bench"


def environment(distribution: str) -> Path:
    """The environment of a distribution, with it installed."""
    home = cache() / distribution
    python = home / "bin" / "python"
    if not python.exists():
        print(f"installing {distribution} into {home} (some minutes, once)", file=sys.stderr)
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(home)], check=True)
    if not installed(home, distribution):
        subprocess.run(["uv", "pip", "install", "-q", "--python", str(python), distribution], check=True)
    return home


def installed(home: Path, distribution: str) -> str:
    """Its version there, or nothing."""
    stem = distribution.replace("-", "_")
    found = sorted(home.glob(f"lib/python3*/site-packages/{stem}-*.dist-info"))
    return found[0].name.removeprefix(f"{stem}-").removesuffix(".dist-info") if found else ""


def own_version(distribution: str) -> str:
    """The version in this environment."""
    return version(distribution)

"""Which version of jixiao this is: that of the installed package, or of the source tree it runs from."""

from __future__ import annotations

import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def version_line() -> str:
    """Ours and Python's, on one line."""
    return f"jixiao {own_version()} (Python {platform.python_version()})"


def own_version() -> str:
    """Ours alone."""
    try:
        return version("jixiao")
    except PackageNotFoundError:  # run from a clone that nobody installed
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])

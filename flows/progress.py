"""Who is told how far a run is. A flow's parameters are data, so the listener travels beside them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""

listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(doing: str, done: int = 0, total: int = 0) -> None:
    """Say what is being done to whoever listens; nobody has to."""
    heard = listener.get()
    if heard is not None:
        heard(doing, done, total)

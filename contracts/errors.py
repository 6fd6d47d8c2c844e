"""OUR mistakes, as exceptions. A filer's mistake is a `Finding` and never one of these.

Every one of them ends a command with exit status 2 and one message in Chinese and English. Nothing here may be raised
because of what a filer wrote.
"""

from __future__ import annotations


class JixiaoError(Exception):
    """A fault of ours or of who runs us, said in both languages.

    `zh` and `en` are complete sentences a person can act on; neither carries a traceback.
    """

    exit_status = 2

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[type[JixiaoError], tuple[str, str]]:
        return (type(self), (self.zh, self.en))


class UsageError(JixiaoError):
    """The command was asked something it cannot do: an unknown kind, a period nobody can read."""


class PackError(JixiaoError):
    """A pack (pack.toml, filers.csv, …) is wrong. Names file, line, column and what was expected."""


class ContractError(JixiaoError):
    """A contract of ours is wrong: a rule crashed, or Pandera refused what the judge had passed."""


class StorageError(JixiaoError):
    """The landing folder, the database or a register cannot be read or written as they should."""


class ErasedError(JixiaoError):
    """What was asked for was erased by order, with its personal data, and will not come back."""


class ReaderError(JixiaoError):
    """The process that reads files cannot be started."""


class PublicationHeld(JixiaoError):
    """The warehouse failed its own checks, so nothing is published from it."""


class CalendarError(JixiaoError):
    """A notice that says which days are worked is wrong, or two of them contradict each other. Names file and line."""

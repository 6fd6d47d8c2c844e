"""The members of a ZIP archive: listed at once, each expanded only when it is asked for, and never beyond the limits.

The archive's own directory is checked first and not trusted after: what a member expands to is counted here, byte by
byte, because a reader that follows the streams would follow one that expands beyond what the directory says. Nothing
here writes a file, follows a link or knows what a member means.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable

from transforms.book import Buffer, Limits
from transforms.readers.archive.directory import DirectoryError, Member, data_start, read_directory
from transforms.readers.archive.names import is_junk, printable, unsafe_name
from transforms.readers.archive.streams import StreamError, expand_stream

__all__ = [
    "Archive",
    "ArchiveDamagedError",
    "ArchiveEncryptedError",
    "ArchiveTooLargeError",
    "ArchiveUnsafeError",
    "is_junk",
    "open_archive",
    "printable",
]

_RATIO_FROM = 64 * 1024 * 1024
_MEMBERS = 100_000


class ArchiveDamagedError(Exception):
    """The archive is not whole. For `reading` alone, which makes a finding of it."""


class ArchiveEncryptedError(Exception):
    """A member of the archive is encrypted. For `reading` alone."""


class ArchiveTooLargeError(Exception):
    """The archive expands beyond a limit. For `reading` alone."""


class ArchiveUnsafeError(Exception):
    """A member's name leads out of the archive, or hides something. `member` is printable; `zh`, `en` say why."""

    def __init__(self, member: str, zh: str, en: str) -> None:
        super().__init__(f"{member}: {en}")
        self.member, self.zh, self.en = member, zh, en


class _Budget:
    """Bytes expanded so far, by an archive and by the archives within it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent = 0


class Archive:
    """An open archive. `names`: its files in the directory's order, "/" between folders; folders are left out."""

    def __init__(self, data: Buffer, members: dict[str, Member], limits: Limits, budget: _Budget) -> None:
        self.names = tuple(members)
        self._data = data
        self._members = members
        self._limits = limits
        self._budget = budget
        self._counted: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Bytes that member `name` expands to, as the directory says: for an estimate. KeyError if there is none."""
        return self._members[name].size

    def read(self, name: str) -> bytes:
        """Member `name`, expanded; length and checksum are right. KeyError if there is no such member.

        Raises ArchiveTooLargeError as soon as a limit would be passed (a member counts once, however often it is read),
        ArchiveDamagedError for a stream that is not whole or is packed in a way that is not read.
        """
        content = io.BytesIO()  # Its value is handed over without a copy, so that a large member is in memory once.
        self._expand(name, content)
        return content.getvalue()

    def verify(self, names: Iterable[str] | None = None) -> None:
        """Expand and count every member (or `names`) that was not read yet, keeping nothing; raises as `read` does.

        For a library that will open the archive by itself and would follow a stream wherever it leads.
        """
        for name in self.names if names is None else names:
            if name not in self._counted:
                self._expand(name, None)

    def _expand(self, name: str, into: io.BytesIO | None) -> None:
        member = self._members[name]
        allowed = self._allowed(name, member)
        size, checksum = 0, 0
        try:
            start = data_start(self._data, member)
            for piece in expand_stream(self._data, start, member):
                size += len(piece)
                if size > allowed:
                    raise ArchiveTooLargeError(f"{printable(name)}: more than {allowed} bytes")
                checksum = zlib.crc32(piece, checksum)
                if into is not None:
                    into.write(piece)
        except (StreamError, DirectoryError) as error:
            raise ArchiveDamagedError(f"{printable(name)}: {error}") from error
        if size != member.size or checksum != member.checksum:
            raise ArchiveDamagedError(f"{printable(name)}: length or checksum differs")
        if name not in self._counted:
            self._counted.add(name)
            self._budget.spent += size

    def _allowed(self, name: str, member: Member) -> int:
        """Bytes that `name` may expand to: what is left of everything, and the ratio for what is large."""
        left = self._budget.limit - (0 if name in self._counted else self._budget.spent)
        return min(left, max(_RATIO_FROM, member.packed * self._limits.ratio))


def open_archive(data: Buffer, limits: Limits, within: Archive | None = None) -> Archive:
    """The archive in `data`, nothing of it expanded; `within` is the archive it is a member of, whose count it shares.

    Raises ArchiveDamagedError (also for two members of one name), ArchiveEncryptedError, ArchiveUnsafeError, and
    ArchiveTooLargeError where the directory itself says that a limit would be passed.
    """
    try:
        listed = read_directory(data, _MEMBERS)
    except DirectoryError as error:
        raise ArchiveDamagedError(str(error)) from error
    if listed is None:
        raise ArchiveTooLargeError(f"more than {_MEMBERS} members")
    for member in listed:
        if why := unsafe_name(member):
            raise ArchiveUnsafeError(printable(member.name), *why)
    files = [member for member in listed if not member.folder]
    if any(member.encrypted for member in files):
        raise ArchiveEncryptedError
    members = {member.name: member for member in files}
    if len(members) != len(files):
        raise ArchiveDamagedError("two members of one name")
    budget = within._budget if within is not None else _Budget(limits.expanded_bytes)
    if sum(member.size for member in files) > budget.limit - budget.spent:
        raise ArchiveTooLargeError(f"the members are more than {budget.limit} bytes together")
    return Archive(data, members, limits, budget)

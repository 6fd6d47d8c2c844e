"""Names of archive members: which must be refused, which are no filer's data, and how any of them is shown.

No name here is ever opened on a disk; they are refused all the same, because whoever unpacks the same archive by hand
is who they are aimed at, and because they come back in messages, where a name must not hide what it is.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from transforms.readers.archive.directory import Member

_COMPONENT, _PATH = 255, 1024
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_JUNK_FOLDERS = frozenset({"__macosx", ".git", ".svn", ".trashes", ".spotlight-v100", ".fseventsd", "$recycle.bin"})
_JUNK_FILES = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory"})
_LOCK = re.compile(r"(~\$|\.~lock\.|\._|\.~).*", re.DOTALL)

Why = tuple[str, str]


def unsafe_name(member: Member) -> Why | None:
    """Why `member` must be refused, in Chinese and in English; None for a plain file or folder of a plain name."""
    if member.link:
        return "是指向别处的符号链接", "it is a symbolic link"
    name = member.name
    if b"\0" in member.raw or any(unicodedata.category(c) == "Cc" or c in _TURNING for c in name):
        return "名称中有控制字符", "its name has control characters"
    if name.startswith("/") or _DRIVE.match(name):
        return "名称是绝对路径", "its name is an absolute path"
    parts = name.split("/")
    if ".." in (part.strip(" ") for part in parts):
        return "名称指向压缩包之外（..）", "its name leads out of the archive (..)"
    if any(_RESERVED.fullmatch(part) for part in parts):
        return "名称是系统保留名", "its name is reserved by the system"
    if not (member.folder or parts[-1].strip(". ")) or len(name) > _PATH or max(map(len, parts)) > _COMPONENT:
        return "名称为空或过长", "its name is empty or too long"
    return None


def is_junk(name: str) -> bool:
    """Whether a member is what operating systems and office programs leave behind, and never a filer's data."""
    path = PurePosixPath(name.lower())
    if _JUNK_FOLDERS.intersection(path.parts[:-1]):
        return True
    return path.name in _JUNK_FILES or _LOCK.fullmatch(path.name) is not None


def printable(name: str) -> str:
    """`name` for a message: what does not show or turns the text around is escaped, and what is too long is cut."""
    shown = "".join(_escaped(c) if _hides(c) else c for c in name[: _COMPONENT + 1])
    return shown if len(name) <= _COMPONENT else shown[:_COMPONENT] + "…"


def _hides(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _escaped(character: str) -> str:
    return f"\\x{ord(character):02x}" if character < "\u0100" else f"\\u{ord(character):04x}"

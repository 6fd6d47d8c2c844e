"""ZIP archives: what Python's zipfile writes, and what only bytes put together by hand can be."""

from __future__ import annotations

import io
import mmap
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from transforms.book import Limits
from transforms.readers.archive.archive import (
    Archive,
    ArchiveDamagedError,
    ArchiveEncryptedError,
    ArchiveTooLargeError,
    ArchiveUnsafeError,
    is_junk,
    open_archive,
    printable,
)

MIB = 1024 * 1024


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def entry(
    name: bytes,
    content: bytes = b"x",
    *,
    method: int = 8,
    flags: int = 0,
    size: int | None = None,
    packed_size: int | None = None,
    checksum: int | None = None,
    attributes: int = 0,
    extra: bytes = b"",
    local_name: bytes | None = None,
) -> tuple[bytes, Callable[[int], bytes]]:
    """One member by hand: its bytes, and its entry of the directory once its offset is known."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush() if method == 8 else content
    size = len(content) if size is None else size
    packed_size = len(packed) if packed_size is None else packed_size
    checksum = zlib.crc32(content) if checksum is None else checksum
    about = struct.pack("<5H3L", 20, flags, method, 0, 33, checksum, packed_size, size)
    here = name if local_name is None else local_name
    local = b"PK\3\4" + about + struct.pack("<2H", len(here), 0) + here + packed

    def listed(offset: int) -> bytes:
        head = b"PK\1\2" + struct.pack("<H", 0x031E) + about
        return head + struct.pack("<5H2L", len(name), len(extra), 0, 0, 0, attributes, offset) + name + extra

    return local, listed


def by_hand(*entries: tuple[bytes, Callable[[int], bytes]]) -> bytes:
    body, directory = bytearray(), bytearray()
    for local, listed in entries:
        directory += listed(len(body))
        body += local
    end = struct.pack("<4H2LH", 0, 0, *[len(entries) & 0xFFFF] * 2, len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\5\6" + end


def opened(data: bytes, **limits: int) -> Archive:
    return open_archive(data, Limits(**limits))


class _Stream(io.RawIOBase):
    """A place to write that cannot go back, so that sizes come after the members."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.data += piece
        return len(piece)


class TestMembers:
    @pytest.mark.parametrize("method", [0, 8, 12, 14])
    @pytest.mark.parametrize("prefix", [b"", b"#!/bin/sh\n" * 100])
    def test_every_method_with_and_without_bytes_in_front(self, method: int, prefix: bytes) -> None:
        members = {"a/1.txt": os.urandom(MIB) + bytes(3 * MIB), "空.txt": b"", "b.txt": b"b"}
        archive = opened(prefix + zip_of(members, method))
        assert archive.names == tuple(members)
        assert {name: archive.read(name) for name in archive.names} == members
        assert ("b.txt" in archive, "c.txt" in archive, archive.size("b.txt")) == (True, False, 1)
        with pytest.raises(KeyError):
            archive.read("c.txt")

    def test_folders_are_no_members(self) -> None:
        assert opened(zip_of({"a/": b"", "a/b.txt": b"1"})).names == ("a/b.txt",)

    def test_zip64_and_data_descriptors(self) -> None:
        stream = _Stream()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("big.txt", "w", force_zip64=True) as member:
                member.write(b"0123456789" * 100_000)
            archive.writestr("small.txt", b"s")
        read = opened(bytes(stream.data))
        assert (len(read.read("big.txt")), read.read("small.txt")) == (1_000_000, b"s")

    def test_a_directory_of_zip64(self) -> None:
        data = zip_of({"a.txt": b"a"})
        end = data.rindex(b"PK\5\6")
        size, start = struct.unpack_from("<2L", data, end + 12)
        wide = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, size, start)
        locator = b"PK\6\7" + struct.pack("<LQL", 0, end, 1)
        full = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        assert opened(data[:end] + wide + locator + full).read("a.txt") == b"a"
        with pytest.raises(ArchiveDamagedError, match="ZIP64"):
            opened(data[:end] + full)

    def test_sizes_in_the_zip64_field(self) -> None:
        local, _ = entry(b"a.txt", b"abc")
        wide = entry(b"a.txt", b"abc", size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, 3))
        assert opened(by_hand((local, wide[1]))).read("a.txt") == b"abc"

    def test_a_comment_and_bytes_behind(self) -> None:
        out = io.BytesIO(zip_of({"a.txt": b"a"}))
        with zipfile.ZipFile(out, "a") as archive:
            archive.comment = b"a remark"
        assert opened(out.getvalue()).read("a.txt") == b"a"
        assert opened(zip_of({"a.txt": b"a"}) + b"\r\n").read("a.txt") == b"a"

    def test_mapped_from_disk(self) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(zip_of({"a.txt": b"a" * 1000}))
            file.flush()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                assert open_archive(mapped, Limits()).read("a.txt") == b"a" * 1000

    def test_an_archive_without_members(self) -> None:
        assert opened(zip_of({})).names == ()


class TestNames:
    @pytest.mark.parametrize(
        ("raw", "flags", "name"),
        [
            ("二〇二〇/南昌.xlsx".encode("gbk"), 0, "二〇二〇/南昌.xlsx"),
            ("二〇二〇/南昌.xlsx".encode(), 0x800, "二〇二〇/南昌.xlsx"),
            ("南昌.xlsx".encode(), 0, "南昌.xlsx"),
            ("中国联通.xlsx".encode("gbk"), 0, "中国联通.xlsx"),
            ("通.csv".encode("gbk"), 0, "通.csv"),
            ("é.csv".encode("cp437") + b"\xff", 0, "é.csv\u00a0"),
            (b"a\\b.csv", 0, "a/b.csv"),
            ("表\\程.csv".encode("gbk"), 0, "表/程.csv"),
            (b"./a.csv", 0, "./a.csv"),
        ],
    )
    def test_as_the_one_who_packed_it_saw_them(self, raw: bytes, flags: int, name: str) -> None:
        assert opened(by_hand(entry(raw, flags=flags))).names == (name,)

    def test_the_field_for_unicode_names(self) -> None:
        raw = b"?.csv"
        field = b"\1" + struct.pack("<L", zlib.crc32(raw)) + "甲.csv".encode()
        extra = struct.pack("<2H", 0x7075, len(field)) + field
        assert opened(by_hand(entry(raw, extra=extra))).names == ("甲.csv",)
        stale = struct.pack("<2H", 0x7075, len(field)) + b"\1" + bytes(4) + field[5:]
        assert opened(by_hand(entry(raw, extra=stale))).names == ("?.csv",)

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"../a.csv", "leads out"),
            (b"a/../../b.csv", "leads out"),
            (b"..\\a.csv", "leads out"),
            (b"a/.. /b.csv", "leads out"),
            (b"..", "leads out"),
            (b"../", "leads out"),
            (b"/etc/passwd", "absolute"),
            (b"\\\\host\\share\\a.csv", "absolute"),
            (b"C:\\a.csv", "absolute"),
            (b"c:a.csv", "absolute"),
            (b"a\0.csv", "control"),
            (b"a\n.csv", "control"),
            (b"a\x1b[2J.csv", "control"),
            (b"a\x7f.csv", "control"),
            ("a\u202evsc.exe".encode(), "control"),
            ("a\u2066.csv".encode(), "control"),
            ("a\u200f.csv".encode(), "control"),
            (b"nul", "reserved"),
            (b"a/CON.csv", "reserved"),
            (b"Com1.xlsx", "reserved"),
            (b"a" * 256, "too long"),
            (b"a/" * 600 + b"b", "too long"),
            (b"", "empty"),
            (b"a/. .", "empty"),
        ],
    )
    def test_that_are_refused(self, raw: bytes, reason: str) -> None:
        with pytest.raises(ArchiveUnsafeError, match=reason) as raised:
            opened(by_hand(entry(b"good.csv"), entry(raw, flags=0 if raw.isascii() else 0x800)))
        assert raised.value.member.isprintable()
        assert raised.value.zh

    @pytest.mark.parametrize("raw", [b"a..b.csv", b"console.csv", b"con1/a.csv", b"...a", b"a:b.csv"[0:1] + b"1:2.csv"])
    def test_that_are_not(self, raw: bytes) -> None:
        assert opened(by_hand(entry(raw))).names == (raw.decode(),)

    def test_a_link_is_refused(self) -> None:
        with pytest.raises(ArchiveUnsafeError, match="symbolic link"):
            opened(by_hand(entry(b"a.csv", b"/etc/passwd", attributes=(stat.S_IFLNK | 0o777) << 16)))
        assert opened(by_hand(entry(b"a.csv", attributes=(stat.S_IFREG | 0o644) << 16))).names == ("a.csv",)

    @pytest.mark.parametrize(
        ("name", "junk"),
        [
            ("__MACOSX/._a.xlsx", True),
            ("x/__MACOSX/a.xlsx", True),
            (".DS_Store", True),
            ("a/Thumbs.db", True),
            ("a/desktop.ini", True),
            ("~$报表.xlsx", True),
            ("a/~$b.docx", True),
            (".~lock.a.ods#", True),
            (".~报表.xlsx", True),
            ("._a.csv", True),
            ("a.xlsx", False),
            ("__macosx.csv", False),
            ("~a.csv", False),
            ("a$.xls", False),
            (".csv", False),
        ],
    )
    def test_junk(self, name: str, junk: bool) -> None:
        assert is_junk(name) is junk

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("江西 南昌.csv", "江西 南昌.csv"),
            ("a\0b\n\u202e\ufeffc", "a\\x00b\\x0a\\u202e\\ufeffc"),
            ("\ud800", "\\ud800"),
            ("\u0085", "\\x85"),
            ("长" * 300, "长" * 255 + "…"),
        ],
    )
    def test_printable(self, name: str, shown: str) -> None:
        assert printable(name) == shown


class TestRefused:
    def test_encrypted(self) -> None:
        with pytest.raises(ArchiveEncryptedError):
            opened(by_hand(entry(b"a.csv"), entry(b"b.csv", flags=1)))

    def test_two_members_of_one_name(self) -> None:
        with pytest.raises(ArchiveDamagedError, match="two members"):
            opened(by_hand(entry(b"a.csv"), entry(b"a.csv", b"y")))
        with pytest.raises(ArchiveDamagedError, match="two members"):
            opened(by_hand(entry(b"a/b.csv"), entry(b"a\\b.csv", b"y")))

    def test_more_members_than_any_real_archive_has(self) -> None:
        with pytest.raises(ArchiveTooLargeError, match="100000"):
            opened(by_hand(*(entry(b"%d" % i, b"", method=0) for i in range(100_001))))

    @pytest.mark.parametrize("method", [1, 6, 9, 93, 95, 98, 200])
    def test_methods_that_are_not_read(self, method: int) -> None:
        archive = opened(by_hand(entry(b"a.csv", method=method), entry(b"b.csv")))
        with pytest.raises(ArchiveDamagedError, match=rf"a\.csv: compression method {method} "):
            archive.read("a.csv")
        assert archive.read("b.csv") == b"x"

    @pytest.mark.parametrize(
        "lie",
        [
            {"size": 3},
            {"size": 30},
            {"checksum": 1},
            {"packed_size": 2},
            {"packed_size": 5000},
            {"local_name": b"z.csv"},
        ],
    )
    def test_a_directory_that_lies(self, lie: dict[str, int | bytes]) -> None:
        data = by_hand(entry(b"a.csv", b"0123456789", **lie))  # type: ignore[arg-type]
        with pytest.raises(ArchiveDamagedError):
            opened(data).read("a.csv")

    def test_a_stored_member_that_is_longer_than_it_says(self) -> None:
        with pytest.raises(ArchiveDamagedError):
            opened(by_hand(entry(b"a.csv", b"0123456789", method=0, size=3))).read("a.csv")

    def test_members_in_the_same_bytes(self) -> None:
        local, listed = entry(b"a.csv", bytes(100_000))
        other = entry(b"a.csv", bytes(100_000))
        body = local
        directory = listed(0) + other[1](0)
        end = struct.pack("<4H2LH", 0, 0, 2, 2, len(directory), len(body), 0)
        with pytest.raises(ArchiveDamagedError, match="overlap"):
            opened(body + directory + b"PK\5\6" + end)

    @pytest.mark.parametrize("tenths", range(10))
    def test_truncated(self, tenths: int) -> None:
        data = zip_of({"a.csv": os.urandom(1000), "b.csv": os.urandom(1000)})
        with pytest.raises(ArchiveDamagedError):
            opened(data[: len(data) * tenths // 10])

    def test_any_byte_changed_is_an_archive_or_one_of_its_errors(self) -> None:
        data = zip_of({"a.csv": b"0123456789" * 20, "b/c.csv": b"abc"})
        for place in range(len(data)):
            for flip in (0x01, 0x80, 0xFF):
                changed = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
                try:
                    archive = opened(changed)
                    contents = [archive.read(name) for name in archive.names]
                except (ArchiveDamagedError, ArchiveEncryptedError, ArchiveTooLargeError, ArchiveUnsafeError):
                    continue
                assert contents == [b"0123456789" * 20, b"abc"]


class TestLimits:
    def test_opening_expands_nothing(self) -> None:
        archive = opened(by_hand(entry(b"a.csv", b"", method=9, size=400 * MIB)))
        assert archive.names == ("a.csv",)

    def test_declared_sum(self) -> None:
        members = (entry(b"a", b"", size=300 * MIB), entry(b"b", b"", size=213 * MIB))
        with pytest.raises(ArchiveTooLargeError):
            opened(by_hand(*members))

    def test_all_members_together(self) -> None:
        data = by_hand(*(entry(name, bytes(600), size=1) for name in (b"a", b"b")))
        archive = opened(data, expanded_bytes=1000)
        with pytest.raises(ArchiveDamagedError):
            archive.read("a")
        honest = opened(zip_of({"a": bytes(500), "b": bytes(500)}), expanded_bytes=1000)
        assert [len(honest.read(name)) for name in ("a", "b", "a", "b")] == [500] * 4

    def test_a_member_that_expands_beyond_what_it_says(self) -> None:
        archive = opened(by_hand(entry(b"a", bytes(2000), size=1)), expanded_bytes=1000)
        with pytest.raises(ArchiveTooLargeError):
            archive.read("a")

    def test_an_archive_within_shares_the_count(self) -> None:
        inner = zip_of({"x": bytes(600)}, 0)
        outer = opened(zip_of({"a.zip": inner, "b.zip": inner}), expanded_bytes=2 * len(inner) + 1199)
        open_archive(outer.read("a.zip"), Limits(), outer).read("x")
        with pytest.raises(ArchiveTooLargeError):
            open_archive(outer.read("b.zip"), Limits(), outer)

    def test_ratio_counts_past_64_mib_only(self) -> None:
        small, large = bytes(64 * MIB), bytes(65 * MIB)
        assert len(opened(zip_of({"a": small})).read("a")) == 64 * MIB
        with pytest.raises(ArchiveTooLargeError):
            opened(zip_of({"a": large})).read("a")
        assert len(opened(zip_of({"a": large}), ratio=2000).read("a")) == 65 * MIB

    def test_verify_counts_what_was_not_read(self) -> None:
        archive = opened(zip_of({"a": b"1", "b": b"2"}))
        archive.read("a")
        archive.verify()
        lying = opened(by_hand(entry(b"a"), entry(b"b", bytes(2000), size=1)), expanded_bytes=1000)
        lying.verify(["a"])
        with pytest.raises(ArchiveTooLargeError):
            lying.verify()

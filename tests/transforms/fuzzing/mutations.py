"""One file → another that is nearly it: bytes changed, members of archives changed and packed anew, records moved.

Chance comes in as a `Random`, so that a run can be made again. Nothing here reads a file as a reader does.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random

_ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".zip")
_WHOLE = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFFFF)
_DECIMAL = (
    *("0", "1", "-1", "2", "3", "9", "14", "10", "15", "17", "255", "256", "16384", "16385", "65535", "65536"),
    *("1048576", "1048577", "2147483647", "2147483648", "4294967295", "4294967296", "99999999999999999999"),
    *("0.1", "1e5", "1E400", "-0", "+1", " 1", "1 ", "0x1", "1,5", "１", "NaN", "INF", "", "44165", "60", "59"),
)
_VALUES = (
    *(
        "s",
        "str",
        "inlineStr",
        "b",
        "e",
        "d",
        "n",
        "true",
        "false",
        "1",
        "0",
        "",
        "A1",
        "B2",
        "XFD1048576",
        "A0",
        "AAAA1",
    ),
    *(
        "A1:B2",
        "C3:A1",
        "$A$1",
        "hidden",
        "veryHidden",
        "visible",
        "collapse",
        "filter",
        "percentage",
        "float",
        "string",
    ),
    *("date", "time", "boolean", "currency", "void", "restart", "continue", "preserve", "default", "array", "shared"),
    *("2020-11-30", "2020-13-45", "PT8H30M00S", "#N/A", "rId1", "rId2", "sheet1", "&#10;", "&amp;", "_x000D_", "甲"),
)
_PIECES = tuple(
    piece.encode()
    for piece in (
        *("<!-- x -->", "<![CDATA[甲]]>", "<?x y?>", "&amp;", "&#13;", "&#10;", "&#0;", "&lt;", "]]>", "<!DOCTYPE x>"),
        *('<c r="C7"><v>5</v></c>', "<c><v>5</v></c>", '<c t="inlineStr"><is><t>x</t></is></c>', "<v>7</v>", "<v/>"),
        *(
            "<is><r><t>a</t></r><r><t>b</t></r></is>",
            "<f>1+1</f>",
            '<f t="shared" si="0"/>',
            "<row><c><v>1</v></c></row>",
        ),
        *("</row>", "</c>", "<extLst/>", '<mergeCell ref="A1:C3"/>', "<si><t>x</t></si>", "<rPh><t>x</t></rPh>"),
        *("<w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>", "<w:vMerge/>", '<w:gridSpan w:val="3"/>'),
        *("<w:br/>", "<w:tab/>", "<w:del>", "</w:del>", "<w:ins>", "</w:ins>", "<text:s/>", "<text:line-break/>"),
        *("<text:p>x</text:p>", "<table:covered-table-cell/>", '<table:table-cell office:value-type="string"/>'),
    )
)
_TEXT_PIECES = (
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r", b"\0", b"\x1a", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(
        b"sep=;\r\n",
        b",,,,",
        "甲".encode(),
        "甲乙".encode("gb18030"),
        "電話".encode("big5"),
        b"\x80",
        b"\xa0",
        b"'",
        b"=1",
    ),
    *("，".encode(), "\u2028".encode(), "\U0001f600".encode("gb18030"), b"\xfe\x50", b"\xa8\xbc", b"\x0b", b"\x1b"),
)
_TAG, _NUMBER, _VALUE = re.compile(rb"<[^<>]*>"), re.compile(rb"[0-9]+"), re.compile(rb'="([^"]*)"')
_ATTRIBUTE, _TEXT = re.compile(rb'\s[\w:]+="[^"]*"'), re.compile(rb">([^<>]+)<")
_ELEMENT = re.compile(rb"<((?:\w+:)?\w+)\b[^<>]*?(?:/>|(?<!/)>.*?</\1>)", re.DOTALL)
Change = Callable[[bytes, Random], bytes]


def mutate(name: str, data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """`data`, a file called `name`, changed in one to five places; `others`: files of its kind to take pieces of."""
    if name.endswith(_ZIPPED) and zipfile.is_zipfile(io.BytesIO(data)) and chance.random() < 0.85:
        changed = _mutate_archive(data, others, chance)
        return changed if chance.random() < 0.95 else _change(changed, _RAW, chance)
    if chance.random() < 0.08:
        return _splice(data, chance.choice(others), chance)
    if name.endswith(".xls") and chance.random() < 0.6:
        return _mutate_biff(data, chance)
    return _change(data, _TEXTUAL if name.endswith((".csv", ".txt", ".tsv")) else _RAW, chance)


def _change(data: bytes, changes: Sequence[Change], chance: Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        data = chance.choice(changes)(data, chance)
    return data


def _slice(data: bytes, chance: Random, longest: int = 200) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 1, 2, 4, 8, chance.randrange(1, longest))))


def _flip(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _insert(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 1, 2, 4, 16))) + data[at:]


def _delete(data: bytes, chance: Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:end] * 1 + data[start:end] * chance.choice((1, 1, 2, 50)) + data[end:]


def _move(data: bytes, chance: Random) -> bytes:
    start, end = _slice(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _number(data: bytes, chance: Random) -> bytes:
    form = chance.choice(("<B", "<H", "<L", "<Q", ">H", ">L", ">Q"))
    number = struct.pack(form, chance.choice(_WHOLE) % (1 << 8 * struct.calcsize(form)))
    at = chance.randrange(max(1, len(data) - len(number) + 1))
    return data[:at] + number + data[at + len(number) :]


def _truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _splice(data: bytes, other: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


_RAW: tuple[Change, ...] = (_flip, _flip, _insert, _delete, _double, _move, _number, _number, _truncate)


def _text_piece(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_TEXT_PIECES) * chance.choice((1, 1, 2)) + data[at:]


def _line(data: bytes, chance: Random) -> bytes:
    """A line moved, doubled or left out."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice((0, 1, 2))):
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


_TEXTUAL: tuple[Change, ...] = (_flip, _insert, _delete, _double, _move, _truncate, *[_text_piece] * 6, *[_line] * 3)


# --- XML


def _replaced(data: bytes, found: re.Match[bytes] | None, group: int, new: bytes) -> bytes:
    return data if found is None else data[: found.start(group)] + new + data[found.end(group) :]


def _one(pattern: re.Pattern[bytes], data: bytes, chance: Random) -> re.Match[bytes] | None:
    """Any match behind a place chosen by chance, or else the first one: not all of a large part is looked through."""
    return pattern.search(data, chance.randrange(len(data) + 1)) or pattern.search(data)


def _xml_number(data: bytes, chance: Random) -> bytes:
    return _replaced(data, _one(_NUMBER, data, chance), 0, chance.choice(_DECIMAL).encode())


def _xml_value(data: bytes, chance: Random) -> bytes:
    other = _one(_VALUE, data, chance)
    new = other[1] if other and chance.random() < 0.4 else chance.choice((*_VALUES, *_DECIMAL)).encode()
    return _replaced(data, _one(_VALUE, data, chance), 1, new)


def _xml_text(data: bytes, chance: Random) -> bytes:
    return _replaced(data, _one(_TEXT, data, chance), 1, chance.choice((*_VALUES, *_DECIMAL)).encode())


def _xml_no_attribute(data: bytes, chance: Random) -> bytes:
    return _replaced(data, _one(_ATTRIBUTE, data, chance), 0, b"")


def _xml_move_attribute(data: bytes, chance: Random) -> bytes:
    attribute, tag = _one(_ATTRIBUTE, data, chance), _one(re.compile(rb"<[\w:]+()"), data, chance)
    return _replaced(data, tag, 1, attribute[0]) if attribute else data


def _xml_tag(data: bytes, chance: Random) -> bytes:
    other = _one(_TAG, data, chance)
    new = chance.choice((b"", other[0] if other else b"", *_PIECES[:3]))
    return _replaced(data, _one(_TAG, data, chance), 0, new)


def _xml_element(data: bytes, chance: Random) -> bytes:
    """A whole element left out, doubled, or put where another ends."""
    found = _one(_ELEMENT, data, chance)
    if found is None:
        return data
    kind = chance.randrange(3)
    if kind < 2:
        return _replaced(data, found, 0, found[0] * 2 * kind)
    other = _one(_ELEMENT, data, chance)
    return data if other is None else data[: other.end()] + found[0] + data[other.end() :]


def _xml_piece(data: bytes, chance: Random) -> bytes:
    tag = _one(_TAG, data, chance)
    return data if tag is None else data[: tag.end()] + chance.choice(_PIECES) + data[tag.end() :]


def _xml_spelling(data: bytes, chance: Random) -> bytes:
    """The same in other letters: quotes, spaces in tags, references, a prefix, another encoding."""
    kind = chance.randrange(6)
    if kind == 0:
        return re.sub(rb'="([^"\']*)"', rb"='\1'", data)
    if kind == 1:
        return _TAG.sub(
            lambda tag: tag[0].replace(b"/>", b" />").replace(b"=", b" = ") if tag[0][1:2] != b"?" else tag[0], data
        )
    if kind == 2:
        return _TEXT.sub(lambda text: b">" + re.sub(rb"[0-9]", lambda d: b"&#%d;" % ord(d[0]), text[1]) + b"<", data)
    if kind == 3:
        return re.sub(rb"<(/?)(\w+)(?=[\s/>])", rb"<\1x:\2", data).replace(b"xmlns=", b"xmlns:x=", 1)
    if kind == 4:
        return data.replace(b"><", b">\n  <")
    text = data.decode("utf-8", "replace")
    codec = chance.choice(("utf-16", "utf-8-sig", "gbk", "utf-16-le"))
    return re.sub(r'encoding="[^"]*"', f'encoding="{codec}"', text, count=1).encode(codec, "xmlcharrefreplace")


_XML: tuple[Change, ...] = (
    *(_xml_number, _xml_number, _xml_value, _xml_value, _xml_text, _xml_no_attribute, _xml_move_attribute, _xml_tag),
    *(_xml_element, _xml_element, _xml_piece, _xml_piece, _xml_spelling, _flip, _delete),
)


# --- archives


def _mutate_archive(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """Members changed, and packed with sizes and checksums that are right."""
    members = _members(data)
    if not members:
        return _change(data, _RAW, chance)
    for _ in range(chance.choice((1, 1, 2))):
        kind = chance.random()
        at = chance.randrange(len(members))
        name, content = members[at]
        if kind < 0.88:
            members[at] = name, _mutate_member(name, content, others, chance)
        elif kind < 0.91 and len(members) > 1:
            members.pop(at)
        elif kind < 0.94:
            members[at] = (
                chance.choice((name.upper(), name.replace("/", "\\"), "x/" + name, name + " ", "/" + name)),
                content,
            )
        elif kind < 0.97:
            other = chance.randrange(len(members))
            members[at], members[other] = (name, members[other][1]), (members[other][0], content)
        else:
            members.append((name, _mutate_member(name, content, others, chance)))
    return _packed(members, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _mutate_member(name: str, content: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    lower = name.lower()
    if lower.endswith((".xml", ".rels")):
        return _change(content, _XML, chance)
    if lower.endswith(".bin"):
        return _mutate_records(content, chance)
    if lower.endswith((*_ZIPPED, ".xls", ".csv")) and content:
        return mutate(lower, content, others, chance)
    return _change(content, _RAW, chance)


def _members(data: bytes) -> list[tuple[str, bytes]]:
    """None of an archive that was changed before and does not open any more."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(name, archive.read(name)) for name in archive.namelist()]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error):
        return []


def _packed(members: Sequence[tuple[str, bytes]], method: int) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")  # two members of one name are meant
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


# --- records: BIFF12 (xlsb) and BIFF (xls)


def _mutate_records(content: bytes, chance: Random) -> bytes:
    """A part of an xlsb: records left out, doubled, moved, renamed or changed inside; or its bytes."""
    records = _records12(content)
    if not records or chance.random() < 0.2:
        return _change(content, _RAW, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(records))
        kind = chance.randrange(5)
        record = records[at]
        if kind == 0 and len(records) > 1:
            records.pop(at)
        elif kind == 1:
            records.insert(chance.randrange(len(records) + 1), record)
        elif kind == 2:
            records[at] = chance.choice(records)[0], record[1]
        else:
            records[at] = record[0], _change(record[1], (_flip, _number, _delete, _insert), chance)
    return b"".join(number + _length12(len(body)) + body for number, body in records)


def _records12(content: bytes) -> list[tuple[bytes, bytes]]:
    records, at = [], 0
    while at < len(content):
        number = content[at : at + (2 if content[at] & 0x80 else 1)]
        at += len(number)
        length = shift = 0
        while at < len(content):
            byte = content[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        records.append((number, content[at : at + length]))
        at += length
    return records


def _length12(length: int) -> bytes:
    out = bytearray()
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*out, length])


def _mutate_biff(data: bytes, chance: Random) -> bytes:
    """An xls: records of its stream changed, the file as long as before. So small a stream lies in one piece."""
    start = data.find(b"\x09\x08\x10\x00\x00\x06")
    start = data.find(b"\x09\x08\x08\x00\x00\x05") if start < 0 else start
    at, records = start, []
    while 0 <= at <= len(data) - 4:
        number, length = struct.unpack_from("<HH", data, at)
        if not number or at + 4 + length > len(data):
            break
        records.append((number, data[at + 4 : at + 4 + length]))
        at += 4 + length
    if not records:
        return _change(data, _RAW, chance)
    end = at
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(records))
        kind, (number, body) = chance.randrange(6), records[at]
        if kind == 0 and len(records) > 1:
            records.pop(at)
        elif kind == 1:
            records.insert(chance.randrange(len(records) + 1), records[at])
        elif kind == 2:
            records[at] = chance.choice(records)[0], body
        else:
            records[at] = number, _change(body, (_flip, _number, _number, _delete, _insert), chance)[:8224]
    stream = b"".join(struct.pack("<HH", number, len(body)) + body for number, body in records)
    return data[:start] + stream[: end - start].ljust(end - start, b"\0") + data[end:]

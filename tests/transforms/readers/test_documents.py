"""Word documents: made by python-docx, then changed in their XML where python-docx has no words for it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document

from contracts.finding import Finding
from tests.transforms.made_files import png, rezipped
from transforms.book import Limits, Part, Sheet, cell_address
from transforms.readers.archive.archive import open_archive
from transforms.readers.word.document import read_document
from transforms.reading import read_book

SAMPLES = Path(__file__).parents[1] / "samples"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_body(body: str, also: Callable[[str, bytes], bytes] = lambda _, content: content) -> bytes:
    """A document of python-docx whose body is replaced."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'

    def change(name: str, content: bytes) -> bytes:
        return xml.encode() if name == "word/document.xml" else also(name, content)

    return rezipped(saved(docx.Document()), change)


def read(data: bytes, limits: Limits | None = None) -> Part:
    limits = limits or Limits()
    return read_document(open_archive(data, limits), "报表.docx", limits)


def rows(sheet: Sheet) -> list[tuple[str | None, ...]]:
    return sheet.grid.rows()


def grids(part: Part) -> dict[str, list[tuple[str | None, ...]]]:
    return {sheet.name: rows(sheet) for sheet in part.sheets}


def one(part: Part) -> Finding:
    assert part.sheets == ()
    (finding,) = part.findings
    return finding


def p(text: str) -> str:
    return f"<w:p><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*lines: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(lines)}</w:tbl>"


def cell_text(inner: str) -> str | None:
    (sheet,) = read(with_body(tbl(tr(tc(f"<w:p>{inner}</w:p>"))))).sheets
    text: str | None = sheet.grid.item()
    return text


class TestDocument:
    def test_tables_are_sheets_and_the_text_around_them_is_prose(self) -> None:
        document = docx.Document()
        document.add_paragraph("2020年11月通信业主要指标")
        table = document.add_table(2, 2)
        for at, text in enumerate(("指标名称", "到达", "电话用户", "179,407.5")):
            table.cell(at // 2, at % 2).text = text
        document.add_paragraph("")
        document.add_paragraph("单位：万户")
        document.add_table(1, 1).cell(0, 0).text = "乙"
        part = read(saved(document))
        assert part.findings == ()
        assert grids(part) == {
            "表1": [("指标名称", "到达"), ("电话用户", "179,407.5")],
            "表2": [("乙",)],
            "正文": [("2020年11月通信业主要指标",), ("单位：万户",)],
        }
        assert [(s.prose, s.hidden, s.first_row, s.types) for s in part.sheets] == [
            (False, False, 1, None),
            (False, False, 1, None),
            (True, False, 1, None),
        ]

    def test_through_read_book(self) -> None:
        document = docx.Document()
        document.add_table(1, 1).cell(0, 0).text = "甲"
        reading = read_book(saved(document), "表.docx")
        assert reading.book is not None
        assert (reading.book.type, [s.name for s in reading.book.sheets], reading.findings) == ("docx", ["表1"], ())

    def test_a_document_without_anything_is_empty(self) -> None:
        assert one(read(saved(docx.Document()))).rule == "FILE-01"

    def test_prose_alone_is_read(self) -> None:
        assert grids(read(with_body(p("只有文字")))) == {"正文": [("只有文字",)]}

    def test_pictures_are_counted(self) -> None:
        document = docx.Document()
        document.add_paragraph("图")
        document.add_picture(io.BytesIO(png()))
        document.add_picture(io.BytesIO(png()))
        (finding,) = read(saved(document)).findings
        assert (finding.rule, finding.blocks) == ("FILE-13", False)
        assert "2 处图片" in finding.message_zh
        assert "2 pictures" in finding.message_en

    def test_embedded_objects_and_inserted_files_are_counted(self) -> None:
        inner = '<w:object><v:shape><v:imagedata r:id="r1"/></v:shape></w:object>'
        part = read(with_body(f'{p("甲")}<w:p><w:r>{inner}</w:r></w:p><w:altChunk r:id="r2"/>'))
        assert [f.rule for f in part.findings] == ["FILE-13"]
        assert "0 pictures or charts and 2 embedded objects" in part.findings[0].message_en

    def test_macros_are_said_and_docm_is_read(self) -> None:
        macro = b"application/vnd.ms-word.document.macroEnabled.main+xml"

        def types(name: str, content: bytes) -> bytes:
            plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            return content.replace(plain, macro) if name == "[Content_Types].xml" else content

        data = rezipped(with_body(tbl(tr(tc(p("甲")))), types), lambda _, content: content)
        with_macro = io.BytesIO(data)
        with zipfile.ZipFile(with_macro, "a") as archive:
            archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
        reading = read_book(with_macro.getvalue(), "表.docm")
        assert reading.book is not None
        assert rows(reading.book.sheets[0]) == [("甲",)]
        assert [(f.rule, f.blocks) for f in reading.findings] == [("FILE-12", False)]


class TestGrid:
    def test_merges_of_python_docx(self) -> None:
        document = docx.Document()
        table = document.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "宽"
        table.cell(1, 2).merge(table.cell(2, 2)).text = "高"
        table.cell(1, 0).merge(table.cell(2, 1)).text = "块"
        (sheet,) = read(saved(document)).sheets
        assert rows(sheet) == [("宽", None, None), ("块", None, "高"), (None, None, None)]
        assert sheet.merged == ("A1:B1", "A2:B3", "C2:C3")

    def test_gaps_before_and_after_a_row(self) -> None:
        body = tbl(
            tr(tc(p("a")), tc(p("b")), tc(p("c")), tc(p("d"))),
            tr(tc(p("x"), '<w:gridSpan w:val="2"/>'), properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="3"/>'),
        )
        (sheet,) = read(with_body(body)).sheets
        assert rows(sheet) == [("a", "b", "c", "d", None, None), (None, "x", None, None, None, None)]
        assert sheet.merged == ("B2:C2",)

    def test_a_merge_ends_where_its_width_changes_and_a_covered_text_is_kept(self) -> None:
        restart, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
        body = tbl(
            tr(tc(p("a"), restart), tc(p("b"), restart)),
            tr(tc(p(""), go_on), tc(p("covered"), go_on)),
            tr(tc(p("c"), f'<w:gridSpan w:val="2"/>{go_on}')),
        )
        (sheet,) = read(with_body(body)).sheets
        assert rows(sheet) == [("a", "b"), (None, "covered"), ("c", None)]
        assert sheet.merged == ("A1:A2", "B1:B2", "A3:B3")

    def test_merges_of_old_documents(self) -> None:
        cells = (tc(p("a"), '<w:hMerge w:val="restart"/>'), tc(p(""), "<w:hMerge/>"), tc(p("b")))
        (sheet,) = read(with_body(tbl(tr(*cells)))).sheets
        assert (rows(sheet), sheet.merged) == ([("a", None, "b")], ("A1:B1",))

    def test_hidden_rows(self) -> None:
        (sheet,) = read(with_body(tbl(tr(tc(p("a"))), tr(tc(p("b")), properties="<w:hidden/>")))).sheets
        assert (rows(sheet), sheet.hidden_rows) == ([("a",), ("b",)], (2,))

    @pytest.mark.parametrize("width", [16_385, 10**6, 999_999_999, 10**30])
    def test_a_span_beyond_the_limit_lays_out_no_grid(self, width: int) -> None:
        part = read(with_body(tbl(tr(tc(p("a"), f'<w:gridSpan w:val="{width}"/>')))))
        # A number that no program could write is no number: the cell is one column wide, and its text is there.
        assert [f.rule for f in part.findings] == (["FILE-08"] if width < 10**9 else [])

    def test_limits(self) -> None:
        body = tbl(tr(tc(p("abc")), tc(p("d")))) + tbl(tr(tc(p("e"))))
        for limits, words in (
            (Limits(sheets=1), "2 tables, at most 1"),
            (Limits(columns=1), "a table of 2 columns, at most 1"),
            (Limits(cells=2), "3 cells, at most 2"),
            (Limits(characters=2), "a cell of 3 characters, at most 2"),
        ):
            finding = one(read(with_body(body), limits))
            assert finding.rule == "FILE-08"
            assert words in finding.message_en
        assert read(with_body(body), Limits(sheets=2, columns=2, cells=3, characters=3)).findings == ()


class TestEveryTable:
    def test_nested_tables_come_after_the_one_they_lie_in(self) -> None:
        inner = tbl(tr(tc(p("内1"), ""), tc(p("内2"))))
        part = read(with_body(tbl(tr(tc(p("外") + inner + p("")), tc(p("右")))) + tbl(tr(tc(p("后"))))))
        assert grids(part) == {"表1": [("外", "右")], "表2": [("内1", "内2")], "表3": [("后",)]}

    @pytest.mark.parametrize(
        "wrapped",
        [
            "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
            '<w:ins w:id="1" w:author="a">{}</w:ins>',
            '<w:customXml w:element="x">{}</w:customXml>',
            "<w:sdt><w:sdtContent><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt></w:sdtContent></w:sdt>",
            "<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict>"
            "</w:r></w:p>",
            "<mc:AlternateContent><mc:Choice Requires='x'>{}</mc:Choice><mc:Fallback>{}</mc:Fallback>"
            "</mc:AlternateContent>",
        ],
    )
    def test_tables_within(self, wrapped: str) -> None:
        inner = tbl(tr(tc(p("甲")), tc(p("乙"))))
        assert grids(read(with_body(wrapped.replace("{}", inner)))) == {"表1": [("甲", "乙")]}

    def test_rows_and_cells_within_content_controls(self) -> None:
        held = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
        body = tbl(held.format(tr(held.format(tc(held.format(p("甲")))), tc(p("乙")))), tr(tc(p("丙")), tc(p("丁"))))
        assert grids(read(with_body(body))) == {"表1": [("甲", "乙"), ("丙", "丁")]}

    def test_headers_footers_and_comments(self) -> None:
        document = docx.Document()
        paragraph = document.add_paragraph("正")
        document.add_comment(paragraph.runs, "核对过", author="某", initials="m")
        section = document.sections[0]
        section.header.paragraphs[0].text = "页眉"
        section.header.add_table(1, 1, docx.shared.Cm(5)).cell(0, 0).text = "眉表"
        section.footer.paragraphs[0].text = "页脚"
        assert grids(read(saved(document))) == {
            "表1": [("眉表",)],
            "正文": [("正",), ("页眉",), ("页脚",), ("核对过",)],
        }

    def test_footnotes(self) -> None:
        types = (
            '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.footnotes+xml"/></Types>'
        )
        relation = (
            '<Relationship Id="rF" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
            ' Target="footnotes.xml"/></Relationships>'
        )

        def change(name: str, content: bytes) -> bytes:
            if name == "[Content_Types].xml":
                return content.replace(b"</Types>", types.encode())
            if name == "word/_rels/document.xml.rels":
                return content.replace(b"</Relationships>", relation.encode())
            return content

        out = io.BytesIO(with_body(p("文"), change))
        with zipfile.ZipFile(out, "a") as archive:
            notes = f'<w:footnotes {NAMESPACES}><w:footnote w:id="1">{p("脚注")}</w:footnote></w:footnotes>'
            archive.writestr("word/footnotes.xml", notes)
        assert grids(read(out.getvalue())) == {"正文": [("文",), ("脚注",)]}


class TestText:
    @pytest.mark.parametrize(
        ("inner", "text"),
        [
            ("<w:r><w:t>12</w:t></w:r><w:r><w:t>.5</w:t></w:r>", "12.5"),
            ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:noBreakHyphen/></w:r>", "a\nb\tc-"),
            ('<w:hyperlink r:id="r9"><w:r><w:t>链接</w:t></w:r></w:hyperlink>', "链接"),
            ('<w:fldSimple w:instr="PAGE"><w:r><w:t>7</w:t></w:r></w:fldSimple>', "7"),
            (
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=1+1</w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
                "2",
            ),
            ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Arial" w:char="2265"/></w:r>', "☑≥"),
            ("<m:oMath><m:r><m:t>3.14</m:t></m:r></m:oMath>", "3.14"),
            ("<w:sdt><w:sdtContent><w:r><w:t>选</w:t></w:r></w:sdtContent></w:sdt>", "选"),
            ("<w:smartTag><w:r><w:t>智</w:t></w:r></w:smartTag>", "智"),
            ("<w:r><w:t>1<!-- a remark -->2</w:t></w:r>", "12"),
            ("<w:r><w:t><![CDATA[<3>]]></w:t></w:r>", "<3>"),
            (
                '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
                '<w:listEntry w:val="否"/><w:listEntry w:val="是"/></w:ddList></w:ffData></w:fldChar></w:r>',
                "是",
            ),
            (
                '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/>'
                "</w:checkBox></w:ffData></w:fldChar></w:r>",
                "☑",
            ),
            ("<w:r><w:t xml:space='preserve'> </w:t></w:r>", " "),
            ("<w:r><w:t></w:t></w:r>", None),
        ],
    )
    def test_text_of_a_cell(self, inner: str, text: str | None) -> None:
        assert cell_text(inner) == text

    def test_paragraphs_are_lines_and_blank_ends_are_nothing(self) -> None:
        (sheet,) = read(with_body(tbl(tr(tc(p("a") + p("") + p("b") + "<w:p/>"))))).sheets
        assert rows(sheet) == [("a\n\nb",)]

    def test_a_text_box_is_read_once_and_beside_the_cell_it_hangs_on(self) -> None:
        box = "<w:txbxContent>" + p("框") + "</w:txbxContent>"
        drawing = (
            f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
            f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent>"
        )
        part = read(with_body(tbl(tr(tc(f"<w:p><w:r><w:t>格</w:t>{drawing}</w:r></w:p>")))))
        assert grids(part) == {"表1": [("格",)], "正文": [("框",)]}

    def test_small_letters_over_a_word_stand_apart(self) -> None:
        ruby = (
            "<w:r><w:ruby><w:rt><w:r><w:t>gàn</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>赣</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
        part = read(with_body(tbl(tr(tc(f"<w:p>{ruby}</w:p>")))))
        assert grids(part) == {"表1": [("赣",)], "正文": [("gàn",)]}

    def test_hidden_text_is_read_and_said(self) -> None:
        run = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏起</w:t></w:r>"
        shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>可见</w:t></w:r>'
        part = read(with_body(tbl(tr(tc(f"<w:p>{run}{shown}</w:p>")))))
        assert grids(part) == {"表1": [("藏起可见",)]}
        (finding,) = part.findings
        assert (finding.rule, finding.blocks) == ("FILE-15", False)
        assert "2 characters of hidden text" in finding.message_en

    def test_list_numbers_are_not_made_up(self) -> None:
        document = docx.Document()
        document.add_paragraph("甲", style="List Number")
        assert grids(read(saved(document))) == {"正文": [("甲",)]}


class TestTrackedChanges:
    def test_read_as_accepted_and_said(self) -> None:
        cell = (
            "<w:p><w:r><w:t>1</w:t></w:r><w:del><w:r><w:delText>99</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>00</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>x</w:t></w:r></w:moveFrom>"
            "<w:moveTo><w:r><w:t>y</w:t></w:r></w:moveTo></w:p>"
        )
        part = read(with_body(tbl(tr(tc(p("甲")), tc(cell))) + "<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>"))
        assert grids(part) == {"表1": [("甲", "100y")], "正文": [("新",)]}
        (finding,) = part.findings
        assert (finding.rule, finding.blocks) == ("FILE-14", False)
        assert "3 insertions and 2 deletions" in finding.message_en
        assert "3 处插入、2 处删除" in finding.message_zh
        assert [c.where for c in finding.cells] == ["表1!B1", "正文!A1"]

    def test_struck_rows_are_gone_and_new_ones_are_there(self) -> None:
        struck = tr(tc("<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>"), properties="<w:del/>")
        new = tr(tc("<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>"), properties="<w:ins/>")
        part = read(with_body(tbl(tr(tc(p("头"))), struck, new)))
        assert grids(part) == {"表1": [("头",), ("新",)]}
        assert [(f.rule, [c.where for c in f.cells]) for f in part.findings] == [("FILE-14", ["表1!A2"])]

    def test_a_struck_paragraph_end_joins_the_lines(self) -> None:
        first = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>12</w:t></w:r></w:p>"
        (sheet,) = read(with_body(tbl(tr(tc(first + p("34") + p("5")))))).sheets
        assert rows(sheet) == [("1234\n5",)]

    def test_cells_named_are_bounded(self) -> None:
        cell = tc("<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins></w:p>")
        (finding,) = read(with_body(tbl(*[tr(cell)] * 50)), Limits(findings=5)).findings
        assert len(finding.cells) == 5
        assert "50 insertions" in finding.message_en


class TestDamaged:
    def test_text_where_none_can_be_is_not_lost_in_silence(self) -> None:
        finding = one(read(with_body(tbl(f"<w:tblPr>{p('丢')}</w:tblPr>", tr(tc(p("甲")))))))
        assert finding.rule == "FILE-04"
        assert "1 characters" in finding.message_en

    @pytest.mark.parametrize(
        ("xml", "words"),
        [
            (b"", "is no XML"),
            (b"<w:document", "XMLSyntaxError"),
            (b"\x00\x01", "is no XML"),
            (b'<?xml version="1.0" encoding="IBM037"?><a/>', "is no XML"),
            (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        ],
    )
    def test_main_part(self, xml: bytes, words: str) -> None:
        data = rezipped(saved(docx.Document()), lambda n, c: xml if n == "word/document.xml" else c)
        finding = one(read(data))
        assert finding.rule == "FILE-04"
        assert words in finding.message_en

    def test_a_document_type_in_utf16_is_seen(self) -> None:
        xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16")
        data = rezipped(saved(docx.Document()), lambda n, c: xml if n == "word/document.xml" else c)
        assert "declares a document type" in one(read(data)).message_en

    def test_relations_to_nothing_and_to_the_outside_are_left_behind(self) -> None:
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        relations = (
            f'<Relationship Id="rA" Type="{office}/image" Target="NULL"/>'
            f'<Relationship Id="rB" Type="{office}/header" Target="missing.xml"/>'
            f'<Relationship Id="rC" Type="{office}/header" Target="http://192.0.2.1/h.xml" TargetMode="External"/>'
            f'<Relationship Id="rD" Type="{office}/header" Target="../../../etc/passwd"/></Relationships>'
        )

        def change(name: str, content: bytes) -> bytes:
            wanted = name == "word/_rels/document.xml.rels"
            return content.replace(b"</Relationships>", relations.encode()) if wanted else content

        part = read(with_body(p("文"), change))
        assert (grids(part), part.findings) == ({"正文": [("文",)]}, ())


class TestOtherWriters:
    def test_strict_documents(self) -> None:
        """ISO strict names, as Word's "Strict Open XML" has them; python-docx alone finds no document in it."""

        def change(name: str, content: bytes) -> bytes:
            pattern = rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml|drawingml)/2006/"
            return re.sub(pattern, rb"http://purl.oclc.org/ooxml/\1/", content)

        data = rezipped(with_body(tbl(tr(tc(p("严"), '<w:gridSpan w:val="2"/>')))), change)
        assert b"purl.oclc.org/ooxml/wordprocessingml/main" in open_archive(data, Limits()).read("word/document.xml")
        (sheet,) = read(data).sheets
        assert (rows(sheet), sheet.merged) == ([("严", None)], ("A1:B1",))

    def test_main_part_of_another_name(self) -> None:
        data = with_body(p("文"))
        moved = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(moved, "w") as new:
            for name in old.namelist():
                content = old.read(name).replace(b"word/document.xml", b"word/document2.xml")
                new.writestr(name.replace("word/document.xml", "word/document2.xml"), content)
        reading = read_book(moved.getvalue(), "a.docx")
        assert reading.book is not None
        assert rows(reading.book.sheets[0]) == [("文",)]

    def test_libreoffice(self) -> None:
        """The same table as Writer and Calc wrote it: all texts and merges at the same places."""
        part = read((SAMPLES / "table.libreoffice.docx").read_bytes())
        book = read_book((SAMPLES / "table.libreoffice.xlsx").read_bytes(), "table.xlsx").book
        assert book is not None
        assert part.sheets[0].name == "表1"
        assert _placed(part.sheets[0]) == _placed(book.sheets[0])
        assert part.sheets[0].merged == book.sheets[0].merged != ()


def _placed(sheet: Sheet) -> dict[str, str]:
    rows = enumerate(sheet.grid.iter_rows(), sheet.first_row)
    return {cell_address(row, at): text for row, texts in rows for at, text in enumerate(texts) if text is not None}


def test_the_paragraphs_before_a_table_are_known_to_it() -> None:
    document = docx.Document()
    for text in ("标题", "", "单位：万户"):
        document.add_paragraph(text)
    for _ in range(2):
        document.add_table(1, 1).cell(0, 0).text = "甲"
    document.add_paragraph("其后")
    out = io.BytesIO()
    document.save(out)
    book = read_book(out.getvalue(), "a.docx").book
    assert book is not None
    assert [sheet.above for sheet in book.sheets] == [("标题", "单位：万户"), (), ()]

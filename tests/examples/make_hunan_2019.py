"""Makes the submissions of examples/hunan-2019: forms that carriers could have filed under the conduct plan of 2019.

The plan (湘通局信管〔2019〕8号) says what is owed and by when; nobody's report was ever published. Who filed, when and
what is in it is illustrative, and every file says so. Written in several formats, because carriers do; the same every
time: no clock, no randomness. The pack's lists are kept by hand. Run: python tests/examples/make_hunan_2019.py [PACK]
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import xlsxwriter

PACK = Path(__file__).resolve().parents[2] / "examples" / "hunan-2019"
NOTICE = "示例数据（内容为示意，非任何企业实际报送）"
MADE_ON = datetime(2019, 12, 31)  # a moving date would change the bytes
ZIPPED_ON = (2019, 12, 31, 0, 0, 0)

Value = str | int | date | None
Row = Sequence[Value]


@dataclass(frozen=True)
class Form:
    """A title, the notice, one row of headings, rows, and perhaps a total row."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Row]
    total: Row | None = None

    @property
    def lines(self) -> list[Row]:
        return [*self.rows, *([self.total] if self.total else [])]


def as_text(value: Value) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


# --- formats


def to_xlsx(form: Form) -> bytes:
    """Days as date cells, as a spreadsheet program keeps them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.set_properties({"title": form.title, "comments": NOTICE, "created": MADE_ON})
        sheet = book.add_worksheet("填报表")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, len(form.headings) - 1, form.title, bold)
        sheet.write_string(1, 0, NOTICE)
        sheet.write_row(2, 0, form.headings, bold)
        for at, row in enumerate(form.lines, 3):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), day)
                elif value is not None:
                    sheet.write(at, column, value)
        sheet.set_column(0, len(form.headings) - 1, 18)
    return out.getvalue()


def to_csv(form: Form, encoding: str = "utf-8-sig") -> bytes:
    """With the title and the notice above the headings, CRLF as spreadsheet programs write."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    blank = [""] * (len(form.headings) - 1)
    writer.writerows([[form.title, *blank], [NOTICE, *blank], form.headings])
    writer.writerows([as_text(value) for value in row] for row in form.lines)
    return out.getvalue().encode(encoding)


def to_gb18030(form: Form) -> bytes:
    return to_csv(form, "gb18030")


def to_docx(form: Form) -> bytes:
    """A heading, the notice as a paragraph, a table."""
    made = docx.Document()
    made.core_properties.created = made.core_properties.modified = MADE_ON
    made.add_heading(form.title, 1)
    made.add_paragraph(NOTICE)
    table = made.add_table(1 + len(form.lines), len(form.headings))
    for at, row in enumerate([form.headings, *form.lines]):
        for column, value in enumerate(row):
            table.cell(at, column).text = as_text(value)
    out = io.BytesIO()
    made.save(out)
    with zipfile.ZipFile(out) as archive:
        return _zipped({entry.filename: archive.read(entry) for entry in archive.infolist()})


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="填报表">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2"'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="{0}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def to_ods(form: Form) -> bytes:
    blank = [None] * (len(form.headings) - 1)
    rows: list[Row] = [[form.title, *blank], [NOTICE, *blank], form.headings, *form.lines]
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    return _zipped(
        {"mimetype": _MIME, "content.xml": _ODS.format(body), "META-INF/manifest.xml": _MANIFEST.format(_MIME)}
    )


def _ods_cell(value: Value) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
    elif isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(as_text(value))}</text:p></table:table-cell>"


def _zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, ZIPPED_ON), content, how)
    return out.getvalue()


# --- what is filed

FORMATS: Mapping[str, tuple[str, Callable[[Form], bytes]]] = {
    "xlsx": ("xlsx", to_xlsx),
    "csv": ("csv", to_csv),
    "gb18030": ("csv", to_gb18030),
    "docx": ("docx", to_docx),
    "ods": ("ods", to_ods),
}

PLAN = ("方案名称", "文号", "印发日期", "联系人", "联系电话")
REPORT = ("事项", "重点任务", "开展情况", "开展日期", "截止日期", "完成情况", "信息截止日期")
SUMMARY = ("重点任务", "工作事项数", "其中已完成", "工作成效", "存在问题", "信息截止日期")
CHECK = ("自查项目", "经营方式", "自查日期", "自查情况", "发现问题数", "已整改数", "整改中", "未整改原因")
INSPECTION = ("抽查对象", "抽查场所", "抽查日期", "方式", "发现问题数", "处理情况")
NOTED = ("服务内容", "公布渠道", "公布日期", "报告日期")


def plan(issued: date, number: int, phone: str) -> Form:
    title = "2019年行风建设暨纠风工作方案"
    rows: list[Row] = [[title, f"示例〔2019〕{number}号", issued, "示例联系人", phone]]
    return Form("行风建设工作方案报送表", PLAN, rows)


_TARIFFS = "资费营销和计收费"
_CALLS = "骚扰电话整治"
_REAL_NAMES = "通讯信息诈骗和实名登记"
# Item, task, what was done, and by quarter: when it started, its limit, its state.
ITEMS: Mapping[int, Sequence[tuple[str, str, str, str | None, str, str]]] = {
    2: (
        ("在售资费公示清理", _TARIFFS, "逐厅核对在售资费方案，更换公示牌。", "2019年4月", "2019年6月10日", "已完成"),
        ("语音中继合同复核", _CALLS, "按方案复核语音中继合同，建立台账。", "2019年5月20日", "2019年7月", "进行中"),
        ("异地销户系统改造", "营销宣传和服务", "需求已经确认，等待集团排期。", None, "2019年9月", "未开展"),
    ),
    3: (
        ("语音中继合同复核收尾", _CALLS, "合同全部复核完毕，台账入库。", "2019年7月1日", "2019年7月", "已完成"),
        (
            "异地销户系统改造上线",
            "营销宣传和服务",
            "系统七月改造，八月在各厅上线。",
            "2019年7月",
            "2019年9月",
            "已完成",
        ),
        (
            "代理点实名影像抽检",
            _REAL_NAMES,
            "每周抽检代理点影像，不合格的重新登记。",
            "2019年8月5日",
            "2019年10月",
            "进行中",
        ),
    ),
    4: (
        (
            "代理点实名影像抽检结束",
            _REAL_NAMES,
            "抽检结束，不合格影像全部重新登记。",
            "2019年10月",
            "2019年10月",
            "已完成",
        ),
        (
            "携号转网服务规范培训",
            "信用管理和市场秩序",
            "全员培训并张贴办理流程。",
            "2019年10月20日",
            "2019年11月",
            "已完成",
        ),
        (
            "个人信息保护自评",
            "个人信息和数据安全",
            "逐项自评收集使用规则，形成报告。",
            "2019年11月",
            "2019年12月31日",
            "进行中",
        ),
    ),
}


def report(quarter: int, as_of: date, items: int = 3) -> Form:
    rows: list[Row] = [[*item, as_of] for item in ITEMS[quarter][:items]]
    return Form(f"2019年第{'一二三四'[quarter - 1]}季度行风工作信息报送表", REPORT, rows)


def summary(as_of: date, more: int) -> Form:
    rows: list[Row] = [
        [_TARIFFS, 4 + more, 4 + more, "在售资费全部公示，收费争议减少。", "无", as_of],
        [_CALLS, 3, 3, "语音中继合同全部复核，台账完整。", "无", as_of],
        [_REAL_NAMES, 3 + more, 2 + more, "代理点影像抽检按月开展。", "个别代理点设备待更换，年底前完成", as_of],
    ]
    return Form("2019年度行风纠风工作总结报送表", SUMMARY, rows)


def check(told: str, day: date, found: tuple[int, int], fixing: int = 0) -> Form:
    own, joint = found
    rows: list[Row] = [
        ["营业厅资费公示", "自营", day, "个别营业厅公示牌未及时更换", own, own, 0, None],
        [
            "代理渠道实名登记", "合作经营", day, "部分代理点留存影像不清", joint, joint - fixing, fixing,
            "代理点设备待更换，下月底前完成" if fixing else None,
        ],
    ]  # fmt: skip
    total: Row = ["合计", None, None, None, own + joint, own + joint - fixing, fixing, None]
    return Form(f"{told}电信服务自查表", CHECK, rows, total)


def inspection(told: str, *rows: Row) -> Form:
    return Form(f"{told}随机抽查记录表", INSPECTION, rows)


def made() -> dict[str, tuple[str, Form]]:
    """Path below submissions/ without suffix → format and form."""
    q2, q3, q4 = date(2019, 6, 14), date(2019, 9, 12), date(2019, 12, 13)
    year, half, second = date(2019, 11, 29), date(2019, 6, 27), date(2019, 12, 26)
    drawn, tested, secret = "双随机抽查", "检查拨测", "暗查暗访"
    return {
        "work_plan/JIA_2019": ("xlsx", plan(date(2019, 4, 10), 12, "0731-80000001")),
        "work_plan/YI_2019": ("docx", plan(date(2019, 4, 12), 31, "0731-80000002")),
        "work_plan/BING_2019": ("csv", plan(date(2019, 4, 12), 7, "8000")),
        "work_plan/BING_2019_v2": ("csv", plan(date(2019, 4, 12), 7, "0731-80000003")),
        "work_plan/VAS_2019": ("ods", plan(date(2019, 4, 9), 3, "0731-80000004")),
        "work_report/JIA_2019Q2": ("xlsx", report(2, q2)),
        "work_report/YI_2019Q2": ("xlsx", report(2, q2, 2)),
        "work_report/BING_2019Q2": ("docx", report(2, date(2019, 6, 12), 2)),
        "work_report/VAS_2019Q2": ("gb18030", report(2, date(2019, 6, 11), 1)),
        "work_report/JIA_2019Q3": ("xlsx", report(3, date(2019, 9, 11))),
        "work_report/YI_2019Q3": ("ods", report(3, date(2019, 9, 11), 2)),
        "work_report/BING_2019Q3": ("csv", report(3, q3)),
        "work_report/JIA_2019Q4": ("xlsx", report(4, q4)),
        "work_report/YI_2019Q4": ("docx", report(4, date(2019, 12, 12), 2)),
        "work_report/BING_2019Q4": ("csv", report(4, q4)),
        "work_report/VAS_2019Q4": ("gb18030", report(4, q4, 1)),
        "work_summary/JIA_2019": ("xlsx", summary(date(2019, 11, 28), 2)),
        "work_summary/YI_2019": ("docx", summary(date(2019, 11, 28), 1)),
        "work_summary/BING_2019": ("csv", summary(year, 1)),
        "work_summary/VAS_2019": ("gb18030", summary(year, 0)),
        "service_self_check/JIA_2019H1": ("xlsx", check("2019年上半年", half, (3, 12), 2)),
        "service_self_check/YI_2019H1": ("ods", check("2019年上半年", half, (1, 5))),
        "service_self_check/BING_2019H1": ("csv", check("2019年上半年", date(2019, 6, 28), (2, 4), 1)),
        "service_self_check/VAS_2019H1": ("xlsx", check("2019年上半年", date(2019, 6, 28), (1, 1))),
        "service_self_check/JIA_2019H2": ("xlsx", check("2019年下半年", second, (2, 6))),
        "service_self_check/YI_2019H2": ("ods", check("2019年下半年", second, (1, 3), 1)),
        "service_self_check/JIA_2019Q2": ("docx", check("2019年第二季度", half, (2, 7), 2)),
        "service_self_check/BING_2019Q2": ("csv", check("2019年第二季度", date(2019, 6, 28), (1, 3))),
        "service_self_check/JIA_2019Q3": ("xlsx", check("2019年第三季度", date(2019, 9, 27), (1, 4))),
        "service_notice/JIA_2019-05-17": (
            "xlsx",
            Form(
                "电信服务内容报告表", NOTED, [["宽带装移修服务时限", "门户网站", date(2019, 5, 17), date(2019, 5, 20)]]
            ),
        ),
        "service_inspection/HNCA_2019Q2": (
            "xlsx",
            inspection(
                "2019年第二季度",
                ["示例甲公司", "营业厅（示例一）", date(2019, 5, 22), drawn, 2, "当场责令整改，复查合格"],
                ["示例乙公司", "客服热线", date(2019, 6, 18), tested, 0, None],
            ),
        ),
        "service_inspection/HNCA_2019Q3": (
            "docx",
            inspection(
                "2019年第三季度",
                ["示例丙公司", "营业厅（示例二）", date(2019, 8, 20), drawn, 1, "责令限期整改"],
                ["示例增值公司", "客户端", date(2019, 9, 24), drawn, 0, None],
            ),
        ),
        "service_inspection/HNCA_2019Q4": (
            "xlsx",
            inspection(
                "2019年第四季度",
                ["示例乙公司", "营业厅（示例三）", date(2019, 11, 12), drawn, 3, "责令整改，并在行业内通报"],
                ["示例甲公司", "营业厅（示例四）", date(2019, 12, 5), secret, 0, None],
            ),
        ),
    }


def make(pack: Path) -> None:
    """Write all submissions under `pack`."""
    for name, (form_of, form) in made().items():
        suffix, write = FORMATS[form_of]
        path = pack / "submissions" / f"{name}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write(form))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else PACK)

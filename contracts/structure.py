"""Findings about a file's shape, before there is a table whose rows a contract could judge.

A contract's rules are checks of its schema; a file without a table has no row to check, so what can go wrong before
(unreadable, no heading row, a heading missing) is declared here, once, for every kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.finding import Cell, Finding, Severity

READ = "xlsx, xlsm, xlsb, xls, ods, csv, tsv, txt, docx, parquet, zip"
BASIS = "本框架的读取约定（docs/reading.md）"


@dataclass(frozen=True)
class StructureRule:
    """One thing a file must be before its rows can be judged."""

    id: str
    severity: Severity
    title_zh: str
    title_en: str
    expected: str


RULES: dict[str, StructureRule] = {
    rule.id: rule
    for rule in (
        StructureRule(
            "FILE-01", Severity.MUST, "文件不为空", "the file is not empty", "一个有内容的文件 / a file with content"
        ),
        StructureRule("FILE-02", Severity.MUST, "文件格式可以识别", "the file is of a known format", READ),
        StructureRule(
            "FILE-03",
            Severity.MUST,
            "文件未加密",
            "the file is not encrypted",
            "未设密码的文件 / a file without a password",
        ),
        StructureRule(
            "FILE-04", Severity.MUST, "文件未损坏", "the file is not damaged", "能够打开的文件 / a file that opens"
        ),
        StructureRule(
            "FILE-05", Severity.MUST, "文本编码可以判定", "the text encoding is known", "UTF-8, GB18030, Big5, UTF-16"
        ),
        StructureRule(
            "FILE-06",
            Severity.NOTE,
            "文件内容与扩展名相符",
            "the suffix matches the content",
            "与内容相符的扩展名 / a suffix that matches",
        ),
        StructureRule(
            "FILE-07",
            Severity.MUST,
            "各行列数一致",
            "every line has the heading's number of fields",
            "与表头相同的列数 / as many fields as headings",
        ),
        StructureRule(
            "FILE-08",
            Severity.MUST,
            "文件大小在上限之内",
            "the file is within the size limits",
            "未超过上限的文件 / a file within the limits",
        ),
        StructureRule(
            "FILE-09",
            Severity.MUST,
            "读取在时间和内存上限之内完成",
            "reading ends within its limits of time and memory",
            "能够正常读取的文件 / a file that reads as usual",
        ),
        StructureRule(
            "FILE-10",
            Severity.MUST,
            "压缩包内的文件名不越出其文件夹",
            "no name in an archive leads out of it",
            "普通的相对路径 / a plain relative path",
        ),
        StructureRule(
            "FILE-11", Severity.EXPLAIN, "压缩包中没有未读取的文件", "every file of an archive is read", READ
        ),
        StructureRule("FILE-12", Severity.NOTE, "文件不含宏", "no macros", "不含宏的文件 / a file without macros"),
        StructureRule(
            "FILE-13",
            Severity.NOTE,
            "文件不含图片、图表或其他对象",
            "no pictures, charts or embedded objects",
            "数据写在单元格中 / data in cells",
        ),
        StructureRule(
            "FILE-14",
            Severity.EXPLAIN,
            "文档没有未接受的修订",
            "no tracked changes are pending",
            "已接受或拒绝全部修订的文档 / a document with all changes accepted or rejected",
        ),
        StructureRule(
            "FILE-15",
            Severity.EXPLAIN,
            "文档没有隐藏文字",
            "no hidden text in the document",
            "没有隐藏文字的文档 / a document without hidden text",
        ),
        StructureRule(
            "FILER-01",
            Severity.EXPLAIN,
            "填报单位属于应填报的类别",
            "the filer is of a class that files the form",
            "报表规定的填报单位类别 / a class the form is for",
        ),
        StructureRule(
            "HEAD-01", Severity.MUST, "能找到表头", "a heading row is found", "合同规定的表头 / the contract's headings"
        ),
        StructureRule(
            "HEAD-02",
            Severity.MUST,
            "必需的列齐全",
            "no required column is missing",
            "合同规定的列 / the contract's column",
        ),
        StructureRule(
            "HEAD-03",
            Severity.EXPLAIN,
            "没有合同之外的列",
            "no column outside the contract",
            "合同规定的列 / the contract's columns",
        ),
        StructureRule(
            "HEAD-04", Severity.MUST, "没有重复的列", "no heading stands twice", "每列一次 / each column once"
        ),
        StructureRule(
            "HEAD-05",
            Severity.EXPLAIN,
            "没有另一张像本表的工作表",
            "no other sheet looks like the table",
            "一张工作表 / one sheet",
        ),
        StructureRule(
            "TABLE-01", Severity.MUST, "表中有数据行", "the table has rows", "至少一行数据 / at least one row"
        ),
        StructureRule(
            "HEAD-06",
            Severity.EXPLAIN,
            "本表不在隐藏的工作表中",
            "the table is not on a hidden sheet",
            "未隐藏的工作表 / a sheet that shows",
        ),
        StructureRule(
            "HEAD-07",
            Severity.EXPLAIN,
            "表头注明的单位就是合同的单位",
            "the unit in a heading is the contract's",
            "合同规定的单位 / the contract's unit",
        ),
        StructureRule(
            "HEAD-08",
            Severity.MUST,
            "注明的单位与合同的单位不差倍数",
            "the unit stated is no multiple of the contract's",
            "合同规定的单位 / the contract's unit",
        ),
        StructureRule(
            "HEAD-09",
            Severity.EXPLAIN,
            "表头之上没有像数据的行",
            "no row above the headings looks like data",
            "数据都在表头之下 / all data below the headings",
        ),
        StructureRule(
            "TABLE-02",
            Severity.EXPLAIN,
            "表中没有隐藏的行或列",
            "no row or column of the table is hidden",
            "未隐藏的行和列 / rows and columns that show",
        ),
        StructureRule(
            "CELL-01",
            Severity.MUST,
            "公式有计算结果",
            "every formula has its result",
            "在 Excel 中打开并保存过的文件 / a file opened and saved in Excel",
        ),
        StructureRule(
            "CELL-02", Severity.MUST, "单元格中没有错误值", "no cell holds an error value", "一个值 / a value"
        ),
    )
}


def structure_finding(
    rule_id: str,
    zh: str,
    en: str,
    *,
    cells: tuple[Cell, ...] = (),
    field: str | None = None,
    filed: str | None = None,
    expected: str | None = None,
) -> Finding:
    """A finding of structure rule `rule_id`; `zh` and `en` say what was found, in full sentences."""
    rule = RULES[rule_id]
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message_zh=zh,
        message_en=en,
        expected=expected or rule.expected,
        basis=BASIS,
        cells=cells,
        field=field,
        filed=filed,
    )

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
    """One thing a file must be before its rows can be judged. wrong: a file that is not, which the tests make."""

    id: str
    severity: Severity
    title_zh: str
    title_en: str
    expected: str
    wrong_zh: str
    wrong_en: str


RULES: dict[str, StructureRule] = {
    rule.id: rule
    for rule in (
        StructureRule(
            "FILE-01",
            Severity.MUST,
            "文件不为空",
            "the file is not empty",
            "一个有内容的文件 / a file with content",
            "0 字节的文件",
            "a file of 0 bytes",
        ),
        StructureRule(
            "FILE-02",
            Severity.MUST,
            "文件格式可以识别",
            "the file is of a known format",
            READ,
            "把一张图片（PNG）的扩展名改成 .xlsx 报送",
            "a picture (PNG) that was renamed to .xlsx",
        ),
        StructureRule(
            "FILE-03",
            Severity.MUST,
            "文件未加密",
            "the file is not encrypted",
            "未设密码的文件 / a file without a password",
            "设了打开密码的工作簿",
            "a workbook that asks for a password",
        ),
        StructureRule(
            "FILE-04",
            Severity.MUST,
            "文件未损坏",
            "the file is not damaged",
            "能够打开的文件 / a file that opens",
            "上传中断、只剩前一半的工作簿",
            "the first half of a workbook whose upload broke off",
        ),
        StructureRule(
            "FILE-05",
            Severity.MUST,
            "文本编码可以判定",
            "the text encoding is known",
            "UTF-8, GB18030, Big5, UTF-16",
            "文本中夹有一个任何编码都没有的字节",
            "a text in which one byte belongs to no encoding",
        ),
        StructureRule(
            "FILE-06",
            Severity.NOTE,
            "文件内容与扩展名相符",
            "the suffix matches the content",
            "与内容相符的扩展名 / a suffix that matches",
            "内容是 CSV，扩展名却是 .xlsx",
            "a CSV that is called .xlsx",
        ),
        StructureRule(
            "FILE-07",
            Severity.MUST,
            "各行列数一致",
            "every line has the heading's number of fields",
            "与表头相同的列数 / as many fields as headings",
            "CSV 的第 2 行比表头多一列",
            "line 2 of a CSV has one field more than the heading",
        ),
        StructureRule(
            "FILE-08",
            Severity.MUST,
            "文件大小在上限之内",
            "the file is within the size limits",
            "未超过上限的文件 / a file within the limits",
            "解压后有 600 MiB 的工作簿",
            "a workbook that unpacks to 600 MiB",
        ),
        StructureRule(
            "FILE-09",
            Severity.MUST,
            "读取在时间和内存上限之内完成",
            "reading ends within its limits of time and memory",
            "能够正常读取的文件 / a file that reads as usual",
            "到时间上限仍未读完的文件",
            "a file that is not read when its time is over",
        ),
        StructureRule(
            "FILE-10",
            Severity.MUST,
            "压缩包内的文件名不越出其文件夹",
            "no name in an archive leads out of it",
            "普通的相对路径 / a plain relative path",
            "压缩包中有一个名为 ../甲.csv 的文件",
            "an archive that holds a file called ../甲.csv",
        ),
        StructureRule(
            "FILE-11",
            Severity.EXPLAIN,
            "压缩包中没有未读取的文件",
            "every file of an archive is read",
            READ,
            "压缩包中除报表外还有一张图片",
            "an archive with a picture beside the form",
        ),
        StructureRule(
            "FILE-12",
            Severity.NOTE,
            "文件不含宏",
            "no macros",
            "不含宏的文件 / a file without macros",
            "带宏的工作簿（xlsm）",
            "a workbook with macros (xlsm)",
        ),
        StructureRule(
            "FILE-13",
            Severity.NOTE,
            "文件不含图片、图表或其他对象",
            "no pictures, charts or embedded objects",
            "数据写在单元格中 / data in cells",
            "表格旁插入了一张图片",
            "a picture beside the table",
        ),
        StructureRule(
            "FILE-14",
            Severity.EXPLAIN,
            "文档没有未接受的修订",
            "no tracked changes are pending",
            "已接受或拒绝全部修订的文档 / a document with all changes accepted or rejected",
            "Word 文档中有一处未接受的插入",
            "a document in which an insertion is pending",
        ),
        StructureRule(
            "FILE-15",
            Severity.EXPLAIN,
            "文档没有隐藏文字",
            "no hidden text in the document",
            "没有隐藏文字的文档 / a document without hidden text",
            "Word 表格中有设为隐藏的文字",
            "a document's table with text that is hidden",
        ),
        StructureRule(
            "FILE-16",
            Severity.MUST,
            "文件与已接受的报送不同",
            "the file is not the one that was accepted already",
            "有改动的文件；没有改动的不必再报 / a file that changed; one that did not need not be filed again",
            "把已接受的文件原样再报一次",
            "the accepted file filed again as it was",
        ),
        StructureRule(
            "FILER-01",
            Severity.EXPLAIN,
            "填报单位属于应填报的类别",
            "the filer is of a class that files the form",
            "报表规定的填报单位类别 / a class the form is for",
            "由铁塔公司（tower）填报应由机关处室（department）填报的表",
            "a form for departments that a tower company files",
        ),
        StructureRule(
            "HEAD-01",
            Severity.MUST,
            "能找到表头",
            "a heading row is found",
            "本表规定的表头 / the contract's headings",
            "没有表头、第一行就是数据的表",
            "a table without headings",
        ),
        StructureRule(
            "HEAD-02",
            Severity.MUST,
            "必需的列齐全",
            "no required column is missing",
            "本表规定的列 / the contract's column",
            "缺少“已处置数”一列",
            "the column “已处置数” left out",
        ),
        StructureRule(
            "HEAD-03",
            Severity.EXPLAIN,
            "没有本表规定以外的列",
            "no column outside the contract",
            "本表规定的列 / the contract's columns",
            "多出“联系电话”一列",
            "a column “联系电话” that the form does not have",
        ),
        StructureRule(
            "HEAD-04",
            Severity.MUST,
            "没有重复的列",
            "no heading stands twice",
            "每列一次 / each column once",
            "“已处置数”一列出现两次",
            "the column “已处置数” standing twice",
        ),
        StructureRule(
            "HEAD-05",
            Severity.EXPLAIN,
            "没有另一张像本表的工作表",
            "no other sheet looks like the table",
            "一张工作表 / one sheet",
            "工作簿里另有一张表头相同的工作表",
            "a second sheet with the same headings",
        ),
        StructureRule(
            "TABLE-01",
            Severity.MUST,
            "表中有数据行",
            "the table has rows",
            "至少一行数据 / at least one row",
            "只有表头、没有数据行的表",
            "headings and no row below them",
        ),
        StructureRule(
            "HEAD-06",
            Severity.EXPLAIN,
            "本表不在隐藏的工作表中",
            "the table is not on a hidden sheet",
            "未隐藏的工作表 / a sheet that shows",
            "报表放在隐藏的工作表中",
            "the form on a hidden sheet",
        ),
        StructureRule(
            "HEAD-07",
            Severity.EXPLAIN,
            "表头注明的单位与本表规定的单位一致",
            "the unit in a heading is the contract's",
            "本表规定的单位 / the contract's unit",
            "单位为件的“已处置数”写成“已处置数（户）”",
            "“已处置数（户）” where the unit is 件",
        ),
        StructureRule(
            "HEAD-08",
            Severity.MUST,
            "注明的单位与本表规定的单位不差倍数",
            "the unit stated is no multiple of the contract's",
            "本表规定的单位 / the contract's unit",
            "单位为件的“已处置数”写成“已处置数（万件）”",
            "“已处置数（万件）” where the unit is 件",
        ),
        StructureRule(
            "HEAD-09",
            Severity.EXPLAIN,
            "表头之上没有像数据的行",
            "no row above the headings looks like data",
            "数据都在表头之下 / all data below the headings",
            "表头上面多出一行数据",
            "a row of data above the headings",
        ),
        StructureRule(
            "TABLE-02",
            Severity.EXPLAIN,
            "表中没有隐藏的行或列",
            "no row or column of the table is hidden",
            "未隐藏的行和列 / rows and columns that show",
            "第 3 行数据被隐藏",
            "row 3 of the data hidden",
        ),
        StructureRule(
            "CELL-01",
            Severity.MUST,
            "公式有计算结果",
            "every formula has its result",
            "在 Excel 中打开并保存过的文件 / a file opened and saved in Excel",
            "“企业”一栏中由程序写入、从未计算过的公式",
            "a formula in a column of names that a program wrote and nobody computed",
        ),
        StructureRule(
            "CELL-02",
            Severity.MUST,
            "单元格中没有错误值",
            "no cell holds an error value",
            "一个值 / a value",
            "“企业”一栏中是 #N/A",
            "#N/A in a column of names",
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

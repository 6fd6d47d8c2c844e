"""The formats that are told apart, each with its name in both languages, what gives it away, and what to do about it.

Data only. A format that is not read has the advice that gets its data read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A recognised format. `id` is stable; `zh` and `en` name it; `document` says that tables may well be in it.

    advice_zh, advice_en: one sentence, what a filer does with a file that is not read.
    """

    id: str
    zh: str
    en: str
    document: bool = False
    advice_zh: str = "请以 xlsx 或 csv 重新报送。"
    advice_en: str = "File it again as xlsx or csv."


def _saved_as(suffix: str, id: str, zh: str, en: str) -> Format:
    """A format that an office program opens, and can save as one that is read."""
    advice_zh = f"请在 Excel、Word 或 WPS 中打开，另存为 {suffix} 后重新报送。"
    return Format(id, zh, en, True, advice_zh, f"Open it in Excel, Word or WPS, save it as {suffix} and file that.")


def _unpacked(id: str, zh: str, en: str) -> Format:
    advice_en = "Unpack it and file the files in it, or pack them as ZIP."
    return Format(id, zh, en, False, "请解压后报送其中的文件，或改用 ZIP 压缩。", advice_en)


def _picture(id: str, zh: str, en: str) -> Format:
    return Format(
        id, zh, en, False, "图片不能代替表格；请报送原始的电子表格。", "A picture is no table: file the original."
    )


EMPTY = Format("empty", "空文件", "an empty file")
TEXT = Format("text", "文本", "text", document=True)
ZIP = Format("zip", "ZIP 压缩包", "a ZIP archive")
XLSX = Format("xlsx", "Excel 工作簿（xlsx）", "an Excel workbook (xlsx)", document=True)
XLSM = Format("xlsm", "含宏的 Excel 工作簿（xlsm）", "an Excel workbook with macros (xlsm)", document=True)
XLSB = Format("xlsb", "Excel 二进制工作簿（xlsb）", "a binary Excel workbook (xlsb)", document=True)
XLS = Format("xls", "Excel 97–2003 工作簿（xls）", "an Excel 97–2003 workbook (xls)", document=True)
ODS = Format("ods", "OpenDocument 电子表格（ods）", "an OpenDocument spreadsheet (ods)", document=True)
DOCX = Format("docx", "Word 文档（docx）", "a Word document (docx)", document=True)
PARQUET = Format("parquet", "Parquet 文件", "a Parquet file", document=True)

ENCRYPTED = Format("encrypted", "设有密码的 Office 文件", "a password-protected Office file")
DAMAGED = Format("ole-damaged", "已损坏的 Office 97–2003 文件", "a damaged Office 97–2003 file")
BINARY = Format("binary", "无法识别的二进制内容", "unknown binary content")
OLE = Format("ole", "OLE 复合文件", "an OLE compound file")
BMP = _picture("bmp", "BMP 图片", "a BMP image")
WEBP = _picture("webp", "WebP 图片", "a WebP image")
TAR = _unpacked("tar", "TAR 归档", "a TAR archive")
DBF = _saved_as("xlsx", "dbf", "dBase/FoxPro 表（dbf）", "a dBase or FoxPro table (dbf)")
HTML = _saved_as("xlsx", "html", "网页（HTML）", "an HTML page")
MHTML = _saved_as("xlsx", "mhtml", "单个文件网页（MHTML）", "a web page in one file (MHTML)")
XML = _saved_as("xlsx", "xml", "XML 文件", "an XML file")
EXCEL_2003_XML = _saved_as("xlsx", "xml2003", "Excel 2003 XML 表格", "an Excel 2003 XML spreadsheet")
WORD_2003_XML = _saved_as("docx", "wordml", "Word XML 文档", "a Word XML document")
FLAT_ODF = _saved_as("xlsx", "fods", "单个 XML 文件的 OpenDocument", "OpenDocument as one XML file")
CHARTS_2003 = _saved_as("xlsx", "office-xml", "Office XML 文件", "an Office XML file")
_DOC = _saved_as("docx", "doc", "Word 97–2003 文档（doc）", "a Word 97–2003 document (doc)")
_PPT = _saved_as("xlsx", "ppt", "PowerPoint 97–2003 演示文稿（ppt）", "a PowerPoint 97–2003 file (ppt)")
_PPTX = _saved_as("xlsx", "pptx", "PowerPoint 演示文稿（pptx）", "a PowerPoint file (pptx)")
_OFD = Format("ofd", "OFD 版式文件", "an OFD document", document=True)
_PDF = Format("pdf", "PDF 文件", "a PDF document", document=True)
_TIFF = _picture("tiff", "TIFF 图片", "a TIFF image")
_IWORK = _saved_as("xlsx", "iwork", "iWork 文件（Numbers、Pages、Keynote）", "an iWork file (Numbers, Pages, Keynote)")
_PROGRAM = Format("exe", "可执行程序", "a program")

SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", _picture("png", "PNG 图片", "a PNG image")),
    (b"\xff\xd8\xff", _picture("jpeg", "JPEG 图片", "a JPEG image")),
    (b"GIF8", _picture("gif", "GIF 图片", "a GIF image")),
    (b"II*\x00", _TIFF),
    (b"MM\x00*", _TIFF),
    (b"%PDF", _PDF),
    (b"\xef\xbb\xbf%PDF", _PDF),
    (b"%!PS", Format("postscript", "PostScript 文件", "a PostScript file", document=True)),
    (b"%OFD", _OFD),
    (b"Founder CEB", Format("ceb", "方正 CEB 文件", "a Founder CEB document", document=True)),
    (b"{\\rtf", _saved_as("docx", "rtf", "RTF 文档", "an RTF document")),
    (b"Rar!\x1a\x07", _unpacked("rar", "RAR 压缩包", "a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", _unpacked("7z", "7z 压缩包", "a 7z archive")),
    (b"\x1f\x8b", _unpacked("gzip", "GZIP 压缩文件", "a GZIP file")),
    (b"BZh", _unpacked("bzip2", "BZIP2 压缩文件", "a BZIP2 file")),
    (b"\xfd7zXZ\x00", _unpacked("xz", "XZ 压缩文件", "an XZ file")),
    (b"\x28\xb5\x2f\xfd", _unpacked("zstd", "Zstandard 压缩文件", "a Zstandard file")),
    (b"MSCF", _unpacked("cab", "CAB 压缩包", "a CAB archive")),
    (b"MZ", _PROGRAM),
    (b"\x7fELF", _PROGRAM),
    (b"PAR1", PARQUET),
    (b"PARE", ENCRYPTED),
    (b"ARROW1", Format("arrow", "Arrow 文件", "an Arrow file", document=True)),
    (b"Obj\x01", Format("avro", "Avro 文件", "an Avro file", document=True)),
    (b"SQLite format 3\x00", Format("sqlite", "SQLite 数据库", "an SQLite database")),
    (b"\x00\x01\x00\x00Standard Jet DB", Format("access", "Access 数据库", "an Access database")),
    (b"\x00\x01\x00\x00Standard ACE DB", Format("access", "Access 数据库", "an Access database")),
    (b"$FL2", Format("spss", "SPSS 数据文件", "an SPSS data file")),
    (b"\x89HDF\r\n\x1a\n", Format("hdf5", "HDF5 文件", "an HDF5 file")),
)
COMPOUND: tuple[tuple[str, Format], ...] = (
    ("EncryptedPackage", ENCRYPTED),
    ("Workbook", XLS),
    ("Book", Format("xls", "Excel 5.0/95 工作簿（xls）", "an Excel 5.0/95 workbook (xls)", document=True)),
    ("WordDocument", _DOC),
    ("PowerPoint Document", _PPT),
    ("__properties_version1.0", Format("msg", "Outlook 邮件（msg）", "an Outlook message (msg)")),
    ("VisioDocument", Format("vsd", "Visio 图表", "a Visio drawing")),
    ("FileHeader", Format("hwp", "HWP 文档", "an HWP document", document=True)),
)
_OOXML = b"application/vnd.openxmlformats-officedocument."
CONTENT_TYPES: tuple[tuple[bytes, Format], ...] = (
    (_OOXML + b"spreadsheetml.sheet.main+xml", XLSX),
    (_OOXML + b"spreadsheetml.template.main+xml", XLSX),
    (b"application/vnd.ms-excel.sheet.macroEnabled.main+xml", XLSM),
    (b"application/vnd.ms-excel.template.macroEnabled.main+xml", XLSM),
    (b"application/vnd.ms-excel.addin.macroEnabled.main+xml", XLSM),
    (b"application/vnd.ms-excel.sheet.binary.macroEnabled.main", XLSB),
    (_OOXML + b"wordprocessingml.document.main+xml", DOCX),
    (_OOXML + b"wordprocessingml.template.main+xml", DOCX),
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", DOCX),
    (b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", DOCX),
    (_OOXML + b"presentationml.", _PPTX),
    (b"application/vnd.ms-powerpoint.", _PPTX),
    (b"application/vnd.ms-visio.", Format("vsdx", "Visio 图表", "a Visio drawing")),
    (b"application/vnd.ms-package.xps-", Format("xps", "XPS 版式文件", "an XPS document", document=True)),
)
ARCHIVES: tuple[tuple[str, Format], ...] = (
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", XLSB),
    ("word/document.xml", DOCX),
    ("ppt/presentation.xml", _PPTX),
    ("OFD.xml", _OFD),
    ("Index/Document.iwa", _IWORK),
    ("Index.zip", _IWORK),
    ("AndroidManifest.xml", Format("apk", "安卓应用（apk）", "an Android app (apk)")),
    ("META-INF/MANIFEST.MF", Format("jar", "Java 程序包（jar）", "a Java archive (jar)")),
    ("META-INF/container.xml", Format("epub", "电子书（epub）", "an electronic book (epub)")),
)
_ODF = b"application/vnd.oasis.opendocument."
MIMETYPES: dict[bytes, Format] = {
    _ODF + b"spreadsheet": ODS,
    _ODF + b"text": _saved_as("docx", "odt", "OpenDocument 文本（odt）", "an OpenDocument text (odt)"),
    _ODF + b"presentation": _saved_as(
        "xlsx", "odp", "OpenDocument 演示文稿（odp）", "an OpenDocument presentation (odp)"
    ),
    _ODF + b"graphics": Format("odg", "OpenDocument 绘图（odg）", "an OpenDocument drawing (odg)"),
    b"application/epub+zip": Format("epub", "电子书（epub）", "an electronic book (epub)"),
    b"application/vnd.apple.numbers": _IWORK,
}

"""A workbook that is an archive (xlsx, xlsm, xlsb, ods) → what the reader of its format makes of it.

Nothing a file holds makes this raise: an archive that turns out damaged or too large while it is read is a finding.
"""

from __future__ import annotations

from transforms.book import Buffer, Kind, Limits, Part
from transforms.readers.archive.archive import Archive, ArchiveDamagedError, ArchiveTooLargeError
from transforms.readers.ods.workbook import read_ods
from transforms.readers.outcomes import damaged, too_large
from transforms.readers.xlsb.workbook import read_xlsb
from transforms.readers.xlsx.workbook import read_xlsx


def read_workbook(data: Buffer, archive: Archive, kind: Kind, name: str, limits: Limits) -> Part:
    """Every sheet of workbook `data`, called `name`, that `archive` opens; or one finding that says why there is none.

    Beside the sheets: FILE-12 and FILE-13 for what a workbook holds beside cells.
    """
    try:
        match kind:
            case "ods":
                return read_ods(archive, name, limits)
            case "xlsb":
                return read_xlsb(archive, name, limits)
            case _:
                return read_xlsx(data, archive, name, limits)
    except ArchiveDamagedError as error:
        return Part((), (damaged(name, str(error)),))
    except ArchiveTooLargeError as error:
        return Part((), (too_large(name, f"展开后过大（{error}）", f"it expands too far ({error})"),))

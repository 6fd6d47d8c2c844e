"""The pack that `jixiao init` makes: a small made-up bureau that runs at once, to be made one's own.

Data stands in `pack/`, nothing here changes it: no year, no name and no path is filled in. It never writes over a file.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile

from contracts.errors import UsageError


def write_starter(folder: Path) -> None:
    """Write the starter pack into `folder`, which is made if it does not exist.

    Raises UsageError where `folder` is a file, holds anything already, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                f"{folder} 已存在且不是空文件夹，未作改动",
                f"{folder} exists and is not an empty folder; nothing was changed",
            )
        with as_file(files(__name__) / "pack") as pack:
            for source in sorted(path for path in pack.rglob("*") if path.is_file()):
                target = folder / source.relative_to(pack)
                target.parent.mkdir(parents=True, exist_ok=True)
                copyfile(source, target)
    except OSError as error:
        raise UsageError(f"无法写入 {folder}：{error.strerror}", f"cannot write {folder}: {error.strerror}") from error

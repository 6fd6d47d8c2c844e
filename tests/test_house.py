"""The house: direction of imports, lock files, the set of libraries that is really installed, the wheel.

Nothing here knows what the software does.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Sequence
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

PACKAGES = ("contracts", "transforms", "warehouse", "flows")
LOCKS = ("requirements.lock", "requirements-dev.lock")
# What would tie a lock to one machine or one registry.
INDEX = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|\bfile:|^\s*-[if]\b| @ |(?<![\w#.])/\w", re.M)


class Pin(NamedTuple):
    """One entry of a lock: the requirement as written and how many hashes it carries."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> NormalizedName:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> Version:
        (only,) = self.requirement.specifier
        assert only.operator == "==", f"not pinned: {self.requirement}"
        return Version(only.version)


def read_pins(lock: Path) -> list[Pin]:
    """Every entry of a lock file; a library pinned twice for two Pythons is two entries."""
    text = re.sub(r"^\s*#.*$", "", lock.read_text(encoding="utf-8"), flags=re.M).replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip()]
    return [Pin(Requirement(entry.split(" --hash")[0].strip()), entry.count("--hash=sha256:")) for entry in entries]


def read_declared(root: Path, *groups: str) -> list[Requirement]:
    """What pyproject.toml asks for: the dependencies, and those of the named groups."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    asked: list[str] = list(project["project"]["dependencies"])
    for group in groups:
        asked += project["dependency-groups"][group]
    return [Requirement(one) for one in asked]


def run(command: Sequence[str | Path], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=os.environ | environ, capture_output=True, text=True, timeout=120
    )


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=folder)


def copy_packages(root: Path, to: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(root / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", to)
    return to


# --- direction of imports


def test_imports_go_one_way(root: Path) -> None:
    answer = lint_imports(root)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_import_contract_notices_its_breach(root: Path, tmp_path: Path) -> None:
    copy = copy_packages(root, tmp_path)
    breaches = {
        "contracts/stray.py": "import flows\nimport prefect\nimport os\n",
        "transforms/stray.py": "import warehouse\n",
        "warehouse/stray.py": "def late() -> None:\n    import duckdb\n    import great_expectations\n",
        "flows/stray.py": "import pandera.polars\n",
    }
    for path, text in breaches.items():
        (copy / path).write_text(text, encoding="utf-8")
    answer = lint_imports(copy)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    names = [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]
    kept = [name for name in names if not re.search(rf"^{re.escape(name)}\s*BROKEN( \(.*\))?$", answer.stdout, re.M)]
    assert names
    assert not kept, answer.stdout


# --- locks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_nothing_of_one_machine(root: Path, lock: str) -> None:
    assert INDEX.findall((root / lock).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--extra-index-url http://example.org",
        "-i https://example.org",
        "-f wheels",
        "--find-links wheels",
        "#    uv pip compile /home/me/pyproject.toml",
        "polars @ file:///wheels/polars.whl",
        "    # from https://example.org/simple",
    ],
)
def test_an_index_in_a_lock_would_be_seen(root: Path, line: str) -> None:
    assert INDEX.search((root / LOCKS[0]).read_text(encoding="utf-8") + line + "\n")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_hashed(root: Path, lock: str) -> None:
    pins = read_pins(root / lock)
    assert len(pins) > 100
    assert [str(pin.requirement) for pin in pins if not pin.hashes or not pin.version] == []


@pytest.mark.parametrize(("lock", "groups"), zip(LOCKS, [("build",), ("build", "dev")], strict=True))
def test_everything_declared_is_locked_within_its_bounds(root: Path, lock: str, groups: tuple[str, ...]) -> None:
    pins = read_pins(root / lock)
    for declared in read_declared(root, *groups):
        mine = [pin for pin in pins if pin.name == canonicalize_name(declared.name)]
        assert mine, f"{declared} is not in {lock}: run make lock"
        for pin in mine:
            assert declared.specifier.contains(pin.version), f"{lock} has {pin.requirement}, declared {declared}"
            assert declared.extras <= pin.requirement.extras, f"{lock} has {pin.requirement}, declared {declared}"


def test_what_is_tested_is_what_runs(root: Path) -> None:
    running, tested = ({str(pin.requirement) for pin in read_pins(root / lock)} for lock in LOCKS)
    assert running <= tested, f"pinned otherwise for tests: {sorted(running - tested)}"


# --- what is installed


def test_the_prefect_server_can_be_imported(tmp_path: Path) -> None:
    # `import prefect` and `pip check` are green on sets of libraries with which the server cannot even be imported.
    answer = run([sys.executable, "-c", "import prefect.server.api.server"], cwd=tmp_path, PREFECT_HOME=str(tmp_path))
    assert answer.returncode == 0, answer.stderr


def test_no_library_brings_a_module_of_our_name(root: Path) -> None:
    owners = packages_distributions()
    installed = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    for name in PACKAGES:
        assert set(owners.get(name, [])) <= {"jixiao"}
        assert PathFinder.find_spec(name, installed) is None, f"a library brings a module called {name}"
        assert Path(str(importlib.import_module(name).__file__)).parent == root / name


# --- the wheel


class Built(NamedTuple):
    """A wheel and the files of the packages it was built from, as paths from the top folder."""

    wheel: Path
    files: frozenset[str]


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Our wheel, built from a copy: what a build leaves behind must not reach the clone."""
    copy = copy_packages(root, tmp_path_factory.mktemp("source"))
    for beside in ("LICENSE", ".gitignore", "README.md"):
        if (root / beside).exists():
            shutil.copy(root / beside, copy)
    # Files of every sort that are not Python, so that the law holds for those still to be written.
    for probe in ("warehouse/probe.j2", "warehouse/probe/a.css", "flows/probe/var/a.csv", "flows/probe/build/甲.xlsx"):
        (copy / probe).parent.mkdir(parents=True, exist_ok=True)
        (copy / probe).write_bytes(b"probe")
    files = (path for package in PACKAGES for path in (copy / package).rglob("*") if path.is_file())
    ours = frozenset(path.relative_to(copy).as_posix() for path in files)
    out = tmp_path_factory.mktemp("wheel")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        out,
        copy,
    ]
    answer = run(command, cwd=out)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (wheel,) = out.glob("jixiao-*.whl")
    return Built(wheel, ours)


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == built.files


RUN_OUTSIDE = """
from pathlib import Path
from flows.batch import load_pack, run_plain
from flows.settings import Settings
print(run_plain(load_pack(Path("新包"), Settings()), Path("home"), Settings()).summary)
"""


def test_the_installed_wheel_runs_from_anywhere(built: Built, tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        target,
        built.wheel,
    ]
    installed = run(command, cwd=elsewhere)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    code = f"import {', '.join(PACKAGES)}\nprint(*(m.__file__ for m in ({', '.join(PACKAGES)})), sep='\\n')"
    answer = run([sys.executable, "-c", code], cwd=elsewhere, PYTHONPATH=str(target))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == [str(target / name / "__init__.py") for name in PACKAGES]
    entry_points = next(target.glob("jixiao-*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "jixiao = flows.cli:main" in entry_points
    made = run([sys.executable, "-m", "flows.cli", "init", "新包"], cwd=elsewhere, PYTHONPATH=str(target))
    assert made.returncode == 0, made.stderr
    # Through to the published pages: templates, styles and migrations came along.
    answer = run([sys.executable, "-c", RUN_OUTSIDE], cwd=elsewhere, PYTHONPATH=str(target))
    assert answer.returncode == 0, answer.stderr
    assert "示例" in (elsewhere / answer.stdout.strip()).read_text(encoding="utf-8")


# --- skipped tests


@pytest.mark.parametrize("ci", ["true", "false"])
def test_a_skipped_test_is_named_and_fails_root_in_ci(root: Path, tmp_path: Path, ci: str) -> None:
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "postgres.py"):
        shutil.copy(root / "tests" / name, tmp_path / "tests")
    code = "import pytest\n\n@pytest.mark.needs('strace')\ndef test_of_connections() -> None: ...\n"
    (tmp_path / "tests" / "test_one.py").write_text(code, encoding="utf-8")
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path / "tests"]
    answer = run(command, cwd=tmp_path, CI=ci, PATH=str(tmp_path))
    assert re.search(r"test_one\.py::test_of_connections: strace .*\.ci/system-packages", answer.stdout), answer.stdout
    assert answer.returncode == (1 if ci == "true" and os.geteuid() == 0 else 0)


def test_every_program_that_a_test_needs_is_installed_in_ci(root: Path) -> None:
    installs = re.findall(r'^ +"(\S+) \S+ ', (root / ".ci" / "system-packages").read_text(encoding="utf-8"), re.M)
    assert "strace" in installs
    for path in (root / "tests").rglob("test_*.py"):
        markers = re.findall(r"mark\.needs\(([^)]*)\)", path.read_text(encoding="utf-8"))
        needed = {program for marker in markers for program in re.findall(r"\w+", marker)}
        assert needed <= set(installs), f"{path.name} needs {sorted(needed - set(installs))}"

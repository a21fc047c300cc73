"""A run in which a test is skipped, in whatever way, fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
PASSES = "def test_passes(): pass\n"


@pytest.mark.parametrize(
    ("source", "workers", "passes"),
    [
        pytest.param("", 0, True, id="nothing is skipped"),
        pytest.param("import pytest\ndef test_it(): pytest.skip('no')", 0, False, id="a test skips itself"),
        pytest.param("import pytest\n@pytest.mark.skip\ndef test_it(): pass", 1, False, id="a test is marked"),
        pytest.param("import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0", 1, False, id="a test may fail"),
        pytest.param("import pytest\npytest.importorskip('no_such_module')", 1, False, id="a module is skipped"),
    ],
)
def test_a_skipped_test_fails_the_run(tmp_path: Path, source: str, workers: int, passes: bool) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "test_passes.py").write_text(PASSES)
    (tmp_path / "test_case.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "--rootdir", str(tmp_path), str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode == 0) is passes, run.stdout
    assert ("no test may be skipped" in run.stdout) is not passes

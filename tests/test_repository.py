"""What stands in the repository and what must not."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.environment import missing

ROOT = Path(__file__).resolve().parent.parent
LOCKS = [ROOT / "package-lock.json", *sorted((ROOT / "requirements").glob("*.txt"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda one: one.name)
def test_a_lock_file_holds_versions_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert re.search(r"sha(256:|512-)", text)


def test_nothing_is_kept_that_a_run_leaves_behind() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        missing("a git checkout")
    assert git is not None
    # The folder may belong to somebody else than who runs the tests.
    asked = [git, "-c", f"safe.directory={ROOT}", "ls-files"]
    names = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert "README.md" in names
    left = re.compile(
        r"(^|/)(\.schemathesis|\.hypothesis|node_modules|build|var|test-artifacts|uv\.lock)(/|$)|\.(sqlite3|mo|pyc|log)$"
    )
    assert [name for name in names if left.search(name)] == []

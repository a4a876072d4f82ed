"""Pictures are hashed in a process that may start no threads and has little memory, for an ordinary user too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pictures_made import photo

CODE = """
import io, sys
sys.path[:] = sys.argv[1:]
from ritrova.workers import isolation
raw = sys.stdin.buffer.read()
isolation.lock(1 << 30)
from ritrova.formats import pictures
print(pictures.hashed(io.BytesIO(raw), "image/jpeg").pdq)
"""


def test_a_locked_process_hashes_a_picture() -> None:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", CODE, *(os.path.abspath(each) for each in sys.path if each)],
        input=photo(3, 320),
        capture_output=True,
        env={},
        cwd="/",
        check=False,
        **({"user": 65534, "extra_groups": []} if root else {}),  # type: ignore[arg-type]
    )
    if b"PermissionError" in done.stderr or b"No module named" in done.stderr:
        pytest.skip("another user may not read this installation")
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.strip()) == 64

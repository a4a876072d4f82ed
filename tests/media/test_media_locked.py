"""Pictures are hashed in a process that may start no threads and has little memory, for an ordinary user too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pictures_made import photo

CODE = """
import io, os, sys
sys.path[:] = sys.argv[1:]
from ritrova.workers import isolation
raw = sys.stdin.buffer.read()
if os.geteuid() == 0:  # limits on threads do not hold for root
    os.setgroups([])
    os.setresuid(65534, 65534, 65534)
isolation.lock(1 << 30)
from ritrova.formats import pictures
print(pictures.hashed(io.BytesIO(raw), "image/jpeg").pdq)
"""


def test_a_locked_process_hashes_a_picture() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", CODE, *(os.path.abspath(each) for each in sys.path if each)],
        input=photo(3, 320),
        capture_output=True,
        env={},
        cwd="/",
        check=False,
    )
    if b"PermissionError" in done.stderr or b"No module named" in done.stderr:
        pytest.skip("another user may not read this installation")
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout.strip()) == 64

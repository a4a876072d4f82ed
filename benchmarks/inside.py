"""Times a piece of Python in a process of its own: CPU seconds without the start and the imports, and its peak memory."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

FRAME = """
import os, resource, time
path = {path!r}
class OnDisk:
    source, modified, parent = "0" * 64, None, None
    name = path = {name!r}
    def __init__(self):
        self.size = os.path.getsize({path!r})
    def head(self, n=4096):
        with open({path!r}, "rb") as f:
            return f.read(n)
    def open(self):
        return open({path!r}, "rb")
    def sha256(self):
        return self.source
    def sibling(self, name):
        return None
    def siblings(self):
        return []
{imports}
before = time.process_time()
{way}
print(n, time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
FLOOR = """
h = hashlib.sha256()
with open(path, "rb") as f:
    while piece := f.read(1 << 20):
        h.update(piece)
n = 0
"""


class Inside(NamedTuple):
    """What the piece counted (its `n`), its CPU seconds, the peak MiB of its process."""

    n: int
    cpu: float
    peak: float


def inside(python: str | Path, path: Path, imports: str, way: str) -> Inside:
    """Run it once. A piece that fails raises with what it said."""
    script = FRAME.format(path=str(path), name=path.name, imports=imports, way=way)
    done = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{way.strip().splitlines()[-1]}: {done.stderr[-1000:]}")
    n, cpu, peak = done.stdout.split()[-3:]
    return Inside(int(n), float(cpu), float(peak))


def floor(python: str | Path, path: Path) -> Inside:
    """Reading the file and its SHA-256: what no tool that hashes can go below."""
    return inside(python, path, "import hashlib", FLOOR)

"""Runs a command as a whole process and says its CPU seconds, wall seconds and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "build" / "peers"


class Run(NamedTuple):
    """CPU seconds (user and system, children included), wall seconds, peak MiB of the whole process tree, output."""

    cpu: float
    wall: float
    peak: float
    out: str


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run it once. A command that fails raises with what it said."""
    before = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    )
    peak = [0.0]
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, stop), daemon=True)
    watcher.start()
    before_cpu = os.times()
    out, err = process.communicate()
    stop.set()
    after_cpu = os.times()
    if process.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} gave {process.returncode}: {err[-2000:]}")
    cpu = (after_cpu.children_user + after_cpu.children_system) - (
        before_cpu.children_user + before_cpu.children_system
    )
    return Run(cpu, time.monotonic() - before, peak[0], out)


def _watch(pid: int, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        total = 0.0
        for one in _tree(pid):
            try:
                text = Path(f"/proc/{one}/status").read_text()
            except OSError:
                continue
            for line in text.splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) / 1024
        peak[0] = max(peak[0], total)


def _tree(pid: int) -> list[int]:
    found = [pid]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    for child in children:
        found += _tree(int(child))
    return found


def peer(name: str, *packages: str) -> Path | None:
    """The Python of a peer's own environment, made when missing; None (and a line that says so) where that fails."""
    folder = PEERS / name
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if ready.exists():
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", *packages],
            check=True,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        print(f"peer {name} is not available here: {str(error.stderr)[-300:]}", file=sys.stderr)
        return None
    ready.touch()
    return python

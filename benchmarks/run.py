"""`make bench`: every benchmark of the project, one after another, as ratios in one run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from measure import run

HERE = Path(__file__).resolve().parent
LIBRARY = {"run", "measure", "talk", "inside", "wordings"}


def main() -> None:
    """Run each file of this folder that is a benchmark; a failing one does not stop the others."""
    help_runs = sorted(run([str(Path(sys.executable).with_name("ritrova")), "--help"]).cpu for _ in range(5))
    print(f"ritrova --help: {help_runs[2] * 1000:.0f} ms of CPU (median of 5)")
    failed = []
    for file in sorted(HERE.glob("*.py")):
        if file.stem in LIBRARY:
            continue
        print(f"== {file.stem}", flush=True)
        if subprocess.run([sys.executable, str(file)], check=False).returncode:
            failed.append(file.stem)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

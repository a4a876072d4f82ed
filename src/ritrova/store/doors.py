"""Who writes next: two locks on case.lock, so that a decision never waits behind a long `add`.

A writer first takes the turnstile, then the desk, and leaves the turnstile as soon as it sits at the desk. Whoever comes
while a batch is being written stands in the turnstile; the one who writes batch after batch has to queue behind. So the
wait is at most the batch under way (and one more if somebody stands in the turnstile already). Locks are `flock` on open
files: they hold between threads and processes and vanish with a killed process.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ritrova.model.errors import CaseDamaged, CaseLocked

TURNSTILE = "case.turn"
DESK = "case.lock"


@contextmanager
def desk(folder: Path, wait: float, urgent: bool = False) -> Iterator[None]:
    """Hold the right to write. `wait` seconds at most, then CaseLocked. `urgent` only looks more often."""
    until = time.monotonic() + wait
    pause = 0.001 if urgent else 0.004
    turnstile = _taken(folder / TURNSTILE, until, pause, wait)
    try:
        held = _taken(folder / DESK, until, pause, wait)
    finally:
        os.close(turnstile)
    try:
        yield
    finally:
        os.close(held)


@contextmanager
def desk_if_free(folder: Path) -> Iterator[bool]:
    """The right to write if nobody has it or waits for it; else False at once."""
    try:
        turnstile = _taken(folder / TURNSTILE, 0.0, 0.0, 0.0)
    except CaseLocked:
        yield False
        return
    try:
        held = _taken(folder / DESK, 0.0, 0.0, 0.0)
    except CaseLocked:
        os.close(turnstile)
        yield False
        return
    os.close(turnstile)
    try:
        yield True
    finally:
        os.close(held)


def _taken(path: Path, until: float, pause: float, wait: float) -> int:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CaseDamaged(
            f"{path} cannot be opened: {error.strerror}.", "Make the case folder writable."
        ) from None
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(fd)
                raise CaseLocked(
                    f"Another process has been writing to {path.parent} for more than {wait:g} s.",
                    "Wait for it to end, or stop it, and try again.",
                ) from None
        except OSError as error:
            os.close(fd)
            raise CaseDamaged(
                f"{path} cannot be locked: {error.strerror}.", "Move the case to a local disk."
            ) from None
        time.sleep(pause)

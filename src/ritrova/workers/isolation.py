"""Locking a reading process in: no network, no other programs, no files written, little memory, no debugger.

Linux on x86_64 and aarch64 has all of it (a seccomp filter without any library); elsewhere the limits alone hold, and
`isolation` says so.
"""

from __future__ import annotations

import ctypes
import sys

from ritrova.workers import seccomp

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def lock(memory: int) -> dict[str, bool]:
    """Lock this process in for good; `memory` is bytes of address space. Says what took hold."""
    import resource

    done: dict[str, bool] = {}
    for name, limit in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_NOFILE", 64),
    ):
        which = getattr(resource, name, None)
        done[name] = False
        if which is not None:
            try:
                resource.setrlimit(which, (limit, limit))
                done[name] = True
            except (ValueError, OSError):
                continue
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        done["dies with its parent"] = libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0) == 0
        done["not to be debugged"] = libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
        done["no new privileges"] = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        done["system calls filtered"] = seccomp.install(libc)
    return done

"""Locking a reading process in: no network, no other programs, no files written, little memory, no debugger.

Linux on x86_64 and aarch64 has all of it (a seccomp filter without any library); elsewhere the limits alone hold, and
`isolation` says so.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

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


def isolation() -> dict[str, bool | str]:
    """What really holds on this machine: a child locks itself in and tries the forbidden things. For `ritrova doctor`.

    True where a thing is prevented (or a limit holds), False where it is not; a sentence under "system" where this system has
    no call filter, or under "failed" where the trial itself did not work.
    """
    import json
    import os
    import subprocess

    code = "import sys; sys.path[:] = sys.argv[1:]; from ritrova.workers.isolation import trial; trial()"
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", code, *(os.path.abspath(each) for each in sys.path if each)],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        out: dict[str, bool | str] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return {"failed": f"the trial of the isolation did not work: {type(error).__name__}"}
    if not seccomp.supported():
        out["system"] = "this system has no call filter that ritrova knows; only the limits hold"
    return out


def trial() -> None:
    """Lock this process in, try what is forbidden, print what was prevented as JSON, and end."""
    import json
    import os
    import socket
    import tempfile

    folder = tempfile.gettempdir()
    memory = 1 << 28
    out: dict[str, bool] = {
        name: held for name, held in lock(memory).items() if not name.startswith("RLIMIT")
    }

    def prevented(name: str, attempt: Callable[[], object]) -> None:
        try:
            attempt()
            out[name] = False
        except (OSError, MemoryError):
            out[name] = True

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    prevented("no network", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    prevented("no local sockets", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    prevented("no new processes", fork)
    prevented("no other programs", lambda: os.execv("/bin/true", ["true"]))
    prevented(
        "no files written", lambda: os.open(os.path.join(folder, "ritrova-trial"), os.O_WRONLY | os.O_CREAT)
    )
    prevented("no folders made", lambda: os.mkdir(os.path.join(folder, "ritrova-trial")))
    prevented("no signals to others", lambda: os.kill(os.getppid(), 0))
    prevented("memory limited", lambda: bytearray(2 * memory))
    out["empty environment"] = set(os.environ) <= {"LC_CTYPE"}
    print(json.dumps(out), flush=True)
    os._exit(0)

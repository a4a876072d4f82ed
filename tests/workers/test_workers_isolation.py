"""The lock on a reading process really holds, and the filter says what it means to say."""

from __future__ import annotations

import struct
import sys

import pytest

from ritrova.workers import isolation, seccomp


@pytest.mark.skipif(not seccomp.supported(), reason="this system has no call filter")
def test_everything_that_is_promised_is_prevented() -> None:
    held = isolation.isolation()
    assert held and "failed" not in held
    assert [name for name, yes in held.items() if yes is not True] == []


def run(code: bytes, machine: str, number: int, *arguments: int) -> int:
    """A small machine for the filter's own language: what would the kernel answer?"""
    audit = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}[machine]
    call = struct.pack("<IIQ", number, audit, 0) + struct.pack("<6Q", *arguments, *[0] * (6 - len(arguments)))
    at = held = 0
    while True:
        op, yes, no, k = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if op == 0x20:
            (held,) = struct.unpack_from("<I", call, k)
        elif op == 0x06:
            return int(k)
        else:
            fits = {0x15: held == k, 0x35: held >= k, 0x45: bool(held & k)}[op]
            at += yes if fits else no


ALLOW, EPERM, ENOSYS, EACCES, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x5000D, 0x80000000
READ_X86, READ_ARM = 0, 63


@pytest.mark.parametrize(
    "machine,number,arguments,answer",
    [
        ("x86_64", READ_X86, (), ALLOW),
        ("x86_64", 41, (), EPERM),  # socket
        ("x86_64", 57, (), EPERM),  # fork
        ("x86_64", 59, (), EPERM),  # execve
        ("x86_64", 56, (0x11,), EPERM),  # clone of a process
        ("x86_64", 56, (0x3D0F00,), ALLOW),  # clone of a thread
        ("x86_64", 435, (), ENOSYS),  # clone3
        ("x86_64", 257, (0, 0, 0), ALLOW),  # openat for reading
        ("x86_64", 257, (0, 0, 0x80000), ALLOW),  # with close-on-exec
        ("x86_64", 257, (0, 0, 1), EACCES),
        ("x86_64", 257, (0, 0, 0o100), EACCES),
        ("x86_64", 2, (0, 0), ALLOW),
        ("x86_64", 2, (0, 2), EACCES),
        ("x86_64", 437, (), ENOSYS),  # openat2
        ("x86_64", 425, (), EPERM),  # io_uring_setup
        ("x86_64", 234, (77, 77, 6), ALLOW),  # a signal to itself
        ("x86_64", 234, (78, 78, 6), EPERM),
        ("x86_64", 62, (1, 9), EPERM),  # kill
        ("x86_64", 101, (), EPERM),  # ptrace
        ("x86_64", 0x40000000 | 41, (), EPERM),  # the other numbering of the same calls
        ("i386", 1, (), KILL),
        ("aarch64", READ_ARM, (), ALLOW),
        ("aarch64", 198, (), EPERM),
        ("aarch64", 220, (0x11,), EPERM),
        ("aarch64", 221, (), EPERM),
        ("aarch64", 56, (0, 0, 0), ALLOW),
        ("aarch64", 56, (0, 0, 0o1101), EACCES),
        ("aarch64", 131, (78, 78, 6), EPERM),
    ],
)
def test_the_filter_answers_as_meant(
    machine: str, number: int, arguments: tuple[int, ...], answer: int
) -> None:
    code = seccomp.program("aarch64" if machine == "aarch64" else "x86_64", 77)
    assert run(code, machine, number, *arguments) == answer


def test_the_trial_runs_without_the_callers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RITROVA_PASSPHRASE", "canary")
    if sys.platform == "linux":
        assert isolation.isolation()["empty environment"] is True

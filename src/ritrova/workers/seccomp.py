"""A system call filter for Linux without any library: what a reading process has no business to ask of the kernel.

Denied calls fail with EPERM, so that a plugin gets an ordinary error and the run goes on. Numbers are from the kernel's
tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h, Linux 6.x).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_X86_64: dict[str, tuple[int, ...]] = {
    "network": (41, 42, 43, 44, 46, 49, 50, 53, 288, 299, 307),
    "programs": (57, 58, 59, 322),
    "others' memory and signals": (101, 62, 129, 200, 297, 310, 311, 312, 424, 434, 438, 440, 448),
    "files": (
        *(76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 132, 133, 161, 165, 166, 188, 189, 190),
        *(197, 198, 199, 235, 258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 285, 316, 319, 452),
    ),
    "the system": (
        *(103, 134, 135, 155, 160, 163, 167, 168, 169, 170, 171, 172, 173, 175, 176, 246, 248, 249, 250, 256),
        *(272, 279, 298, 302, 304, 308, 313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 442),
        *(
            29,
            30,
            31,
            64,
            65,
            66,
            67,
            68,
            69,
            70,
            71,
            240,
            241,
            253,
            254,
            294,
            300,
            301,
            105,
            106,
            113,
            114,
            117,
            119,
        ),
    ),
}
_AARCH64: dict[str, tuple[int, ...]] = {
    "network": (198, 199, 200, 201, 202, 203, 206, 211, 212, 242, 243, 269),
    "programs": (221, 281),
    "others' memory and signals": (117, 129, 130, 138, 240, 270, 271, 272, 424, 434, 438, 440, 448),
    "files": (
        *(
            33,
            34,
            35,
            36,
            37,
            38,
            39,
            40,
            41,
            45,
            46,
            47,
            48,
            49,
            50,
            51,
            52,
            53,
            54,
            55,
            5,
            6,
            7,
            14,
            15,
            16,
        ),
        *(88, 276, 279, 452),
    ),
    "the system": (
        *(
            1,
            2,
            3,
            4,
            18,
            26,
            27,
            28,
            42,
            60,
            89,
            92,
            97,
            104,
            105,
            106,
            112,
            116,
            142,
            161,
            162,
            164,
            170,
            171,
        ),
        *(
            180,
            181,
            182,
            183,
            184,
            185,
            186,
            187,
            188,
            189,
            190,
            191,
            192,
            193,
            194,
            195,
            196,
            197,
            217,
            218,
            219,
        ),
        *(
            224,
            225,
            236,
            239,
            241,
            244,
            261,
            262,
            264,
            265,
            266,
            268,
            273,
            280,
            282,
            294,
            425,
            426,
            427,
            428,
            429,
        ),
        *(430, 431, 432, 433, 442, 143, 144, 145, 146, 147, 149),
    ),
}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3, _OPENAT2 = 435, 437
_OPENAT = {"x86_64": 257, "aarch64": 56}
_TGKILL = {"x86_64": 234, "aarch64": 131}
_OPEN_X86_64 = 2
_CLONE_THREAD = 0x10000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS, _EACCES = 1, 38, 13


def supported() -> bool:
    """True where there is a filter for this system."""
    return platform.system() == "Linux" and platform.machine() in _AUDIT


def program(machine: str, pid: int) -> bytes:
    """The filter for a machine type and the process `pid` (which may signal itself, and nobody else)."""
    out: list[tuple[int, int, int, int]] = []

    def deny(errno: int) -> None:
        out.append((_RET, 0, 0, _ERRNO | errno))

    def load(offset: int) -> None:
        out.append((_LOAD, 0, 0, offset))

    load(4)
    out += [(_JEQ, 1, 0, _AUDIT[machine]), (_RET, 0, 0, _KILL)]
    load(0)
    if machine == "x86_64":
        out.append((_JGE, 0, 1, 0x40000000))
        deny(_EPERM)
    table = _X86_64 if machine == "x86_64" else _AARCH64
    for numbers in table.values():
        for number in numbers:
            out.append((_JEQ, 0, 1, number))
            deny(_EPERM)
    for number in (_CLONE3, _OPENAT2):
        out.append((_JEQ, 0, 1, number))
        deny(_ENOSYS)
    # Each of these looks at an argument, then loads the number again for the next.
    out.append((_JEQ, 0, 4, _CLONE[machine]))
    load(16)
    out.append((_JSET, 1, 0, _CLONE_THREAD))
    deny(_EPERM)
    load(0)
    out.append((_JEQ, 0, 4, _TGKILL[machine]))
    load(16)
    out.append((_JEQ, 1, 0, pid))
    deny(_EPERM)
    load(0)
    opens = [(_OPENAT[machine], 32)] + ([(_OPEN_X86_64, 24)] if machine == "x86_64" else [])
    for number, argument in opens:
        out.append((_JEQ, 0, 4, number))
        load(argument)
        out.append((_JSET, 0, 1, _WRITING))
        deny(_EACCES)
        load(0)
    out.append((_RET, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *each) for each in out)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(libc: ctypes.CDLL) -> bool:
    """Put the filter on this process for good (needs "no new privileges" first)."""
    if not supported():
        return False
    code = program(platform.machine(), os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    filtering = _Program(len(code) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(22, 2, ctypes.byref(filtering), 0, 0) == 0)

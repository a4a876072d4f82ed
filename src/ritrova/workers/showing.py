"""One picture made anew for one person, or fingerprinted without being shown: decoded in a locked child, which gives back nothing
but fresh JPEG bytes, or a hash.

The bytes of the original never reach a browser: what a hostile file could do, it does to a process that has no network, no files
and no other programs.
"""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from ritrova.formats.pictures import BYTES, Hashed, Unreadable

MEMORY = 1 << 30
SECONDS = 60
CODE = "import sys; sys.path[:] = sys.argv[1:]; from ritrova.workers.showing import child; child()"


def made_anew(raw: bytes, mime: str, side: int, grey: bool) -> bytes:
    """The picture as a JPEG that fits `side` x `side`, without anything of the file but what is seen. Raises `Unreadable`."""
    made = _asked(raw, f"{mime} {side} {int(grey)}\n")
    if not (made.startswith(b"\xff\xd8\xff") and made.endswith(b"\xff\xd9")):
        raise Unreadable("it does not decode")
    return made


def fingerprinted(raw: bytes, mime: str) -> Hashed:
    """What can be compared of the picture without seeing it. Raises `Unreadable`."""
    made = _asked(raw, f"{mime} 0 hash\n")
    try:
        return msgspec.msgpack.decode(made, type=Hashed)
    except msgspec.DecodeError as error:
        raise Unreadable("it does not decode") from error


def _asked(raw: bytes, head: str) -> bytes:
    if len(raw) > BYTES:
        raise Unreadable("the file is too large to decode")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CODE, *(os.path.abspath(each) for each in sys.path if each)],
            input=head.encode() + raw,
            env={},
            cwd="/",
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"it was not decoded in {SECONDS} s") from error
    if done.returncode:
        raise Unreadable("it does not decode")
    return done.stdout


def child() -> None:
    """Read the whole order, lock the door, decode, write a JPEG or a hash, end."""
    import io
    from contextlib import suppress

    from PIL import Image, JpegImagePlugin

    from ritrova.formats.pictures import decoded, hashed, ready
    from ritrova.workers import isolation

    with suppress(ImportError):
        Image.init()
    head, _, raw = sys.stdin.buffer.read().partition(b"\n")
    mime, side, grey = head.decode().split(" ")
    if grey == "hash":
        ready()
    isolation.lock(MEMORY)
    try:
        if grey == "hash":
            sys.stdout.buffer.write(msgspec.msgpack.encode(hashed(io.BytesIO(raw), mime)))
            sys.stdout.buffer.flush()
            os._exit(0)
        picture, _, _ = decoded(io.BytesIO(raw), mime, int(side))
    except Unreadable:
        os._exit(4)
    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture)
    out = io.BytesIO()
    (fresh.convert("L") if grey == "1" else fresh).save(out, JpegImagePlugin.JpegImageFile.format, quality=80)
    sys.stdout.buffer.write(out.getvalue())
    sys.stdout.buffer.flush()
    os._exit(0)

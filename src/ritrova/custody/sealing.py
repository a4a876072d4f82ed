"""Seal what others will be shown: a BagIt bag (RFC 8493) that anyone checks without ritrova.

`sha256sum -c manifest-sha256.txt` checks the payload, `python3 verify.py` also finds what was added, replays the custody log,
opens the disclosed lines and checks the signatures with `openssl`. The signature is over `tagmanifest-sha256.txt`, which
lists every file outside `data/`, `manifest-sha256.txt` among them, which lists every file inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from ritrova.custody import log, mirror, names, outgoing, signing
from ritrova.model.errors import CustodyBroken, WrongUse
from ritrova.model.records import Action
from ritrova.model.shapes import Manifest

TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.sig"
STAMP = "tagmanifest-sha256.txt.tsr"
"""An RFC 3161 time stamp over the tag manifest, which may be added to a finished bag."""
DISCLOSED = "custody-disclosed.jsonl"
STATEMENT = "seal.json"


class Seal(msgspec.Struct, frozen=True):
    """What a bundle says about itself: who sealed it, when (ISO 8601, UTC), under what right, from which case, what was chosen.

    `identities` is True when names and numbers stand in it as written. `sources` are {"sha256","name","received_at","by",
    "from_whom","basis"} as they may be shown. `chosen` says in words what was selected.
    """

    case: str
    by: str
    t: str
    basis: str
    tool: str
    identities: bool
    chosen: str = "everything"
    sources: tuple[dict[str, object], ...] = ()


class Sealed(msgspec.Struct, frozen=True):
    """A finished bundle: where it is, who signed, and what is in it."""

    out: Path
    fingerprint: str
    files: tuple[Manifest, ...]
    size: int


class Bag:
    """A bundle being written; implements `model.shapes.Out`.

    with Bag(out) as bag:
        EXPORTER.export(view, bag, hide)
        bag.finish(seal, lines=..., disclosed=..., key=...)

    Refuses an `out` that exists and is not empty. Left without `finish`, the folder holds no tag files and does not verify.
    """

    def __init__(self, out: Path) -> None:
        outgoing.usable(out)
        self._payload: outgoing.Folder | None = outgoing.Folder(out / "data")
        self.out = out

    def __enter__(self) -> Bag:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._payload = None

    def _open(self) -> outgoing.Folder:
        if self._payload is None:
            raise WrongUse("This bundle is finished.", "Seal into a new folder.")
        return self._payload

    def write(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A new file under `data/`, hashed while it is written."""
        return self._open().write(name)

    def written(self, name: str, records: int) -> Manifest:
        """Hash and size of a finished file."""
        return self._open().written(name, records)

    def finish(
        self,
        seal: Seal,
        *,
        lines: Iterable[bytes],
        disclosed: Iterable[tuple[Action, bytes]],
        key: bytes,
    ) -> Sealed:
        """Writes lists, log, head, verifier and signature.

        `lines` is the whole custody log; `disclosed` are the actions (with the salts of their entries) that the bundle opens.
        With `seal.identities` their closed fields are opened too; otherwise only `about`, and only where it names no account
        and no conversation. Raises CustodyBroken when the log does not hold or a disclosed action is not what it says.
        """
        payload = self._open()
        chain = list(lines)
        if faults := log.replay(chain):
            raise CustodyBroken(faults[0], "Check the case with `ritrova doctor` before sealing.")
        with payload.write(DISCLOSED) as stream:
            for action, salt in sorted(disclosed, key=lambda pair: pair[0].n):
                if not 0 <= action.n < len(chain) or not log.agrees(chain[action.n], action, salt):
                    raise CustodyBroken(
                        f"The custody log does not bear out entry {action.n}.", "Open the case again."
                    )
                stream.write(log.disclose(action, salt, _openable(action, seal.identities)))
        with payload.write(STATEMENT) as stream:
            stream.write(log.canonical(msgspec.to_builtins(seal)) + b"\n")
        files = payload.manifests()
        size = sum(f.size for f in files)
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": _bag_info(seal, size, len(files)),
            "manifest-sha256.txt": _listed((f.name, f.sha256) for f in files),
            "custody.jsonl": b"".join(chain),
            "custody.head": mirror.head(chain, key),
            "signer.pem": signing.public_pem(key),
            "verify.py": verifier(),
            "VERIFY.txt": _how(signing.public_pem(key)),
        }
        for name, content in tags.items():
            mirror.replace(self.out / name, content)
        tagmanifest = b"".join(f"{outgoing.digest(tags[name])}  {name}\n".encode() for name in sorted(tags))
        mirror.replace(self.out / TAGMANIFEST, tagmanifest)
        mirror.replace(self.out / SIGNATURE, signing.sign(key, tagmanifest))
        self._payload = None
        return Sealed(self.out, signing.fingerprint(tags["signer.pem"]), tuple(files), size)


def verifier() -> bytes:
    """The script that lies in every bundle."""
    return resources.files("ritrova.custody").joinpath("verify.py.txt").read_bytes()


def _openable(action: Action, identities: bool) -> tuple[str, ...]:
    if identities:
        return log.CLOSED
    if any(id.startswith(("a-", "c-")) for id in action.about):
        return ()
    return ("about",)


def _listed(pairs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(f"{digest}  data/{name}\n".encode() for name, digest in sorted(pairs))


def _bag_info(seal: Seal, size: int, count: int) -> bytes:
    told = {
        "Source-Organization": seal.by,
        "Bagging-Date": seal.t[:10],
        "Payload-Oxum": f"{size}.{count}",
        "External-Identifier": seal.case,
        "External-Description": f"Sealed by ritrova: {seal.chosen}. Basis: {seal.basis}. "
        + (
            "Names and numbers as written."
            if seal.identities
            else "Names and numbers replaced by pseudonyms."
        ),
        "Bag-Software-Agent": seal.tool,
    }
    return "".join(f"{label}: {_one_line(text)}\n" for label, text in told.items()).encode()


def _one_line(text: str) -> str:
    return " ".join(names.shown(" ".join(text.split())).encode("utf-8", "replace").decode().split())


def _how(pem: bytes) -> bytes:
    finger = signing.grouped(signing.fingerprint(pem))
    return f"""This folder is a sealed bundle: copies of records out of an evidence case, and what is needed to check them.

1. Content:    sha256sum -c manifest-sha256.txt
2. All of it:  python3 verify.py
   (also finds added files, replays the custody log, checks the signatures; needs Python 3 and openssl)
3. Signature:  openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in {TAGMANIFEST} -sigfile {SIGNATURE}

The bundle was signed with the key whose fingerprint is

    {finger}

Anyone can make a key. Compare this fingerprint with one that the signer gave you by another way, and give it to
verify.py as its argument. If you do not trust the verify.py in this folder, take one from a ritrova that you trust.
A time stamp (RFC 3161) may stand beside the signature as {STAMP}; openssl ts -verify checks it.
""".encode()

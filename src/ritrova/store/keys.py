"""case.key: the random data key of a case, wrapped by the passphrase and by a printed recovery key.

The file is JSON in clear and holds no secret: format version, case id, Argon2id parameters and salt, and the data key
encrypted twice with AES-256-GCM. A checksum over the rest tells a damaged file from a wrong passphrase.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from ritrova.model.errors import CaseDamaged, NoCase, WrongPassphrase, WrongUse

NAME = "case.key"
FORMAT = 1
MEMORY_KIB = 65_536
"""Argon2id memory: 64 MiB."""
PASSES = 3
LANES = 4
_GROUPS = 8
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Opened(msgspec.Struct, frozen=True):
    """An unwrapped key: the case's id and its 32-byte data key."""

    case: str
    key: bytes


def new_recovery() -> str:
    """160 random bits as eight groups of four letters and digits, then a group of four to catch slips of the pen."""
    return _printed(secrets.token_bytes(20))


def write_new(folder: Path, case: str, key: bytes, passphrase: str, recovery: str) -> None:
    """Write case.key for a new case; appears whole or not at all."""
    if not passphrase:
        raise WrongUse("The passphrase is empty.", "Choose one of several words.")
    _write(
        folder / NAME,
        {
            "format": FORMAT,
            "case": case,
            "passphrase": _wrapped_by_passphrase(case, key, passphrase),
            "recovery": _sealed(_from_recovery(recovery), key, _bound(case, "recovery")),
        },
    )


def unlock(folder: Path, secret: str, *, recovery: bool = False) -> Opened:
    """The data key, by passphrase or by recovery key.

    Raises NoCase, CaseDamaged (case.key is missing, cut or altered), WrongPassphrase.
    """
    from cryptography.exceptions import InvalidTag

    record = _read(folder)
    case = record["case"]
    try:
        if recovery:
            return Opened(
                case, _unsealed(_from_recovery(secret), record["recovery"], _bound(case, "recovery"))
            )
        part = record["passphrase"]
        wrapping = _from_passphrase(
            secret, _raw(part["salt"]), part["memory_kib"], part["passes"], part["lanes"]
        )
        return Opened(case, _unsealed(wrapping, part, _bound(case, "passphrase")))
    except InvalidTag:
        what = "recovery key" if recovery else "passphrase"
        raise WrongPassphrase(
            f"The {what} does not open the case in {folder}.",
            "Check the keyboard layout and try again, or use the printed recovery key.",
        ) from None
    except (KeyError, TypeError, ValueError, MemoryError) as error:
        raise _damaged(folder, str(error)) from None


def rewrap(folder: Path, opened: Opened, new: str) -> None:
    """Wrap the data key by a new passphrase. The recovery key stays; a copy of the old case.key still opens with the old one."""
    if not new:
        raise WrongUse("The new passphrase is empty.", "Choose one of several words.")
    record = _read(folder)
    record["passphrase"] = _wrapped_by_passphrase(opened.case, opened.key, new)
    _write(folder / NAME, record)


def _printed(raw: bytes) -> str:
    letters = base64.b32encode(raw).decode("ascii")
    letters += base64.b32encode(sha256(b"ritrova recovery" + raw).digest()).decode("ascii")[:4]
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def _from_recovery(text: str) -> bytes:
    """The wrapping key behind a recovery key as typed: case, spaces and dashes do not matter, 0/O, 1/I and 8/B neither."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    letters = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("018", "OIB"))
    letters = "".join(letter for letter in letters if letter in _ALPHABET)
    raw = b""
    if len(letters) == 4 * (_GROUPS + 1):
        raw = base64.b32decode(letters[: 4 * _GROUPS])
    if not raw or _printed(raw).replace("-", "") != letters:
        raise WrongPassphrase(
            "That is not a recovery key: it has nine groups of four letters and digits, and one of them is mistyped.",
            "Compare it with the printed one, group by group.",
        )
    return HKDF(SHA256(), 32, salt=None, info=b"ritrova recovery key 1").derive(raw)


def _from_passphrase(passphrase: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    if not (8_192 <= memory_kib <= 4_194_304 and 1 <= passes <= 64 and 1 <= lanes <= 64):
        raise ValueError("Argon2id parameters out of range")
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib).derive(text)


def _wrapped_by_passphrase(case: str, key: bytes, passphrase: str) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    sealed = _sealed(
        _from_passphrase(passphrase, salt, MEMORY_KIB, PASSES, LANES), key, _bound(case, "passphrase")
    )
    return {
        "derivation": "argon2id",
        "memory_kib": MEMORY_KIB,
        "passes": PASSES,
        "lanes": LANES,
        "salt": _text(salt),
        **sealed,
    }


def _bound(case: str, which: str) -> bytes:
    return f"ritrova {FORMAT} {case} {which}".encode()


def _sealed(wrapping: bytes, key: bytes, bound: bytes) -> dict[str, Any]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return {
        "cipher": "aes-256-gcm",
        "nonce": _text(nonce),
        "key": _text(AESGCM(wrapping).encrypt(nonce, key, bound)),
    }


def _unsealed(wrapping: bytes, part: dict[str, Any], bound: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(wrapping).decrypt(_raw(part["nonce"]), _raw(part["key"]), bound)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _checksum(record: dict[str, Any]) -> str:
    rest = {name: value for name, value in record.items() if name != "check"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _damaged(folder: Path, why: str) -> CaseDamaged:
    return CaseDamaged(
        f"{folder / NAME} cannot be used: {why}.",
        "Restore case.key from a backup; without it the case cannot be opened.",
    )


def _read(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise NoCase(
            f"There is no case at {folder}.", "Create one with: ritrova new CASE --by NAME --basis TEXT"
        )
    if (folder / NAME).exists() and not (folder / NAME).is_file():  # a pipe would be waited for
        raise _damaged(folder, "it is no plain file")
    try:
        raw = (folder / NAME).read_bytes()
    except FileNotFoundError:
        if (folder / "case.db").exists():
            raise _damaged(folder, "it is missing") from None
        raise NoCase(
            f"{folder} is not a case: it has no case.key.",
            "Create one with: ritrova new CASE --by NAME --basis TEXT",
        ) from None
    except OSError as error:
        raise _damaged(folder, str(error.strerror)) from None
    try:
        record = json.loads(raw)
    except ValueError:
        raise _damaged(folder, "it is cut or altered (not JSON)") from None
    if not isinstance(record, dict) or record.get("check") != _checksum(record):
        raise _damaged(folder, "it is cut or altered (its checksum disagrees)")
    if record.get("format") != FORMAT:
        raise CaseDamaged(
            f"{folder / NAME} has format {record.get('format')!r}, this ritrova knows {FORMAT}.",
            "Open the case with a newer ritrova.",
        )
    return record


def _write(path: Path, record: dict[str, Any]) -> None:
    record["check"] = _checksum(record)
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as out:
        json.dump(record, out, indent=1)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

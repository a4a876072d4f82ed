"""Ed25519 keys: who signed a custody log or a bundle. Private keys are 32 raw bytes and live encrypted in the case."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ritrova.model.errors import WrongUse


def new_key() -> bytes:
    """A new private key (32 bytes)."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_pem(key: bytes) -> bytes:
    """The public half of a private key, as PEM (SubjectPublicKeyInfo), which `openssl` reads."""
    return (
        Ed25519PrivateKey.from_private_bytes(key)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def fingerprint(pem: bytes) -> str:
    """SHA-256 (64 hex digits) of the public key's DER form. Raises ValueError when this is no Ed25519 public key."""
    return sha256(
        _public(pem).public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def grouped(fingerprint: str) -> str:
    """A fingerprint as people read it aloud: sixteen groups of four."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))


def ungrouped(text: str) -> str:
    """A fingerprint as somebody typed it, in its plain form. Raises WrongUse when it is none."""
    plain = "".join(c for c in text.lower().removeprefix("sha256:") if c not in " :-\t\n\r")
    if len(plain) != 64 or not set(plain) <= set("0123456789abcdef"):
        raise WrongUse(
            f"{text!r} is not a fingerprint.", "A fingerprint has 64 hexadecimal digits, in groups or not."
        )
    return plain


def sign(key: bytes, message: bytes) -> bytes:
    """64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(key).sign(message)


def verify(pem: bytes, message: bytes, signature: bytes) -> bool:
    """True when the holder of the key signed exactly these bytes. Raises ValueError when `pem` is no Ed25519 public key."""
    try:
        _public(pem).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _public(pem: bytes) -> Ed25519PublicKey:
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key

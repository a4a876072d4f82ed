"""The small tree of errors. Each has a stable code, says what happened, to which file, and what to do next."""

from __future__ import annotations


class RitrovaError(Exception):
    """Base: an error that a user can act on. `code` is stable; `next_step` says what to do."""

    code = "RTV-E000"
    exit_code = 1

    def __init__(self, what: str, next_step: str = "", *, code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        what = self.what if self.what.endswith((".", "!", "?")) else self.what + "."
        tail = f" {self.next_step}" if self.next_step else ""
        return f"{self.code}: {what}{tail}"


class WrongUse(RitrovaError):
    """The caller asked for something that makes no sense (wrong option, missing argument)."""

    code = "RTV-E001"
    exit_code = 2


class WrongPassphrase(RitrovaError):
    """The passphrase or recovery key does not open this case."""

    code = "RTV-E010"


class CaseLocked(RitrovaError):
    """Another process holds the case and does not let go."""

    code = "RTV-E011"


class CaseDamaged(RitrovaError):
    """The case file is not what it should be (not encrypted, cut, altered)."""

    code = "RTV-E012"


class NoCase(RitrovaError):
    """There is no case at the given folder."""

    code = "RTV-E013"
    exit_code = 2


class CustodyBroken(RitrovaError):
    """An original changed while it was read, or the custody log disagrees with the case."""

    code = "RTV-E020"


class VerificationFailed(RitrovaError):
    """A bundle does not verify."""

    code = "RTV-E030"
    exit_code = 4


class NotFound(RitrovaError):
    """No record has this id."""

    code = "RTV-E040"


class NotYet(RitrovaError):
    """A part of ritrova that is not built yet."""

    code = "RTV-E090"


class KeyRefused(RitrovaError):
    """A key or password that the user supplied does not open this item."""

    code = "RTV-E050"

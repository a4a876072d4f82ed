"""A case: a folder with an encrypted file, its keys and its custody log. Here it is made, opened and closed."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import ritrova
from ritrova.case.clock import now
from ritrova.custody import log, mirror, names, signing
from ritrova.languages import fold as folding
from ritrova.model.errors import WrongUse
from ritrova.model.records import Action
from ritrova.model.view import View
from ritrova.store import casefile

if TYPE_CHECKING:
    from ritrova.case.analysis import Analyst

SIGNING_KEY = "custody signing key"
HIDING_KEY = "pseudonym key"


class Case:
    """An open case and the person who works on it. Everything that changes it leaves an action in the custody log."""

    def __init__(self, store: casefile.Store, by: str | None) -> None:
        self.store = store
        self.by = by or store.meta("by") or ""
        self._analysts: dict[tuple[str, ...], Analyst] = {}

    @property
    def folder(self) -> Path:
        """Where the case lies."""
        return self.store.folder

    @property
    def country(self) -> str | None:
        """ISO 3166 alpha-2 of the case, the default for national numbers."""
        return self.store.meta("country") or None

    @property
    def basis(self) -> str:
        """The right under which the case is kept."""
        return self.store.meta("basis") or ""

    @cached_property
    def signing_key(self) -> bytes:
        """The Ed25519 key that signs the head of the log; it lies encrypted in the case and nowhere else."""
        key = self.store.secret(SIGNING_KEY)
        if key is None:
            raise WrongUse("this case has no signing key", "It was not made by `ritrova new`.")
        return key

    @cached_property
    def hiding_key(self) -> bytes:
        """The key of the pseudonyms, so that they are the same in every export of this case."""
        return self.store.secret(HIDING_KEY) or b""

    def view(self) -> View:
        """The questions that may be asked."""
        return self.store

    @contextmanager
    def change(self, urgent: bool = False) -> Iterator[Change]:
        """One short transaction: records and the actions that account for them, together or not at all."""
        with self.store.writer(urgent) as writer:
            change = Change(self, writer)
            yield change
        if change.acted:
            self.mirror()

    def mirror(self) -> None:
        """Bring custody.jsonl and its signed head in step with the case; after a crash, rebuild them."""
        with self.store.writer(urgent=True):
            mirror.sync(self.folder, self.store.lines(), self.signing_key)

    def log_faults(self) -> list[str]:
        """Where custody.jsonl and its head do not agree with the case; empty when all is well."""
        return mirror.check(self.folder, self.store.lines())

    def analyst(self, packs: Sequence[Path] = ()) -> Analyst:
        """Matcher, extractors and detectors with the packs of this case; compiled once and kept encrypted in it."""
        from ritrova.case.analysis import Analyst

        key = tuple(str(p) for p in packs)
        if key not in self._analysts:
            self._analysts[key] = Analyst(packs, country=self.country, cache=Kept(self.store))
            gc.freeze()  # the packs stay until the end: no use to walk them in search of what is not needed any more
        return self._analysts[key]

    def let_go_of_packs(self) -> None:
        """Give back the memory of packs and matcher, where nothing is matched for a while: they are loaded again when asked for."""
        import ctypes

        self._analysts.clear()
        gc.unfreeze()
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
        if trim is not None:  # glibc keeps what was freed between things that live on
            trim(0)

    def close(self) -> None:
        """Let go of the case."""
        self.store.close()

    def __enter__(self) -> Case:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Change:
    """A transaction on a case. `writer` keeps records, `act` logs what was done."""

    def __init__(self, case: Case, writer: casefile.Writer) -> None:
        self.case = case
        self.writer = writer
        self.acted = False

    def act(
        self,
        what: str,
        about: Sequence[str] = (),
        *,
        basis: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> Action:
        """Log an action in this transaction; its line in the chain commits to it."""
        last = self.writer.last_line()
        n, previous = (0, None) if last is None else (last[0] + 1, last[1])
        action = Action(
            n=n,
            t=now(),
            by=self.case.by,
            what=what,
            about=tuple(about),
            basis=basis,
            tool=f"ritrova {ritrova.__version__}",
            detail=detail,
        )
        entry = log.entry(previous, action)
        self.writer.append_action(action, entry.salt, entry.line)
        self.acted = True
        return action


class Kept(MutableMapping[str, bytes]):
    """A small cache inside the encrypted case (compiled matchers), as a mapping of bytes."""

    def __init__(self, store: casefile.Store) -> None:
        self._store = store

    def __getitem__(self, key: str) -> bytes:
        value = self._store.secret("cache " + key)
        if not value:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: bytes) -> None:
        with self._store.writer() as writer:
            writer.set_secret("cache " + key, value)

    def __delitem__(self, key: str) -> None:
        with self._store.writer() as writer:
            writer.set_secret("cache " + key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def new(
    folder: Path, passphrase: str, *, by: str, basis: str, country: str | None = None, name: str | None = None
) -> tuple[Case, str]:
    """Make a case and open it. Returns it and the recovery key, which is shown once and kept nowhere."""
    if not by.strip():
        raise WrongUse("a case needs a name of who keeps it", "Say --by NAME.")
    if not basis.strip():
        raise WrongUse("a case needs the right under which it is kept", "Say --basis TEXT.")
    if not passphrase:
        raise WrongUse("a case needs a passphrase", "Set RITROVA_PASSPHRASE or give --passphrase-file FILE.")
    if country is not None and not (len(country) == 2 and country.isalpha()):
        raise WrongUse(f"{country!r} is not a country code", "Give two letters, such as IQ.")
    store, recovery = casefile.create(
        folder,
        passphrase,
        name=name or names.text_of(folder.resolve().name),
        country=country.upper() if country else None,
        fold=folding.fold_column,
        fold_one=folding.fold,
    )
    case = Case(store, by)
    key = signing.new_key()
    with case.store.writer() as writer:
        writer.set_secret(SIGNING_KEY, key)
        writer.set_secret(HIDING_KEY, signing.new_key())
        writer.set_meta("by", by)
        writer.set_meta("basis", basis)
        Change(case, writer).act(
            "new case", basis=basis, detail={"signer": signing.fingerprint(signing.public_pem(key))}
        )
    case.mirror()
    return case, recovery


def open_case(
    folder: Path, secret: str, *, by: str | None = None, recovery: bool = False, wait: float = 10.0
) -> Case:
    """Open a case with its passphrase, or with its recovery key."""
    store = casefile.open_case(
        folder, secret, fold=folding.fold_column, fold_one=folding.fold, recovery=recovery, wait=wait
    )
    case = Case(store, by)
    if mirror.check(folder, store.lines()):
        case.mirror()
    return case


def change_passphrase(folder: Path, secret: str, new_secret: str, *, recovery: bool = False) -> None:
    """Wrap the case's key anew. The old passphrase opens it no more; the recovery key stays."""
    if not new_secret:
        raise WrongUse("the new passphrase is empty", "Give one.")
    casefile.change_passphrase(folder, secret, new_secret, recovery=recovery)

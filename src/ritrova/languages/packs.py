"""Language packs: folders of TOML, read into one Lexicon. The form of a pack is described in packs/README.md.

What is wrong in a pack is said with the file and the entry, so that a linguist can repair it without reading Python.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, MutableMapping, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, Final

import msgspec

from ritrova.model.errors import WrongUse
from ritrova.model.text import Term

HOME: Final = Path(__file__).parent
VERSION: Final = 5
"""Raised when the same packs read otherwise than before; part of the lexicon's fingerprint."""


class Concept(msgspec.Struct, frozen=True):
    """What a term can mean. `market` marks goods that a channel may trade in; `group` is then a market topic. `counts` marks one
    that means this only in a message with a number."""

    id: str
    group: str
    gloss: str = ""
    market: bool = False
    counts: bool = False


class Pack(msgspec.Struct, frozen=True):
    """One language: what may be attached to its words, and what points to it."""

    code: str
    name: str = ""
    scripts: tuple[str, ...] = ("Latn",)
    varieties: tuple[str, ...] = ()
    words: str = "spaces"
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    affixed: tuple[str, ...] = ()
    shortest: int = 3
    signs: str = ""
    frequent: tuple[str, ...] = ()


class Lexicon(msgspec.Struct, frozen=True):
    """All packs together. `bare` are the positions in `terms` to which no affix may be attached."""

    terms: tuple[Term, ...]
    concepts: dict[str, Concept]
    packs: dict[str, Pack]
    bare: frozenset[int]
    sha256: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The market's groups, sorted: a topic's place is its bit in a set of topics."""
        return tuple(sorted({c.group for c in self.concepts.values() if c.market}))

    def group_of(self, concept: str) -> str:
        """The group of a concept, or "" for a concept that the catalogue does not know."""
        known = self.concepts.get(concept)
        return known.group if known else ""

    def of(self, concept: str) -> Iterator[Term]:
        """The terms of one concept."""
        return (t for t in self.terms if t.concept == concept)


def load(folders: Sequence[Path] = (), cache: MutableMapping[str, bytes] | None = None) -> Lexicon:
    """The built-in packs and those in `folders` (each holds one folder a pack), as one lexicon.

    `cache` keeps the parsed form under a name that changes with any byte of any file. Raises WrongUse, naming file and
    entry, where a pack says something that cannot be.
    """
    catalogues = [HOME / "concepts.toml", HOME / "measures.toml"]
    roots = [HOME / "packs", *folders]
    catalogues += [f / "concepts.toml" for f in folders]
    files = [c for c in catalogues if c.is_file()]
    packs = [(p, root) for root in roots for p in _packs(root)]
    for pack, _ in packs:
        files += [f for f in (pack / name for name in _FILES) if f.is_file()]
    places = HOME / "places.tsv"
    seal = sha256(b"%d" % VERSION)
    for file in [*files, *([places] if places.is_file() else [])]:
        raw = file.read_bytes()
        seal.update(f"{file.parent.name}/{file.name}:{len(raw)}:".encode())
        seal.update(raw)
    key = f"lexicon-{seal.hexdigest()}"
    if cache is not None and (stored := cache.get(key)) is not None:
        return msgspec.msgpack.decode(stored, type=Lexicon)
    lexicon = _read(files, [p for p, _ in packs], places, seal.hexdigest())
    if cache is not None:
        cache[key] = msgspec.msgpack.encode(lexicon)
    return lexicon


_FILES: Final = ("pack.toml", "terms.toml", "numbers.toml")


def _packs(root: Path) -> list[Path]:
    if not root.is_dir():
        raise WrongUse(
            f"{root} is no folder of language packs.", "Give a folder that holds one folder a language."
        )
    return sorted(p for p in root.iterdir() if (p / "pack.toml").is_file())


def _read(files: Sequence[Path], packs: Sequence[Path], places: Path, seal: str) -> Lexicon:
    concepts: dict[str, Concept] = {}
    for file in files:
        if file.name in ("concepts.toml", "measures.toml"):
            for entry in _toml(file).get("concept", []):
                if not isinstance(entry, dict) or not entry.get("id") or not entry.get("group"):
                    raise _wrong(file, f"concept {entry!r} needs an id and a group")
                known = Concept(
                    entry["id"],
                    entry["group"],
                    entry.get("gloss", ""),
                    bool(entry.get("market")),
                    bool(entry.get("counts")),
                )
                concepts.setdefault(known.id, known)
    terms: list[Term] = []
    bare: set[int] = set()
    described: dict[str, Pack] = {}
    for folder in packs:
        pack = _pack(folder / "pack.toml", folder.name)
        described.setdefault(pack.code, pack)
        for name, reader in (("terms.toml", _terms), ("numbers.toml", _numbers)):
            if (folder / name).is_file():
                for term, affixes in reader(folder / name, pack.code):
                    if term.concept not in concepts:
                        raise _wrong(
                            folder / name,
                            f"{term.text!r} names the concept {term.concept!r}, which no catalogue lists",
                        )
                    if not affixes:
                        bare.add(len(terms))
                    terms.append(term)
    if places.is_file():
        for term in _places(places):
            terms.append(term)
    return Lexicon(tuple(terms), concepts, described, frozenset(bare), seal)


def _wrong(file: Path, what: str) -> WrongUse:
    return WrongUse(
        f"{file.parent.name}/{file.name}: {what}.", "Correct the pack (its form: packs/README.md)."
    )


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise _wrong(file, f"is not TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise _wrong(file, f"is not UTF-8 at byte {error.start}") from error


def _pack(file: Path, folder: str) -> Pack:
    raw = _toml(file)
    code = raw.get("code", folder)
    if code != folder:
        raise _wrong(file, f"code is {code!r}, but the folder is called {folder!r}")
    if raw.get("words", "spaces") not in ("spaces", "none"):
        raise _wrong(file, f"words is {raw['words']!r}; it can be 'spaces' or 'none'")
    affixes = raw.get("affixes", {})
    letters = raw.get("letters", {})
    scripts = tuple(raw.get("scripts", ["Latn"]))
    return Pack(
        code=code,
        name=raw.get("name", code),
        scripts=scripts,
        varieties=tuple(raw.get("varieties", [])),
        words=raw.get("words", "spaces"),
        prefixes=_chain(affixes.get("prefixes", []), affixes.get("prefix_chain", 1)),
        suffixes=_chain(affixes.get("suffixes", []), affixes.get("suffix_chain", 1)),
        affixed=tuple(affixes.get("scripts", scripts[:1])),
        shortest=affixes.get("shortest", 3),
        signs=letters.get("signs", ""),
        frequent=tuple(letters.get("words", [])),
    )


def _chain(parts: Sequence[str], length: int) -> tuple[str, ...]:
    from ritrova.languages.fold import fold_column

    folded = [p for p in fold_column(list(parts)) if p]
    made = {"".join(c) for n in range(1, length + 1) for c in product(folded, repeat=n)}
    return tuple(sorted(made))


def _terms(file: Path, code: str) -> Iterator[tuple[Term, bool]]:
    for concept in _toml(file).get("concept", []):
        name = concept.get("id")
        if not name:
            raise _wrong(file, f"a concept without an id, with the terms {str(concept.get('terms'))[:60]}")
        for entry in concept.get("terms", []):
            if isinstance(entry, str):
                entry = {"text": entry}
            text = entry.get("text", "")
            if not isinstance(text, str) or not text.strip():
                raise _wrong(file, f"concept {name!r} has a term without text: {entry!r}")
            unknown = set(entry) - _TERM_KEYS
            if unknown:
                raise _wrong(
                    file, f"the term {text!r} says {', '.join(sorted(unknown))}, which means nothing here"
                )
            term = Term(
                concept=name,
                text=text,
                language=code,
                gloss=entry.get("gloss", concept.get("gloss", "")),
                note=entry.get("note", concept.get("note", "")),
                alone=bool(entry.get("alone", concept.get("alone", True))),
                variety=entry.get("variety", concept.get("variety", "")),
                value=float(entry["value"]) if "value" in entry else None,
                unit=entry.get("unit", ""),
            )
            yield term, bool(entry.get("affixes", concept.get("affixes", True)))


_TERM_KEYS: Final = {"text", "gloss", "note", "alone", "variety", "value", "unit", "affixes"}
_NUMBER_TABLES: Final = {
    "numbers": ("number", ""),
    "multipliers": ("number", "times"),
    "months": ("month", "gregorian"),
    "months_hijri": ("month", "hijri"),
    "months_jalali": ("month", "jalali"),
    "days": ("day_offset", ""),
    "weekdays": ("weekday", ""),
}


def _numbers(file: Path, code: str) -> Iterator[tuple[Term, bool]]:
    for table, entries in _toml(file).items():
        if table in _NUMBER_TABLES:
            concept, unit = _NUMBER_TABLES[table]
            for text, value in entries.items():
                if not isinstance(value, int | float):
                    raise _wrong(file, f"[{table}] {text!r} = {value!r} is no number")
                yield (
                    Term(concept, text, code, f"{value:g}", alone=False, value=float(value), unit=unit),
                    True,
                )
        elif table in ("currencies", "units"):
            for text, unit in entries.items():
                if not isinstance(unit, str):
                    raise _wrong(file, f"[{table}] {text!r} = {unit!r} is no code")
                concept = "currency" if table == "currencies" else "unit"
                yield Term(concept, text, code, unit, alone=False, unit=unit), True
        elif table == "slang":
            for text, sum_ in entries.items():
                if not isinstance(sum_, dict) or not {"currency", "value"} <= set(sum_):
                    raise _wrong(file, f"[slang] {text!r} needs currency and value")
                gloss = f"{sum_['value']:g} {sum_['currency']}"
                value = float(sum_["value"])
                yield (
                    Term("currency", text, code, gloss, alone=False, value=value, unit=sum_["currency"]),
                    True,
                )
        elif table == "words":
            for concept, forms in entries.items():
                for text in forms:
                    yield Term(concept, text, code, alone=False), True
        else:
            raise _wrong(file, f"[{table}] is no table of numbers.toml")


def _places(file: Path) -> Iterator[Term]:
    """places.tsv: English name, latitude, longitude, country, population, ground, then surface forms; ``~`` marks a form
    that must not count by itself."""
    for line in file.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, lat, lon, country, population, ground, *forms = line.split("\t")
        note = f"{lat},{lon},{country},{population}"
        for form in forms:
            alone = not form.startswith("~")
            for language in _spelled_in(form, country):
                yield Term("place", form.lstrip("~"), language, name, note, alone=alone, unit=ground)


def _spelled_in(form: str, country: str) -> tuple[str, ...]:
    """The languages whose affixes a place name may carry, by its letters and country."""
    if any("\u0600" <= c <= "\u06ff" for c in form):
        return ("ckb",) if set(form) & set("ەێۆڕڵڤ") else ("fa",) if set(form) & set("گپچژ") else ("ar",)
    if any("\u0400" <= c <= "\u04ff" for c in form):
        return ("ru",)
    if any("\u3400" <= c <= "\u9fff" for c in form):
        return ("zh",)
    if len(form.lstrip("~")) < 4:
        return ("",)
    return _LATIN_AFFIXES.get(country, ("",))


_LATIN_AFFIXES: Final = {"TR": ("tr", "kmr"), "IQ": ("kmr", "tr"), "SY": ("kmr", "tr"), "IR": ("kmr", "tr")}
"""Countries whose towns are named in Kurmanji and Turkish sentences, without an apostrophe before the ending."""

"""Finding plugins: constants in the rooms of the house and in the entry points of other packages.

A plugin's module is looked for in its folder; outside packages name theirs in the entry point groups ``ritrova.readers``,
``ritrova.unpackers`` and so on, and folders of language packs in ``ritrova.packs``. Listing never loads heavy libraries,
because plugins import those inside their functions.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from ritrova.model.shapes import Detector, Exporter, Extractor, Linker, PictureExtractor, Reader, Unpacker

Kind = Literal["readers", "unpackers", "extractors", "pictures", "detectors", "linkers", "exporters"]

_CONSTANTS: dict[str, tuple[str, str, type]] = {
    "readers": ("ritrova.readers", "READER", Reader),
    "unpackers": ("ritrova.unpackers", "UNPACKER", Unpacker),
    "extractors": ("ritrova.extractors", "EXTRACTOR", Extractor),
    "pictures": ("ritrova.extractors", "PICTURE", PictureExtractor),
    "detectors": ("ritrova.detectors", "DETECTOR", Detector),
    "linkers": ("ritrova.linkers", "LINKER", Linker),
    "exporters": ("ritrova.exporters", "EXPORTER", Exporter),
}
_FAILURES = (ImportError, AttributeError, SyntaxError, NameError, TypeError, ValueError, LookupError, OSError)


class Broken(Exception):
    """A plugin that could not be loaded; `where` is its ``module:CONSTANT`` or entry point."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def _modules(room: str) -> Iterator[str]:
    """Modules of a room that may hold a plugin: its files, and packages inside it (not the files of those)."""
    for found in pkgutil.iter_modules(import_module(room).__path__, room + "."):
        if not found.name.rpartition(".")[2].startswith("_"):
            yield found.name


def _constants(module: ModuleType, constant: str, shape: type) -> Iterator[tuple[str, Any]]:
    for name in (constant, constant + "S"):
        value = getattr(module, name, None)
        if isinstance(value, shape) or (
            isinstance(value, tuple) and value and all(isinstance(each, shape) for each in value)
        ):
            yield name, value


def _outside(group: str) -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=group), key=lambda point: (point.name, point.value)))


@cache
def _scan(kind: str) -> tuple[tuple[tuple[str, Any], ...], tuple[Broken, ...]]:
    """(``module:CONSTANT``, value) of every plugin of a kind, and what could not be loaded."""
    room, constant, shape = _CONSTANTS[kind]
    found: dict[str, Any] = {}
    broken: list[Broken] = []
    for name in _modules(room):
        for each, value in _constants(import_module(name), constant, shape):
            found[f"{name}:{each}"] = value
    for point in _outside(f"ritrova.{kind}"):
        try:
            value = point.load()
            if isinstance(value, ModuleType):
                inside = list(_constants(value, constant, shape))
                if not inside:
                    raise TypeError(f"{point.value} holds no {constant}")
                found.update((f"{value.__name__}:{each}", one) for each, one in inside)
                continue
            many = value if isinstance(value, tuple) else (value,)
            if not many or not all(isinstance(each, shape) for each in many):
                raise TypeError(f"{point.value} is no {shape.__name__}")
            found[f"{point.module}:{point.attr}"] = value
        except _FAILURES as error:
            broken.append(
                Broken(f"{point.group} {point.name} = {point.value}", f"{type(error).__name__}: {error}")
            )
    return tuple(found.items()), tuple(broken)


def load(kind: Kind) -> dict[str, Any]:
    """All plugins of a kind by name, in the order of their names. Two of one name: the outside one is reported broken."""
    out: dict[str, Any] = {}
    for _, value in _scan(kind)[0]:
        for plugin in value if isinstance(value, tuple) else (value,):
            out.setdefault(plugin.name, plugin)
    return dict(sorted(out.items()))


def where(kind: Kind) -> tuple[str, ...]:
    """``module:CONSTANT`` of every plugin of a kind: what a child or a worker is told, so that it imports by itself."""
    return tuple(place for place, _ in _scan(kind)[0])


def broken() -> list[Broken]:
    """Outside plugins that could not be loaded, of every kind, and names that are taken twice."""
    out: list[Broken] = []
    for kind in _CONSTANTS:
        found, bad = _scan(kind)
        out += bad
        names: dict[str, str] = {}
        for place, value in found:
            for plugin in value if isinstance(value, tuple) else (value,):
                if plugin.name in names:
                    out.append(Broken(place, f"the name {plugin.name} is taken by {names[plugin.name]}"))
                names.setdefault(plugin.name, place)
    out += packs()[1]
    return out


def packs() -> tuple[list[Path], list[Broken]]:
    """Folders of language packs that other packages bring (entry point group ``ritrova.packs``)."""
    folders: list[Path] = []
    bad: list[Broken] = []
    for point in _outside("ritrova.packs"):
        try:
            value = point.load()
            if isinstance(value, ModuleType):
                places = [Path(each) for each in value.__path__] if hasattr(value, "__path__") else []
            else:
                places = [Path(value() if isinstance(value, Callable) else value)]  # type: ignore[arg-type]
            if not places or not all(place.is_dir() for place in places):
                raise TypeError(f"{point.value} is no folder")
            folders += places
        except _FAILURES as error:
            bad.append(
                Broken(f"ritrova.packs {point.name} = {point.value}", f"{type(error).__name__}: {error}")
            )
    return folders, bad


def problems() -> dict[str, str]:
    """Every problem code with its explanation: the PROBLEMS of all rooms and of outside plugins' modules, by code."""
    out: dict[str, str] = {}
    rooms = ["custody", "store", "workers", "media", "languages", "formats", "readers", "unpackers"]
    rooms += ["extractors", "detectors", "linkers", "exporters"]
    names: list[str] = []
    for room in rooms:
        place = f"ritrova.{room}"
        for found in pkgutil.walk_packages(import_module(place).__path__, place + "."):
            names.append(found.name)
    modules = [import_module(name) for name in names if not name.endswith(".__main__")]
    for kind in _CONSTANTS:
        for place in where(kind):  # type: ignore[arg-type]
            modules.append(import_module(place.partition(":")[0]))
    for module in modules:
        found_here = getattr(module, "PROBLEMS", None)
        if isinstance(found_here, dict):
            out.update(found_here)
    return dict(sorted(out.items()))


def forget() -> None:
    """Look again at the next call (packages were installed meanwhile, or a test did so)."""
    _scan.cache_clear()

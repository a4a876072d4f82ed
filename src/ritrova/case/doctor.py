"""Doctor: what this machine and installation can do, and what is missing."""

from __future__ import annotations

import importlib.util
import platform
import shutil

import msgspec

import ritrova
from ritrova import plugins


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `state` is ok, missing (optional) or wrong."""

    name: str
    state: str
    what: str


KINDS: tuple[plugins.Kind, ...] = ("readers", "unpackers", "extractors", "detectors", "linkers", "exporters")
OPTIONAL = {
    "cv2": "comparing crops and screenshots of pictures (extra: media)",
    "openpyxl": "reading XLSX tables (extra: xlsx)",
}
TOOLS = {
    "openssl": "lets anyone check a bundle without ritrova",
    "tesseract": "text in pictures",
    "chromium": "tests of the review page",
}


def doctor() -> list[Check]:
    """Look at Python, libraries, tools, the isolation of readers, and the plugins."""
    checks = [Check("ritrova", "ok", ritrova.__version__), Check("python", "ok", platform.python_version())]
    checks.append(_sqlcipher())
    checks.append(_matcher())
    for module, use in OPTIONAL.items():
        there = importlib.util.find_spec(module) is not None
        checks.append(Check(module, "ok" if there else "missing", use))
    for tool, use in TOOLS.items():
        checks.append(Check(tool, "ok" if shutil.which(tool) else "missing", use))
    checks += _isolation()
    for kind in KINDS:
        checks.append(Check(kind, "ok", ", ".join(plugins.load(kind)) or "none"))
    checks += [Check(one.where, "wrong", one.why) for one in plugins.broken()]
    return checks


def _sqlcipher() -> Check:
    import sqlcipher3

    connection = sqlcipher3.connect(":memory:")
    try:
        version = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    if not version or not version[0]:
        return Check("sqlcipher", "wrong", "this build does not encrypt; no case will be opened with it")
    return Check("sqlcipher", "ok", str(version[0]))


def _matcher() -> Check:
    there = importlib.util.find_spec("hyperscan") is not None
    return Check(
        "hyperscan", "ok" if there else "missing", "fast matching" if there else "the slower matcher is used"
    )


def _isolation() -> list[Check]:
    from ritrova.workers import isolation

    return [
        Check(
            f"isolation: {name}",
            "ok" if state is True else "missing",
            "enforced" if state is True else str(state),
        )
        for name, state in isolation.isolation().items()
    ]

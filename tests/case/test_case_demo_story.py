"""The bundled files are what their writer writes, and the demonstration runs by itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ritrova.case import explain
from writers import demo_story


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as c:
        tables = [n for (n,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {t: sorted(c.execute(f"SELECT * FROM {t}"), key=repr) for t in tables}


def test_the_bundled_files_are_what_the_writer_writes(tmp_path: Path) -> None:
    demo_story.write(tmp_path)
    for name in (demo_story.WHATSAPP, demo_story.TELEGRAM):
        bundled = (demo_story.FOLDER / name).read_bytes()
        if name.endswith(".zip"):
            assert members(bundled) == members((tmp_path / name).read_bytes())
        else:
            assert bundled == (tmp_path / name).read_bytes()
    assert rows(demo_story.FOLDER / demo_story.VIBER) == rows(tmp_path / demo_story.VIBER)


def members(content: bytes) -> dict[str, bytes]:
    """What a zip holds, pictures by name only (an encoder's version may differ)."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as z:
        return {n: b"" if n.endswith(".jpg") else z.read(n) for n in z.namelist()}


def test_every_error_code_is_explained() -> None:
    assert explain.undocumented() == []

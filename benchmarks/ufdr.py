"""Records out of a generated report.xml, against reading and hashing the same file, in CPU seconds of one run.

    python benchmarks/ufdr.py [MB]        (default 300)

The report has listed files, chats of a thousand messages with a party in each, and attachments in one of ten.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
import uuid
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ritrova.formats.items import MemoryItem
from ritrova.model.records import Message
from ritrova.model.shapes import Ask
from ritrova.readers import ufdr

WORDS = [
    "طاولة",
    "كرسي",
    "سعر",
    "اليوم",
    "غدا",
    "بيت",
    "سيارة",
    "table",
    "chair",
    "price",
    "today",
    "where",
    "house",
    "car",
    "number",
    "send",
    "later",
]


class FileItem(MemoryItem):
    """A file on disk as an item, so that the memory measured is the reader's own."""

    def __init__(self, path: Path) -> None:
        super().__init__("report.xml", b"", source="0" * 64)
        self._path = path

    @property
    def size(self) -> int:
        return self._path.stat().st_size

    def head(self, n: int = 4096) -> bytes:
        with self._path.open("rb") as stream:
            return stream.read(n)

    def open(self) -> BinaryIO:
        return self._path.open("rb")


def value(name: str, text: str, kind: str = "String") -> str:
    """A field with its value, laid out as the tool does."""
    return (
        f'            <field name="{name}" type="{kind}">\n'
        f'                <value type="{kind}"><![CDATA[{text}]]></value>\n            </field>\n'
    )


def generate(path: Path, megabytes: int) -> int:
    """Writes a report of about this size; gives the number of messages."""
    dice = random.Random(5)
    made = 0

    def guid() -> str:
        return str(uuid.UUID(int=dice.getrandbits(128)))

    def model(kind: str) -> str:
        return (
            f'<model type="{kind}" id="{guid()}" deleted_state="Intact" decoding_confidence="High" isrelated="False" '
            f'source_index="{dice.randrange(10**6)}" extractionId="0">\n'
        )

    with path.open("w", encoding="utf-8") as out:
        out.write(
            '<?xml version="1.0" encoding="utf-8"?>\n<project id="1" name="r" reportVersion="5.0">\n<taggedFiles>\n'
        )
        files = [guid() for _ in range(20_000)]
        for i, file in enumerate(files):
            out.write(
                f'<file fs="x" path="/data/{i}.jpg" size="{i}" id="{file}" extractionId="0" deleted="Intact">\n'
                f'<metadata section="File"><item name="Local Path"><![CDATA[files\\Image\\{i}.jpg]]></item></metadata></file>\n'
            )
        out.write('</taggedFiles>\n<decodedData>\n<modelType type="Chat">\n')
        while out.tell() < megabytes * 1_000_000:
            out.write(
                "    "
                + model("Chat")
                + value("Source", "WhatsApp")
                + value("Id", f"{dice.randrange(10**12)}@g.us")
            )
            out.write('        <multiModelField name="Messages" type="InstantMessage">\n')
            for _ in range(1000):
                number = 964770000000 + dice.randrange(500)
                out.write("        " + model("InstantMessage") + value("Source", "WhatsApp"))
                out.write('            <modelField name="From" type="Party">\n            ' + model("Party"))
                out.write(
                    value("Identifier", f"{number}@s.whatsapp.net") + value("Role", "From", "PartyRole")
                )
                out.write(value("Name", f"Name {number % 500}") + value("IsPhoneOwner", "False", "Boolean"))
                out.write("            </model>\n            </modelField>\n")
                out.write(value("Body", " ".join(dice.choices(WORDS, k=dice.randint(2, 14)))))
                out.write(value("Identifier", guid()))
                stamp = (
                    f"2024-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}T1{dice.randint(0, 9)}:20:35.000+00:00"
                )
                out.write(
                    '            <field name="TimeStamp" type="TimeStamp">\n                <value type="TimeStamp" '
                    f'format="TimeStampKnown" formattedTimestamp="{stamp}">{stamp}</value>\n            </field>\n'
                )
                out.write(value("Status", "Read", "MessageStatus") + value("Platform", "Mobile", "Platform"))
                if dice.random() < 0.1:
                    out.write('            <multiModelField name="Attachments" type="Attachment">\n')
                    tag = model("Attachment").replace(">\n", f' file_id="{dice.choice(files)}">\n')
                    out.write(tag + value("Filename", "a.jpg") + value("ContentType", "image/jpeg"))
                    out.write("            </model>\n            </multiModelField>\n")
                out.write(value("SourceApplication", "WhatsApp") + "        </model>\n")
                made += 1
            out.write("        </multiModelField>\n    </model>\n")
        out.write("</modelType>\n</decodedData>\n</project>\n")
    return made


def measure(megabytes: int) -> dict[str, object]:
    """CPU seconds and megabytes a second of the floor, the reader and the independent count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xml"
        made = generate(path, megabytes)
        item = FileItem(path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        start = time.process_time()
        digest = sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        floor = time.process_time() - start
        start = time.process_time()
        read = sum(1 for record in ufdr.READER.read(item, Ask()) if isinstance(record, Message))
        ours = time.process_time() - start
        start = time.process_time()
        counted = ufdr.READER.count(item, Ask())
        counting = time.process_time() - start
        size = path.stat().st_size / 1e6
    assert isinstance(counted, dict)
    assert made == read == counted["messages"]
    return {
        "MB": round(size, 1),
        "messages": made,
        "read_and_sha256_s": round(floor, 2),
        "reader_s": round(ours, 2),
        "MB_per_CPU_s": round(size / ours, 1),
        "aim": 25,
        "count_s": round(counting, 2),
        "peak_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "before_MiB": before,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300)))

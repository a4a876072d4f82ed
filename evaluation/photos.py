"""The same photo: of generated pictures sent through apps, cropped, framed and written over, how many are joined to their original.

    PYTHONPATH=tests .venv/bin/python evaluation/photos.py [--pictures 60] [--seed 1] [--list]

Each change is judged by itself: the originals and their changed copies stand in one case, and the linker `same_photo` says which
belong together. Recall counts the pairs it joins, false are links and closures between different pictures. Apps are models of
what they do to a picture (longest side, JPEG quality of each saving, 4:2:0 colour): recalled values, not measured on the apps.
Pictures have texture (overlapping shapes, grain, stripes, letters) as photos have; nothing is shown in them.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from hashlib import sha256

import numpy as np
from PIL import Image, ImageDraw

from fake_view import FakeView
from pictures_made import SENT, bannered, cropped, saved, sent, shapes
from ritrova.formats.pictures import Hashed, hashed
from ritrova.linkers import same_photo
from ritrova.model import ids
from ritrova.model.records import (
    Attachment,
    Conversation,
    Link,
    Locator,
    Message,
    Moment,
    PictureSeen,
    Record,
)
from ritrova.model.scoring import wilson

SOURCE = "5" * 64
Change = Callable[[bytes], bytes]


def photo(seed: int) -> bytes:
    """A picture with texture, 1440 x 1080 or upright, as a telephone saves it."""
    rng = np.random.default_rng(seed)
    height, width = (1080, 1440) if seed % 3 else (1440, 1080)
    pixels = shapes(seed, height, width).astype(np.int16)
    if seed % 2:
        grain = rng.integers(-20, 21, (height // 4, width // 4, 1))
        pixels += np.kron(grain, np.ones((4, 4, 1), np.int16)).astype(np.int16)
    if seed % 4 == 0:
        across = np.arange(width) // int(rng.integers(9, 40)) % 2 * 24
        pixels[height // 3 : height * 2 // 3] += across[None, :, None].astype(np.int16)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if seed % 5 == 0:
        draw = ImageDraw.Draw(picture)
        for _ in range(12):
            at = (int(rng.integers(0, width - 200)), int(rng.integers(0, height - 60)))
            draw.text(at, "".join(map(chr, rng.integers(65, 91, 8))), fill="white", font_size=48)
    return saved(picture, 93)


def smaller(share: float) -> Change:
    """Made smaller."""

    def change(original: bytes) -> bytes:
        picture = _opened(original)
        size = (int(picture.width * share), int(picture.height * share))
        return saved(picture.resize(size, Image.Resampling.BICUBIC), 80)

    return change


def sticker(original: bytes) -> bytes:
    """As a sticker: WebP of 512 x 512, the picture within it on nothing."""
    picture = _opened(original)
    picture.thumbnail((480, 480))
    whole = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    whole.paste(picture, ((512 - picture.width) // 2, (512 - picture.height) // 2))
    out = io.BytesIO()
    whole.save(out, "WEBP", quality=80)
    return out.getvalue()


def with_sticker(original: bytes) -> bytes:
    """With a round sticker on one corner, over a tenth of the picture."""
    picture = _opened(original)
    side = int((picture.width * picture.height / 10) ** 0.5)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 20 + side, 20 + side), fill=(250, 210, 60))
    draw.arc(
        (20 + side // 4, 20 + side // 3, 20 + side * 3 // 4, 20 + side * 3 // 4), 20, 160, fill=0, width=9
    )
    return saved(picture, 75)


def screenshot(original: bytes) -> bytes:
    """Within a chat on a telephone of 1080 x 2400, among bubbles with words."""
    screen = Image.new("RGB", (1080, 2400), (17, 27, 33))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 1080, 200), fill=(32, 44, 51))
    draw.text((60, 110), "12:30  a chat", fill="white", font_size=44)
    for top, words in (
        (260, "good morning"),
        (420, "when do we meet"),
        (1900, "near the station at nine"),
        (2060, "yes"),
    ):
        draw.rounded_rectangle((60, top, 760, top + 120), 30, fill=(32, 44, 51))
        draw.text((100, top + 36), words, fill="white", font_size=40)
    picture = _opened(original)
    picture = picture.resize((820, picture.height * 820 // picture.width), Image.Resampling.BICUBIC)
    screen.paste(picture, (200, 600))
    return saved(screen, 85)


def whole_screen(original: bytes) -> bytes:
    """As an upright telephone of 1080 x 2400 shows one picture: black above and below, small signs at the edges."""
    screen = Image.new("RGB", (1080, 2400), "black")
    picture = _opened(original)
    picture = picture.resize((1080, picture.height * 1080 // picture.width), Image.Resampling.BICUBIC)
    screen.paste(picture, (0, (2400 - picture.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.text((40, 30), "12:30", fill="white", font_size=36)
    draw.text((40, 120), "Market  today", fill="white", font_size=44)
    return saved(screen, 85)


def _opened(raw: bytes) -> Image.Image:
    with Image.open(io.BytesIO(raw)) as opened:
        return opened.convert("RGB")


def then_sent(change: Change, app: str) -> Change:
    """A change, and then sent through an app."""
    return lambda original: sent(change(original), app)


CHANGES: dict[str, Change] = {
    **{app: (lambda original, app=app: sent(original, app)) for app in SENT},  # type: ignore[misc]
    "half the size": smaller(0.5),
    "a quarter of the size": smaller(0.25),
    "crop of 5 %, sent": then_sent(lambda original: cropped(original, 0.05), "whatsapp"),
    "crop of 15 %, sent": then_sent(lambda original: cropped(original, 0.15), "telegram"),
    "banner, sent": then_sent(bannered, "viber"),
    "screenshot in a chat": screenshot,
    "screenshot in a chat, sent": then_sent(screenshot, "whatsapp"),
    "screenshot of the whole": whole_screen,
    "as a sticker": sticker,
    "with a sticker, sent": then_sent(with_sticker, "whatsapp"),
}


def look(raw: bytes) -> tuple[str, Hashed]:
    """SHA-256 and fingerprints of a picture file."""
    mime = "image/webp" if raw[:4] == b"RIFF" else "image/jpeg"
    return sha256(raw).hexdigest(), hashed(io.BytesIO(raw), mime)


def case_of(pictures: list[tuple[str, Hashed]]) -> FakeView:
    """A case in which each picture is in a message of its own."""
    records: list[Record] = [Conversation(Locator(SOURCE, "chat.txt"), "c-1", "whatsapp")]
    for n, (file, seen) in enumerate(pictures):
        attachment = Attachment(present=True, sha256=file, mime="image/jpeg")
        at = Locator(SOURCE, "chat.txt", f"bytes {n * 10}-{n * 10 + 10}")
        records.append(
            Message(at, "whatsapp", "c-1", "a-1", "A", "media", "", Moment(), attachments=(attachment,))
        )
        where = Locator(SOURCE, f"{n}.jpg")
        records.append(
            PictureSeen(
                where, file, "", "", seen.pdq, seen.quality, seen.width, seen.height, marks=seen.marks
            )
        )
    return FakeView(records)


def judged(pictures: list[tuple[str, Hashed]], count: int) -> tuple[set[int], int]:
    """Which of the first `count` pictures are joined to their copy, which stands `count` later; pairs joined that must not be."""
    ends = {
        ids.attachment_id(ids.message_id(Locator(SOURCE, "chat.txt", f"bytes {n * 10}-{n * 10 + 10}")), 0): n
        for n in range(len(pictures))
    }
    home = list(range(len(pictures)))

    def root(n: int) -> int:
        while home[n] != n:
            n = home[n]
        return n

    for link in same_photo.link(case_of(pictures)):
        assert isinstance(link, Link)
        home[root(ends[link.a])] = root(ends[link.b])
    joined = {n for n in range(count) if root(n) == root(n + count)}
    roots = [root(n) for n in range(len(pictures))]
    false = sum(
        roots[a] == roots[b] and a % count != b % count
        for a in range(len(pictures))
        for b in range(a + 1, len(pictures))
    )
    return joined, false


def main() -> None:
    """Print a line a change."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--pictures", type=int, default=60)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument(
        "--list", action="store_true", help="say which pictures were missed, and how far apart they are"
    )
    said = ask.parse_args()
    originals = [photo(said.seed * 1000 + n) for n in range(said.pictures)]
    before = [look(each) for each in originals]
    print(
        f"{said.pictures} pictures, {'with' if any(h.marks for _, h in before) else 'without'} the media extra"
    )
    print(f"{'change':34} joined                        false pairs")
    everything = wrong = 0
    for name, change in CHANGES.items():
        start = time.process_time()
        after = [look(change(each)) for each in originals]
        joined, false = judged([*before, *after], said.pictures)
        everything += len(joined)
        wrong += false
        share = wilson(len(joined), said.pictures)
        print(
            f"{name:34} {len(joined)}/{said.pictures} {len(joined) / said.pictures:.3f} ({share.low:.2f}-{share.high:.2f})"
            f"          {false}   ({time.process_time() - start:.1f} s)",
            flush=True,
        )
        if said.list:
            for n in sorted(set(range(said.pictures)) - joined):
                apart = (int(before[n][1].pdq, 16) ^ int(after[n][1].pdq, 16)).bit_count()
                details = len(before[n][1].marks) // 36, len(after[n][1].marks) // 36
                print(f"    {said.seed * 1000 + n}: {apart} bits apart, details {details}")
    there = said.pictures * len(CHANGES)
    print(f"{'all':34} {everything}/{there} {everything / there:.3f}   false pairs {wrong}")


if __name__ == "__main__":
    main()

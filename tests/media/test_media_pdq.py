"""PDQ: the same bits as the published implementation, the same picture after every app, and no other."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from pictures_made import SENT, photo, saved, sent, shapes
from ritrova.formats import pictures
from ritrova.formats.hamming import Index, packed, pairs
from ritrova.formats.pdq import RADIUS, distance, pdq

# Hash and quality that ThreatExchange's C++ (as built into pdqhash 0.2.8) gives for the pixels of `shapes`.
REFERENCE = [
    (1, 200, 300, "324df443cb488cf5e2b7fbcc0ec9364348d06972622529cdaf93d433319c5776", 100),
    (2, 300, 200, "bbd32092a896b24c23f22857b652870897cde4137ff3b3595a4a4b1abc2d8aed", 100),
    (3, 64, 64, "6a0256cfddb4b649fbce6ef89235edc36e0c514a92d265949da5c26900cb8733", 100),
    (4, 480, 512, "e9a5059d0875f6b5f70b1d2d1da2c7ea4244625a254b17b6d39679e50c7c48dc", 100),
    (5, 97, 131, "46bda97c1b0a910316f117cf2894906e99b6f3ea5dce6e8965fe091537265874", 100),
    (6, 512, 512, "a7a5574c831ef2a0c9f0dfa0c0cf38f0f460e1f796b82a183cd8d07c8ba7364f", 100),
    (7, 50, 40, "4a6f49c707b6a610bc8bb8b81362da47c3bd4338764e758671f2be4399052cdd", 100),
    (8, 333, 511, "60da2f05d79fd36d494ee6fcf083990b0b8c7c84f69221922f65cd82ca7c067b", 100),
    (9, 256, 256, "794e73bf13e25ea74b8ea3e087a1473ee0b0acf0554f185bb108e5c2d683398b", 100),
    (10, 1000, 750, "60ec7f893adf3b5ceb46b9138fb2c6cb046afce0dac0835ea30cb0237393902b", 100),
    (11, 128, 128, "137c217e7127007ec3eef39cf0a5ec60f80368f30f487fc494c3f3e2dfc1009c", 100),
    (12, 211, 640, "22224106b3769664cdc96d9b3373a6d9dc4c3326e593cccd26e53367d98cd4c9", 100),
]


@pytest.mark.parametrize(("seed", "height", "width", "expected", "quality"), REFERENCE)
def test_the_bits_are_those_of_the_published_implementation(
    seed: int, height: int, width: int, expected: str, quality: int
) -> None:
    assert pdq(shapes(seed, height, width)) == (expected, quality)


def test_where_the_published_implementation_is_installed_they_agree() -> None:
    pdqhash = pytest.importorskip("pdqhash")
    for seed in range(40, 60):
        made = shapes(seed, 90 + 7 * seed, 110 + 5 * seed)
        bits, quality = pdqhash.compute(made)
        assert pdq(made) == (np.packbits(bits).tobytes().hex(), quality)


@pytest.mark.parametrize("shape", [(0, 5), (5,), (5, 5, 4), (2, 5, 5, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="not the pixels"):
        pdq(np.zeros(shape))


def test_an_empty_picture_says_that_its_hash_is_worth_nothing() -> None:
    assert pdq(np.full((300, 300), 200))[1] == 0


def test_every_app_leaves_the_picture_recognisable_and_no_two_pictures_alike() -> None:
    originals = [photo(seed, 640) for seed in range(1, 53)]
    first = [pictures.hashed(io.BytesIO(each), "image/jpeg") for each in originals]
    assert all(each.quality >= 50 for each in first)
    found = wanted = 0
    every = {n: [each.pdq] for n, each in enumerate(first)}
    for app in SENT:
        for n, original in enumerate(originals):
            code = pictures.hashed(io.BytesIO(sent(original, app)), "image/jpeg").pdq
            every[n].append(code)
            wanted += 1
            found += distance(first[n].pdq, code) <= RADIUS
    assert found / wanted >= 0.98
    flat = [(n, code) for n, codes in every.items() for code in codes]
    linked = pairs([code for _, code in flat])
    assert all(flat[a][0] == flat[b][0] for a, b, _ in linked)


def test_the_search_gives_exactly_what_comparing_all_gives() -> None:
    rng = np.random.default_rng(3)
    hashes = rng.integers(0, 256, (3_000, 32), dtype=np.uint8)
    queries = []
    for n in range(64):
        bits = np.unpackbits(hashes[n * 7])
        bits[rng.choice(256, n % 34, replace=False)] ^= 1
        queries.append(np.packbits(bits))
    index = Index(hashes)
    for radius in (0, 1, 15, 31):
        for query in queries:
            apart = np.bitwise_count(hashes ^ query).sum(axis=1)
            rows, distances = index.near(query, radius)
            assert rows.tolist() == np.flatnonzero(apart <= radius).tolist()
            assert distances.tolist() == apart[apart <= radius].tolist()


def test_the_search_refuses_a_radius_for_which_it_is_not_exact() -> None:
    with pytest.raises(ValueError, match="exact up to 31"):
        Index(packed(["00" * 32])).near(packed(["00" * 32])[0], 32)


def test_pairs_of_equal_and_clustered_hashes() -> None:
    hexes = ["00" * 32, "00" * 31 + "01", "ff" * 32, "00" * 32]
    assert pairs(hexes) == [(0, 1, 1), (0, 3, 0), (1, 3, 1)]
    assert pairs(hexes[:1]) == [] == pairs([])
    crowd = [f"{n:064x}" for n in range(80)]
    brute = [(a, b) for a, b in itertools.combinations(range(80), 2)]
    assert [(a, b) for a, b, _ in pairs(crowd)] == brute


def file_of(picture: Image.Image, kind: str, **more: object) -> io.BytesIO:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out


MODES = ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16"]


@pytest.mark.parametrize("mode", MODES)
def test_every_way_of_storing_tints_decodes(mode: str) -> None:
    made = Image.fromarray(shapes(5, 300, 400))
    kind, mime = ("TIFF", "image/tiff") if mode in ("CMYK", "I;16") else ("PNG", "image/png")
    stored = made.convert("L").convert("I;16") if mode == "I;16" else made.convert(mode)
    assert pictures.hashed(file_of(stored, kind), mime).width == 400


def test_a_turned_picture_is_turned_back_by_its_exif() -> None:
    made = Image.fromarray(shapes(6, 300, 400))
    upright = pictures.hashed(file_of(made, "JPEG", quality=90), "image/jpeg")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = file_of(made.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)
    again = pictures.hashed(turned, "image/jpeg")
    assert distance(upright.pdq, again.pdq) <= 10


def test_sticker_with_nothing_behind_it_is_hashed_on_white() -> None:
    made = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    white = pictures.hashed(file_of(Image.new("RGB", (300, 300), "white"), "PNG"), "image/png")
    assert pictures.hashed(file_of(made, "PNG"), "image/png").quality == white.quality == 0


PLAIN = saved(Image.fromarray(shapes(1, 60, 80)), 80)


@pytest.mark.parametrize(
    ("raw", "mime"),
    [
        (b"", "image/jpeg"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (PLAIN[: len(PLAIN) // 2], "image/jpeg"),
        (PLAIN, "image/png"),
        (PLAIN, "image/heic"),
        (b"GIF89a" + bytes(3), "image/gif"),
        (b"BM" + bytes(60), "image/bmp"),
        (b"II*\x00" + b"\xff" * 40, "image/tiff"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20), "image/webp"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png"),
    ],
)
def test_what_does_not_decode_says_so(raw: bytes, mime: str) -> None:
    with pytest.raises(pictures.Unreadable):
        pictures.hashed(io.BytesIO(raw), mime)


def test_a_picture_of_400_million_pixels_is_refused_by_its_header() -> None:
    head = file_of(Image.new("1", (8, 8)), "PNG").getvalue()
    large = head[:16] + (20_000).to_bytes(4, "big") * 2 + head[24:]
    import zlib

    large = large[:29] + zlib.crc32(large[12:29]).to_bytes(4, "big") + large[33:]
    with pytest.raises(pictures.Unreadable, match=r"20000 x 20000|Bomb"):
        pictures.hashed(io.BytesIO(large), "image/png")


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 2), (63, 64), (513, 512)])
def test_odd_sizes_are_hashed(size: tuple[int, int]) -> None:
    made = pictures.hashed(file_of(Image.new("RGB", size, "red"), "PNG"), "image/png")
    assert (made.width, made.height) == size and len(made.pdq) == 64


def test_no_pattern_of_31_differing_bits_escapes_the_search() -> None:
    rng = np.random.default_rng(9)
    known = rng.integers(0, 256, (1, 32), dtype=np.uint8)
    index = Index(np.concatenate((known, rng.integers(0, 256, (500, 32), dtype=np.uint8))))
    changed = []
    for n in range(600):
        bits = np.unpackbits(known[0])
        if n % 6 == 0:  # two in every word but one
            at = [16 * w + k for w in range(16) for k in rng.choice(16, 2 - (w == n % 16), replace=False)]
        elif n % 6 == 1:  # all in two words next to one another, across the end of the ring too
            at = [(16 * n + k) % 256 for k in range(31)]
        elif n % 6 == 2:  # three in some words, none in others
            at = [16 * ((w + n) % 16) + k for w in range(0, 15, 2) for k in (1, 5, 9, 12)][:31]
        elif n % 6 == 3:  # one long, then one in each
            at = [*range(16), *(16 * w for w in range(1, 16))]
        elif n % 6 == 4:  # many, a gap, many
            at = [*range(64, 79), *range(192, 208)]
        else:
            at = rng.choice(256, 31, replace=False).tolist()
        bits[at] ^= 1
        changed.append(np.packbits(bits))
    whose, rows, apart = index.all_near(np.array(changed))
    assert whose[rows == 0].tolist() == list(range(600))
    assert apart[rows == 0].max() == 31

"""Exact search among a million perceptual hashes, against faiss BinaryFlat in its own environment.

    python benchmarks/pdq_search.py [HASHES]

Both search the same hashes with the same queries (known hashes with 0 to 31 bits turned), on one thread.
"""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np
from measure import peer, run

from ritrova.formats.hamming import Index

SEED = 31
QUERIES = 1_000
FLAT = 100
FAISS = """
import json, sys, time
import faiss, numpy as np
faiss.omp_set_num_threads(1)
n, queries, flat, seed = map(int, sys.argv[1:])
rng = np.random.default_rng(seed)
hashes = rng.integers(0, 256, (n, 32), dtype=np.uint8)
asked = rng.choice(n, queries, replace=False)
index = faiss.IndexBinaryFlat(256)
index.add(hashes)
before = time.process_time()
index.range_search(hashes[asked[:flat]], 32)
ranged = flat / (time.process_time() - before)
before = time.process_time()
index.search(hashes[asked[:flat]], 1)
print(json.dumps({"range": ranged, "nearest": flat / (time.process_time() - before)}))
"""


def ours(n: int) -> tuple[float, float, float, int]:
    """CPU seconds of building, queries a CPU second (together, one by one), and queries whose hash was not found (must be 0)."""
    rng = np.random.default_rng(SEED)
    hashes = rng.integers(0, 256, (n, 32), dtype=np.uint8)
    asked = rng.choice(n, QUERIES, replace=False)
    bits = np.unpackbits(hashes[asked], axis=1)
    for k, row in enumerate(bits):
        row[rng.choice(256, k % 32, replace=False)] ^= 1
    queries = np.packbits(bits, axis=1)
    before = time.process_time()
    index = Index(hashes)
    built = time.process_time() - before
    before = time.process_time()
    whose, rows, _ = index.all_near(queries)
    rate = QUERIES / (time.process_time() - before)
    found = set(zip(whose.tolist(), rows.tolist(), strict=True))
    before = time.process_time()
    alone = [want in index.near(query)[0] for want, query in zip(asked[:200], queries[:200], strict=True)]
    single = 200 / (time.process_time() - before)
    lost = sum((n, int(want)) not in found for n, want in enumerate(asked)) + alone.count(False)
    return built, rate, single, lost


def main() -> None:
    """Print one object."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    built, rate, single, lost = ours(n)
    out: dict[str, float | int | str] = {
        "hashes": n,
        "build_s": round(built, 2),
        "queries_per_cpu_s": round(rate),
        "one_by_one_per_cpu_s": round(single),
        "lost": lost,
    }
    python = peer("faiss", "faiss-cpu", "numpy")
    if python is None:
        out["faiss"] = "not available here"
    else:
        env = {**os.environ, "OMP_NUM_THREADS": "1"}
        said = json.loads(
            run([str(python), "-c", FAISS, str(n), str(QUERIES), str(FLAT), str(SEED)], env).out
        )
        out["faiss_range_per_cpu_s"] = round(said["range"])
        out["faiss_nearest_per_cpu_s"] = round(said["nearest"])
        out["times_faster_than_range"] = round(rate / said["range"], 1)
        out["times_faster_than_nearest"] = round(rate / said["nearest"], 1)
    print(json.dumps(out))


if __name__ == "__main__":
    main()

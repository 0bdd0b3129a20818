"""Measure the reader of payers' files on a generated file of 500 MB: speed beside reading the bytes alone,
and memory."""

from __future__ import annotations

import json
import multiprocessing
import pathlib
import random
import resource
import tempfile
import time
from typing import Any

from casebook.money import payer_files

SIZE = 500_000_000  # bytes
FAMILY = ("44120", "44121", "44202", "44203", "44160")


def write(path: pathlib.Path) -> int:
    """Write the file, invented from beginning to end; its rates of the family."""
    rng = random.Random(1)
    codes = [*FAMILY, *(str(10_000 + i) for i in range(400))]
    kept = 0
    with path.open("w", encoding="utf-8") as file:
        groups = [{"provider_group_id": i, "provider_groups": [{"npi": [10**9 + i]}]} for i in range(20_000)]
        head = {"reporting_entity_name": "Invented", "last_updated_on": "2026-11-01", "version": "2.1.0"}
        file.write(json.dumps(head | {"provider_references": groups})[:-1] + ', "in_network": [')
        price = {
            "negotiated_type": "negotiated",
            "service_code": ["21"],
            "billing_class": "professional",
            "setting": "inpatient",
        }
        blocks = [
            [
                {
                    "provider_references": [rng.randrange(20_000) for _ in range(8)],
                    "negotiated_prices": [
                        price | {"negotiated_rate": round(rng.uniform(100, 2000), 2)} for _ in range(5)
                    ],
                }
                for _ in range(20)
            ]
            for _ in range(50)
        ]
        bodies = [json.dumps(block) for block in blocks]
        count = 0
        while file.tell() < SIZE:
            code = codes[count % len(codes)]
            kept += 100 * (code in FAMILY)
            start = {"negotiation_arrangement": "ffs", "billing_code_type": "CPT", "billing_code": code}
            file.write(
                (", " if count else "")
                + json.dumps(start)[:-1]
                + f', "negotiated_rates": {bodies[count % 50]}}}'
            )
            count += 1
        file.write("]}")
    return kept


def measured(path: pathlib.Path, answer: multiprocessing.Queue[Any]) -> None:
    """In a process of its own, so that its memory is its own."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = payer_files.read(path, progress=False)
    taken = time.perf_counter() - start
    answer.put(
        (
            taken,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            before / 1024,
            len(found.rates),
            found.fault,
        )
    )


def main() -> None:
    """Print the table."""
    print("Payers' files, in this run on this machine", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "in_network.json"
        print(f"  writing {SIZE / 1e6:.0f} MB", flush=True)
        kept = write(path)
        start = time.perf_counter()
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass
        bytes_alone = time.perf_counter() - start
        spawn = multiprocessing.get_context("spawn")
        answer = spawn.Queue()
        worker = spawn.Process(target=measured, args=(path, answer))
        worker.start()
        taken, top, before, rates, fault = answer.get(timeout=600)
        worker.join()
    assert (rates, fault) == (kept, None), (rates, kept, fault)
    print(f"  read, {rates} rates of the family kept: {taken:.1f} s, {SIZE / 1e6 / taken:.0f} MB a second")
    print(f"  beside reading the bytes alone ({bytes_alone:.1f} s): {taken / bytes_alone:.0f} times")
    print(
        f"  memory at its highest: {top:.0f} MB, of which {before:.0f} MB are Python and its modules (aim:"
        " under 300)"
    )


if __name__ == "__main__":
    main()

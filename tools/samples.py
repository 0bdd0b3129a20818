"""Write the sample class that the notebooks read: twelve learners made up by chance, most of them with a
wrong rule.

    python tools/samples.py

The same files at every run, as long as the cases and the rules are the same; a test compares.
"""

import pathlib
from random import Random

from casebook.cases import load
from casebook.practice.responses import write_file
from casebook.testing.learners import book_of, learner

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks" / "data" / "sample_responses"
CASES = (
    "alder",
    "birch",
    "cedar",
    "dogwood",
    "elm",
    "fir",
    "ginkgo",
    "hazel",
    "hornbeam",
    "larch",
    "maple",
    "oak",
    "juniper",
    "catalpa",
    "ironwood",
    "mango",
    "pecan",
    "acacia",
    "aspen",
    "banyan",
    "buckeye",
    "cherry",
    "elder",
    "zelkova",
)
#: What each learner gets wrong; who has nothing here only slips.
HELD = {
    1: ("pieces-counted",),
    2: ("pieces-counted",),
    3: ("pieces-counted",),
    4: ("primary-per-join",),
    5: ("multiple-on-add-on",),
    6: ("one-unit-for-all",),
    7: ("one-unit-for-all", "adhesions-billed"),
    8: ("first-reading-billed",),
}


def main(folder: pathlib.Path = FOLDER) -> None:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = [load(name) for name in CASES]
    items = [case.item for case in cases]
    editions = {case.id: case.edition for case in cases}
    for number in range(1, 13):
        rng = Random(f"sample class:{number}")
        name = f"learner-{number:02}"
        rows = learner(items, book_of(HELD.get(number, ())), rng)
        write_file(
            folder / f"{name}.jsonl", [{**row, "edition": editions[row["case"]]} for row in rows], name
        )


if __name__ == "__main__":
    main()

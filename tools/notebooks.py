"""Run the notebooks and keep their text outputs: after a change of what the grader says, or of a notebook.

    python tools/notebooks.py

Nothing else is kept: no widget state, no pictures, no times, no counts that change from run to run. The tests
compare what is kept.
"""

import pathlib

import nbformat
from nbclient import NotebookClient

from casebook import files

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSING = "nbval-ignore-output"  # a cell whose output is a bar that passes
LEFT_OUT = ("application/vnd.jupyter.widget-view+json", "image/png")


def main() -> None:
    """Every notebook, in place."""
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        book = nbformat.read(file, as_version=4)
        NotebookClient(book, timeout=120, resources={"metadata": {"path": str(file.parent)}}).execute()
        book.metadata.pop("widgets", None)
        book.metadata["language_info"] = {"name": "python"}
        for cell in book.cells:
            cell.metadata.pop("execution", None)
            if PASSING in cell.metadata.get("tags", ()):
                cell["outputs"] = []
            for output in cell.get("outputs", []):
                for kind in LEFT_OUT:
                    output.get("data", {}).pop(kind, None)
        files.write(file, nbformat.writes(book) + "\n")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()

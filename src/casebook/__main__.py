"""`python -m casebook` and the command `casebook` run the command line."""

import sys


def run() -> int:
    """Run it; Ctrl+C while it is still being loaded ends without a traceback too."""
    try:
        from .cli import main

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())

"""Serve the book, and build it again whenever something in it changes: what `make watch` runs."""

import argparse
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.book import IGNORED, PACKAGE, PAGES, SETTINGS  # noqa: E402
from tools.serve import HTML, check_free, server  # noqa: E402

WATCHED = (*PAGES, *PACKAGE, *SETTINGS)
EVERY = 0.5  # seconds between two looks


def stamps() -> dict[str, int]:
    """When each file was last changed."""
    places = [ROOT / name for name in WATCHED]
    files = (file for place in places for file in ([place] if place.is_file() else place.rglob("*")))
    return {str(f): f.stat().st_mtime_ns for f in files if f.is_file() and not IGNORED & set(f.parts)}


def build() -> None:
    """One build; a failed one is told, and the next change tries again."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "book.py"), "--quick"], check=False)
    told = "built" if done.returncode == 0 else "not built; see above"
    print(f"{told} in {time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    """Until Ctrl+C."""
    parser = argparse.ArgumentParser(description="Build, serve, and build again after each change.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    check_free(port)
    seen = stamps()  # before the build: what changes while it runs is built next
    build()
    with server(port, HTML) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        print(f"\nhttp://localhost:{port}/ follows your changes   (Ctrl+C stops)\n", flush=True)
        try:
            while True:
                time.sleep(EVERY)
                if (now := stamps()) != seen:
                    for name in sorted(name for name, at in now.items() if seen.get(name) != at):
                        print(f"changed: {pathlib.Path(name).relative_to(ROOT)}", flush=True)
                    seen = now
                    build()
        except KeyboardInterrupt:
            print("\nStopped.")


if __name__ == "__main__":
    main()

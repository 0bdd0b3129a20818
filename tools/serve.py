"""Build the book and serve it on this machine: what `make serve` runs."""

import argparse
import functools
import http.server
import os
import pathlib
import signal
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"


class Pages(http.server.SimpleHTTPRequestHandler):
    """Static files.

    Types are named here, because some machines' own tables give scripts a type browsers refuse.
    """

    extensions_map = {  # noqa: RUF012  (the base class has it so)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".css": "text/css",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".gz": "application/gzip",
    }

    def end_headers(self) -> None:
        """Let the browser keep files, but ask each time whether they changed: authors rebuild often. What the
        book wants to be sent beside them stands in its `_headers`."""
        self.send_header("Cache-Control", "no-cache")
        wanted = pathlib.Path(self.directory, "_headers")
        for line in wanted.read_text("utf-8").splitlines() if wanted.is_file() else ():
            if line.startswith(" "):
                name, _, value = line.strip().partition(": ")
                self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing for each request."""


def server(
    port: int, folder: pathlib.Path = HTML, handler: type[Pages] = Pages
) -> http.server.ThreadingHTTPServer:
    """A server of `folder` on this machine only; port 0 takes a free one."""
    return http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(handler, directory=str(folder))
    )


def check_free(port: int) -> None:
    """Say at once, before the build, that the port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            sys.exit(
                f"Port {port} cannot be used ({error}). Something else may be serving there.\n"
                f"Choose another: make serve PORT={port + 1 if 1024 <= port < 65535 else 8001}"
            )


def end(work: subprocess.Popen[bytes]) -> None:
    """End work done beside, with all that it has started."""
    if work.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(work.pid, signal.SIGTERM)
        else:  # Windows
            work.terminate()


def main() -> None:
    """Build, then serve until Ctrl+C."""
    parser = argparse.ArgumentParser(description="Build the book and serve it.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    check_free(port)
    book = [sys.executable, str(ROOT / "tools" / "book.py"), "--without-verdicts"]
    if status := subprocess.run(book, check=False).returncode:
        sys.exit(status)
    # Until its table is there, a page asks Python.
    beside = subprocess.Popen([sys.executable, str(ROOT / "tools" / "verdicts.py")], start_new_session=True)
    with server(port) as pages, beside:
        print(f"\nThe book is at http://localhost:{port}/   (Ctrl+C stops)\n", flush=True)
        try:
            pages.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")
        finally:
            end(beside)


if __name__ == "__main__":
    main()

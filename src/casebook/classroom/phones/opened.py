"""Open and close a room: the server, its addresses, and what a notebook shows of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from types import FrameType

import segno
import uvicorn

from casebook.cases import Case
from casebook.errors import CommandError

from .votes import Votes
from .web import RoomPages

HOST = "127.0.0.1"
EVERY = "0.0.0.0"
LINES = 8192
# Seconds that an idle line stays open: a phone that answers in the moment in which its line is closed hears
# nothing, so that this is longer than the time between opening a page and answering.
KEPT = 300
LAN = (
    "Every device on this network can open the address, over a line that is not encrypted: tell learners to"
    " type no real names. Only you have the address of the panel."
)


class Opened:
    """A room that answers. `join` is the address for phones, `panel` the instructor's. `proxies` are other
    machines that hand requests on to it, by address or network: what they say of where a phone is, is
    believed, as it is of this machine.

    Raises CommandError where the port is taken, or the file cannot be had.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        file: str | Path,
        *,
        port: int = 0,
        lan: bool = False,
        address: str = "",
        proxies: Sequence[str] = (),
    ) -> None:
        self._socket = _listening(EVERY if lan else HOST, port)  # first: a file is made only for a room
        try:
            self.votes = Votes(file, [case.id for case in cases], {case.id: case.edition for case in cases})
        except CommandError:
            self._socket.close()
            raise
        self.pages = RoomPages(cases, self.votes)
        _allow_lines()
        found = self._socket.getsockname()[1]
        base = address.rstrip("/") or f"http://{machine() if lan else HOST}:{found}"
        self.join = f"{base}/{self.votes.code}/"
        self.panel = f"{base}/panel/{self.votes.secret}/"
        self.pages.join = self.join
        config = uvicorn.Config(
            self.pages.app(),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEPT,
            lifespan="on",
            proxy_headers=True,
            forwarded_allow_ips=[HOST, "::1", *proxies],  # never what the environment says
        )
        self._server = _Server(config, self.pages)
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Answer until Ctrl+C."""
        self._server.run(sockets=[self._socket])

    def start(self) -> Opened:
        """Answer beside whatever else runs."""
        self._thread = threading.Thread(target=self.run, name="casebook-room", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Answer no more; the votes stay in their file."""
        self.pages.end()
        self._server.should_exit = True
        if self._thread:
            self._thread.join(timeout=5)
        self._socket.close()
        self.votes.close()

    def __repr__(self) -> str:
        return f"Phones open {self.join} (code {self.votes.code}); the panel is {self.panel}"

    def _repr_html_(self) -> str:
        """The way in, and the panel."""
        qr = segno.make(self.join, micro=False).svg_inline(scale=4, border=3, dark="#000", light="#fff")
        panel = escape(self.panel)
        return (
            f'<p>Phones open <a href="{escape(self.join)}">{escape(self.join)}</a>, code'
            f' <strong>{self.votes.code}</strong>. The projector: <a href="{panel}">the panel</a>.</p>{qr}'
            f'<iframe src="{panel}" title="The panel of the room" width="100%" height="640"></iframe>'
        )


class _Server(uvicorn.Server):
    """A server that lets the streams of the pages end before it is told to stop waiting for them."""

    def __init__(self, config: uvicorn.Config, pages: RoomPages) -> None:
        super().__init__(config)
        self._pages = pages

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._pages.end()
        super().handle_exit(sig, frame)


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(2048)  # from now on whoever opens the address is answered, if a moment later
    except OSError as error:
        made.close()
        raise CommandError(
            f"port {port} cannot be had: {error.strerror or error}; name another with --port"
        ) from None
    return made


def _allow_lines() -> None:
    """Have as many lines open at once as the system lets a program have: a phone keeps up to three, and the
    usual 256 or 1024 would not do for a large class."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = LINES if hard == resource.RLIM_INFINITY else min(hard, LINES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def machine() -> str:
    """This machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that is reserved for examples
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()

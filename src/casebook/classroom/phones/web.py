"""The pages of a room: one for the phones, one for the instructor.

Addresses are relative throughout, so that the room works below any path of a proxy. What a learner types is
a value in a database and text in a template that escapes it. Nothing that a phone is sent before the reveal
says anything of the verdict: the pages are made from the chart, not from the case's page.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import segno
from markupsafe import Markup
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from casebook.cases import Case
from casebook.classroom.templates import environment
from casebook.coding.claim import MAX_TEXT
from casebook.coding.typed import read
from casebook.data import text
from casebook.practice.diagram import STYLE
from casebook.quiz.markup import ASK, claim_field

from .present import Present
from .told import Teller
from .votes import LONGEST_NAME, Closed, Full, Moved, Vote, Votes

HERE = Path(__file__).resolve().parent
COOKIE = "casebook-room"
LARGEST = 8 * 1024  # bytes of a form
OFTEN = (30, 10.0)  # forms of one person, in so many seconds
MOST_ASKING = 10_000  # who are kept in mind
WRONG = (60, 60.0)  # addresses that are none, from one machine, in so many seconds
PACE = 0.2  # seconds between two counts that the instructor's page is told
FRAMED = "'self' http://localhost:* http://127.0.0.1:*"  # a notebook shows the panel in a frame
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    f" form-action 'self'; base-uri 'none'; frame-ancestors {FRAMED}"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
FULL = "The room is full, or too many have answered from your network. Tell your teacher."
CLOSED = "The vote closed before this answer came. It does not count."
MOVED = "The room has moved on: this answer was for an earlier vote, and was not noted. Here is the new one."
GRACE = 0.5  # seconds in which a stream may say that the lesson is over
TEMPLATES = environment(*(f"room/{name}.html" for name in ("base", "door", "phone", "panel")))


class Bell:
    """Wakes whoever waits for something new, from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.next = asyncio.Event()  # take it before looking, then wait for it

    def begin(self) -> None:
        """Belong to the loop that runs."""
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """Wake everyone."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        self.next.set()
        self.next = asyncio.Event()


class Often:
    """Who asks too often: at most so many times in so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._asked: dict[str, deque[float]] = {}

    def __call__(self, who: str) -> bool:
        now = time.monotonic()
        asked = self._asked.pop(who, None) or deque(maxlen=self._most)
        self._asked[who] = asked  # whoever asked last stands last
        if len(self._asked) > MOST_ASKING:
            del self._asked[next(iter(self._asked))]
        often = len(asked) == self._most and now - asked[0] < self._seconds
        asked.append(now)
        return often


class RoomPages:
    """The pages of one lesson."""

    def __init__(self, cases: Sequence[Case], votes: Votes) -> None:
        self.tellers = [Teller(case) for case in cases]
        self.votes = votes
        self.join = ""  # the address that phones open, once it is known
        self.over = False  # no stream goes on
        self.moved = Bell()  # another case, turn or phase
        self.counted = Bell()  # another answer
        self.present = Present()
        self._busy = Often(*OFTEN)
        self._lost = Often(*WRONG)

    def app(self) -> Starlette:
        """The application, for any server that speaks ASGI."""
        code, panel = "/{code:str}/", f"/panel/{self.votes.secret}/"
        app = Starlette(
            routes=[
                Route("/", self._door),
                Route("/files/{name:str}", _file),
                Route(panel, self._panel),
                Route(f"{panel}act", self._act, methods=["POST"]),
                Route(f"{panel}stream", self._panel_stream),
                Route(f"{panel}answers.jsonl", self._answers),
                Route("/{code:str}", self._without_slash),
                Route(code, self._phone),
                Route(f"{code}answer", self._answer, methods=["POST"]),
                Route(f"{code}name", self._name, methods=["POST"]),
                Route(f"{code}left", self._left, methods=["POST"]),
                Route(f"{code}stream", self._phone_stream),
            ],
            lifespan=self._begun,
            exception_handlers={
                HTTPException: _failed,
                Full: _full,
                sqlite3.Error: _not_kept,
                ClientDisconnect: _gone,
            },
        )
        app.router.redirect_slashes = False  # it redirects to paths that a proxy may not know
        return app

    @asynccontextmanager
    async def _begun(self, _: Starlette) -> AsyncIterator[None]:
        self.moved.begin()
        self.counted.begin()
        yield

    @property
    def teller(self) -> Teller:
        """Of the case that is shown."""
        return self.tellers[self.votes.now.at]

    def act(self, do: str) -> None:
        """Do what a button of the instructor's page says: open, closed, revealed, again, or go and a number.

        Raises ValueError for anything else.
        """
        what, _, at = do.partition(" ")
        if what == "go" and at.isdecimal() and len(at) < 6:
            self.votes.go(int(at))
        elif do == "again":
            self.votes.again()
        else:
            self.votes.turn_to(do)
        self.moved.ring()
        self.counted.ring()

    def end(self) -> None:
        """Let every stream say that the lesson is over, and end."""
        self.over = True
        self.moved.ring()
        self.counted.ring()

    # For phones

    async def _door(self, request: Request) -> Response:
        code = request.query_params.get("code", "").strip().upper()
        if code == self.votes.code:
            return RedirectResponse(f"{code}/", 303, HEADERS)
        if code and self._lost(_machine(request)):
            raise HTTPException(429, "That was tried too often. Wait a minute.")
        says = "There is no room with this code. Look at the screen again." if code else ""
        return _page("door", says=says)

    def _entered(self, request: Request) -> str:
        """The token of whoever asks, who must know the code; a new one where there is none."""
        if request.path_params["code"].upper() != self.votes.code:
            if self._lost(_machine(request)):
                raise HTTPException(429, "That was tried too often. Wait a minute.")
            raise HTTPException(404, "There is no such room. Look at the code on the screen again.")
        token = request.cookies.get(COOKIE, "")
        return token if 20 <= len(token) <= 40 and token.isascii() else ""

    async def _without_slash(self, request: Request) -> Response:
        self._entered(request)
        return RedirectResponse(f"{self.votes.code}/", 303, HEADERS)

    async def _phone(self, request: Request) -> Response:
        token = self._entered(request)
        return _kept(await self._shown(token), token)

    async def _shown(self, token: str, says: str = "", typed: str = "") -> HTMLResponse:
        """The phone's page of what the room shows now."""
        vote, mine = self.votes.now, self.votes.mine(token)
        teller, unsent = self.tellers[vote.at], typed if vote.phase != "open" else ""
        told = None
        if vote.phase == "revealed" and (given := mine.answer or mine.before):
            told = await asyncio.to_thread(teller.verdict, given)
        return _page(
            "phone",
            **self._question(vote),
            mine=mine,
            noted=_noted(mine.answer) if mine.answer else "",
            told=told,
            ours=teller.expected if vote.phase == "revealed" else "",
            says="" if unsent else says,  # said beside what was typed
            unsent=unsent,
            field=Markup(claim_field(f"casebook-{teller.case.id}", typed or mine.answer)),
            longest=LONGEST_NAME,
        )

    def _question(self, vote: Vote) -> dict[str, Any]:
        """What every page of a vote says of it."""
        teller = self.tellers[vote.at]
        return {
            "asks": ASK,
            "case": teller.case,
            "cases": len(self.tellers),
            "chart": Markup(teller.chart),
            "code": self.votes.code,
            "vote": vote,
        }

    async def _answer(self, request: Request) -> Response:
        token = self._entered(request) or secrets.token_urlsafe(16)
        form = await self._form(request, token)
        typed = form.get("claim", "")
        status, says = self._noting(token, typed, _meant(form), _machine(request))
        if request.headers.get("accept") == "application/json":
            told = {"noted": status == 200, "says": says or _noted(typed)}
            return _kept(Response(json.dumps(told), status, HEADERS, "application/json"), token)
        # An answer to another chart is not put under this one.
        page = await self._shown(token, says, typed if _meant(form)[0] == self.votes.now.at else "")
        page.status_code = status
        return _kept(page, token)

    def _noting(self, token: str, typed: str, meant: tuple[int, int], host: str) -> tuple[int, str]:
        """Note an answer to the vote that it was meant for; the status, and what is said where it was not
        noted."""
        if meant != self.votes.now.place:  # before it is read, since the room no longer asks
            return 409, MOVED
        answer = read(typed)
        if answer.error or answer.blank:
            return 422, answer.error or "Type a claim, or query, and tap Send."
        try:
            self.votes.answer(token, typed, meant, host)
        except Moved:
            return 409, MOVED
        except Closed:
            return 409, CLOSED
        self.present.answered(token)
        self.counted.ring()
        return 200, ""

    async def _name(self, request: Request) -> Response:
        token = self._entered(request) or secrets.token_urlsafe(16)
        given = (await self._form(request, token)).get("name", "")
        kept = self.votes.name(token, given[: 4 * LONGEST_NAME], _machine(request))
        if request.headers.get("accept") == "application/json":
            return _kept(Response(json.dumps({"name": kept}), 200, HEADERS, "application/json"), token)
        return _kept(RedirectResponse("./", 303, HEADERS), token)

    async def _left(self, request: Request) -> Response:
        self.present.left(self._entered(request))
        self.counted.ring()
        return Response(status_code=204, headers=HEADERS)

    async def _phone_stream(self, request: Request) -> Response:
        token, host = self._entered(request), _machine(request)
        if self.present.full(host):
            raise HTTPException(503, "Too many pages of this room are open. The form works all the same.")
        return _stream(self._followed(token, host))

    async def _followed(self, token: str, host: str) -> AsyncIterator[dict[str, str]]:
        """What a phone is told as long as its line is open."""
        waits = bool(token)
        with suppress(sqlite3.Error):  # a stream that is refused is not tried again at once
            waits = waits and not self.votes.knows(token)
        with self.present.line(token, host, waits):
            self.counted.ring()
            async for each in self._changes(self._vote, self.moved):
                yield each

    @property
    def joined(self) -> int:
        """How many have answered, or are in the room and have not yet."""
        return self.votes.people + self.present.waiting

    def _vote(self) -> dict[str, Any]:
        vote = self.votes.now
        return {"at": vote.at, "turn": vote.turn, "phase": vote.phase}

    async def _changes(
        self, look: Callable[[], Mapping[str, Any]], bell: Bell
    ) -> AsyncIterator[dict[str, str]]:
        """What `look` sees, and again each time it has changed."""
        last: Mapping[str, Any] | None = None
        while not self.over:
            rung = bell.next
            try:
                seen = look()
            except sqlite3.Error:
                seen = last or {}
            if seen and seen != last:
                last = seen
                yield {"data": json.dumps(seen)}
            await rung.wait()
            if not self.over:
                await asyncio.sleep(PACE)
        yield {"event": "over", "data": "{}"}

    async def _form(self, request: Request, who: str) -> dict[str, str]:
        """The fields of a form, each once. Refuses what is large, what is no form, and who asks too often."""
        if self._busy(who):
            raise HTTPException(429, "That was tapped too often. Wait ten seconds.")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise HTTPException(413, "That is more than a claim can hold.")
        try:
            fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=8)
        except ValueError:
            raise HTTPException(400, "This form could not be read.") from None
        return {name: values[0][: MAX_TEXT + 1] for name, values in fields.items()}

    # For the instructor

    async def _panel(self, _: Request) -> Response:
        vote, shown = self.votes.now, None
        teller = self.tellers[vote.at]
        if vote.phase == "revealed":
            moves = self.votes.moves(*vote.place) if vote.turn > 1 else None
            shown = await asyncio.to_thread(teller.revealed, self.votes.counts(*vote.place), moves)
        return _page(
            "panel",
            **self._question(vote),
            join=self.join,
            qr=Markup(_qr(self.join)),
            answered=self.votes.answered(vote),
            joined=self.joined,
            missing=self.votes.missing(vote),
            shown=shown,
            most=max((max(bar.people, bar.before or 0) for bar in shown.bars), default=1) if shown else 1,
            pictures=[Markup(picture["svg"]) for picture in shown.pictures] if shown else [],
        )

    async def _act(self, request: Request) -> Response:
        do = (await self._form(request, "panel")).get("do", "")
        try:
            self.act(do)
        except ValueError as error:
            raise HTTPException(400, str(error)) from None
        return RedirectResponse("./", 303, HEADERS)

    async def _panel_stream(self, _: Request) -> Response:
        return _stream(self._changes(self._counts, self.counted))

    def _counts(self) -> dict[str, Any]:
        vote = self.votes.now
        counts = {"answered": self.votes.answered(vote), "missing": self.votes.missing(vote)}
        return {**self._vote(), **counts, "joined": self.joined}

    async def _answers(self, _: Request) -> Response:
        name = f'attachment; filename="room-{self.votes.code}.jsonl"'
        headers = {**HEADERS, "Content-Disposition": name}
        return Response(self.votes.export(), headers=headers, media_type="application/x-ndjson")


@lru_cache(maxsize=4)
def _qr(address: str) -> str:
    """The QR code of an address, as an SVG that takes the size of its place."""
    made = segno.make(address or "-", error="m", micro=False)
    return str(made.svg_inline(scale=8, border=3, omitsize=True, dark="#000", light="#fff", svgclass="qr"))


def _stream(changes: AsyncIterator[dict[str, str]]) -> EventSourceResponse:
    return EventSourceResponse(changes, headers=HEADERS, ping=20, shutdown_grace_period=GRACE)


def _noted(typed: str) -> str:
    return f"Noted: {' '.join(typed.split())}. You can change it until the vote is closed."


def _page(template: str, **given: Any) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(f"room/{template}.html").render(**given), headers=HEADERS)


def _kept(response: Response, token: str) -> Response:
    """With the token in a cookie that scripts cannot read."""
    kept = token or secrets.token_urlsafe(16)
    response.set_cookie(COOKIE, kept, max_age=24 * 3600, path="/", httponly=True, samesite="lax")
    return response


def _meant(form: Mapping[str, str]) -> tuple[int, int]:
    """The case and the turn that a form was made for; none where it does not say."""
    at, turn = (form.get(name, "") for name in ("at", "turn"))
    known = all(number.isdecimal() and len(number) < 6 for number in (at, turn))
    return (int(at), int(turn)) if known else (-1, 0)


def _machine(request: Request) -> str:
    """Where a request comes from: its address, of IPv6 the network, all of which one machine may have. ""
    for what is no address."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    if isinstance(address, IPv6Address) and mapped is None:
        return f"{int(address) >> 64:x}"
    return str(mapped or address)


@lru_cache(maxsize=1)
def _style() -> str:
    """The quiz's own style, the pictures', and what only a room needs."""
    quiz = (HERE.parent.parent / "quiz" / "quiz.css").read_text("utf-8")
    return "\n".join((quiz, STYLE, text("room/room.css")))


FILES: dict[str, tuple[str, Callable[[], str]]] = {
    "room.js": ("text/javascript", lambda: (HERE / "room.js").read_text("utf-8")),
    "room.css": ("text/css", _style),
}


async def _file(request: Request) -> Response:
    kind, content = FILES.get(request.path_params["name"], ("", None))
    if content is None:
        raise HTTPException(404, "There is no such file.")
    return Response(content(), headers=HEADERS, media_type=kind)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.headers.get("accept") == "application/json":
        told = json.dumps({"noted": False, "says": error.detail})
        return Response(told, error.status_code, HEADERS, "application/json")
    return PlainTextResponse(error.detail, error.status_code, HEADERS)


async def _full(request: Request, _: Exception) -> Response:
    return await _failed(request, HTTPException(503, FULL))


async def _not_kept(request: Request, error: Exception) -> Response:
    """The file is locked, full or gone: whoever sent something hears that it was not kept."""
    logging.getLogger("uvicorn.error").error("The room's file cannot be used: %s", error)
    sent = request.method == "POST"
    says = (
        "Your answer was not kept. Send it again." if sent else "The room's file cannot be read. Try again."
    )
    return await _failed(request, HTTPException(503, says))


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody reads what is said to a line that was lost."""
    return Response(status_code=400)

"""A payer's in-network file, read as a stream: what it says it pays for the codes of this family.

The form is CMS's schema of 2026 (source: `tic-schema-2`). Such files hold hundreds of gigabytes, so that
memory stays flat:
what is not wanted is passed over, never built. Needs the extra `analysis` (ijson, tqdm).
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import ijson
from tqdm.auto import tqdm
from tqdm.utils import CallbackIOWrapper

from casebook import files
from casebook.coding.edits import family

LONGEST_RUN = 32_000_000  # bytes without a quotation mark: more than a list of every provider there is
HEAD = 512  # bytes that tell what kind of file it is
PIECE = 1 << 16  # bytes of a packed file that are read at once
MOST_RATES = 1_000_000  # kept from one file; more than that is no family of codes
MOST_MONEY = 1e9  # dollars or percent; more is no price of anything
MOST_ODD = 100  # kinds of what is not as the schema has it, told by name
OPENED, CLOSED = frozenset({"start_map", "start_array"}), frozenset({"end_map", "end_array"})


@dataclass(frozen=True)
class Rate:
    """One price of one code. `amount` is US dollars, or percent where `kind` is percentage; places are
    service codes."""

    code: str
    arrangement: str  # ffs | bundle | capitation
    kind: str  # negotiated | derived | fee schedule | percentage | per diem
    amount: float
    billing_class: str = ""
    setting: str = ""
    modifiers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    expires: str = ""
    providers: int = 0  # groups that it holds for

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"modifiers": " ".join(self.modifiers), "places": " ".join(self.places)}


@dataclass
class PayerFile:
    """What was read of a file: its head, the rates of the wanted codes, and why the reading ended early, if
    it did."""

    path: Path
    payer: str = ""
    updated: str = ""
    version: str = ""
    items: int = 0  # services of any code
    unread: int = 0  # prices of the wanted codes that are not as the schema has them
    rates: list[Rate] = field(default_factory=list)
    fault: str | None = None
    odd: dict[str, int] = field(default_factory=dict)  # which key of which code was not: how often

    def misread(self, what: str, head: Mapping[str, str]) -> None:
        """Count something that is not as the schema has it, under the service where it stands."""
        self.unread += 1
        name = f"{what} of {head.get('billing_code', '')}"
        if name in self.odd or len(self.odd) < MOST_ODD:
            self.odd[name] = self.odd.get(name, 0) + 1


def read(path: str | Path, codes: Collection[str] | None = None, progress: bool = True) -> PayerFile:
    """Read the rates of `codes` (this book's family where none are named) from a .json or .json.gz file.

    A file that is broken or cut is read as far as it goes: `fault` says where it ended, and what was read is
    kept.
    A bar shows the progress of anything that takes more than a second. Raises OSError where the file cannot
    be opened.
    """
    path = files.regular(path)
    found = PayerFile(path)
    total = path.stat().st_size
    bar = tqdm(
        total=total, unit="B", unit_scale=True, delay=1, disable=not progress, desc=path.name, leave=False
    )
    with path.open("rb") as raw, bar:
        counted: Any = CallbackIOWrapper(bar.update, raw, "read")
        begins = raw.read(HEAD)
        packed = begins.startswith(b"\x1f\x8b")
        raw.seek(0)
        source: Any = _Bounded(_WithoutMark(_Unpacked(counted) if packed else counted))
        try:
            _Reader(found, frozenset(codes if codes is not None else family())).take(source)
        except (ijson.JSONError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
            at = f"{raw.tell():,} of {total:,} bytes in"
            why = _plain(error, b"" if packed else begins)
            found.fault = f"{path}: {why} ({at}). What came before is kept: {len(found.rates)} rates."
    return found


class _Unpacked:
    """A packed file, piece by piece: what came before a cut is handed out before the cut is told, where
    Python's own reader keeps it to itself."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._inflate = zlib.decompressobj(wbits=31)
        self._broken: Exception | None = None

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end. Raises EOFError, zlib.error once what was good is out."""
        while size and self._broken is None:
            try:
                told = self._more(size)
            except (EOFError, zlib.error) as error:
                self._broken = error
                told = self._inflate.flush()
            if told is None or told:
                return told or b""
        if size and self._broken is not None:
            raise self._broken
        return b""

    def _more(self, size: int) -> bytes | None:
        """What one more piece unpacks to, None at the end."""
        if self._inflate.eof:  # one packed file may follow another
            rest = self._inflate.unused_data or self._packed.read(PIECE)
            if not rest.lstrip(b"\0"):
                return None
            self._inflate = zlib.decompressobj(wbits=31)
        else:
            rest = self._inflate.unconsumed_tail or self._packed.read(PIECE)
            if not rest:
                raise EOFError("the file ended before its end")
        return self._inflate.decompress(rest, size)


class _WithoutMark:
    """A file without the mark that some programs put before its first byte."""

    def __init__(self, file: Any) -> None:
        self._file, self._first = file, True

    def read(self, size: int) -> bytes:
        """At most `size` bytes."""
        told: bytes = self._file.read(size)
        if self._first and size > 0:
            self._first = False
            while len(told) < len(codecs.BOM_UTF8) and (more := self._file.read(size)):
                told += more
            told = told.removeprefix(codecs.BOM_UTF8)
        return told


class _Bounded:
    """A file whose strings end: what the parser does for one string grows with the square of its length, and
    a packed file of a megabyte can hold one of a gigabyte."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._run = 0  # bytes since a quotation mark

    def read(self, size: int) -> bytes:
        """At most `size` bytes. Raises ValueError where no file of this kind goes on."""
        piece: bytes = self._file.read(size)
        mark = piece.rfind(b'"')
        self._run = len(piece) - mark if mark >= 0 else self._run + len(piece)
        if self._run > LONGEST_RUN:
            raise _NotThisFile(f"there is no quotation mark in {LONGEST_RUN // 1_000_000} MB of it")
        return piece


class _NotThisFile(ValueError):
    """JSON, but no in-network file."""


def _plain(error: Exception, begins: bytes) -> str:
    """What is wrong with a file, and what to do; `begins` are its first bytes where it is not packed."""
    if isinstance(error, _NotThisFile):
        return str(error)
    if isinstance(error, EOFError) or "premature" in str(error) or "incomplete" in str(error).lower():
        return "the file is cut short or broken; fetch it again"
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return "the packing of the file is broken; fetch it again"
    kind = files.no_text(begins) or ("" if _utf8(begins) else "no text")
    if kind:
        return f"this is {kind}, not JSON in UTF-8; a payer's file ends in .json or .json.gz"
    if begins.lstrip().startswith(b"<"):
        return "this is a web page or XML, not JSON, as where a link has run out; fetch the file again"
    # The parser's own words, without the bytes it stumbled over, which may be anything.
    why = error.args[0] if error.args else ""
    told = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
    return f"this is no JSON that can be read: {told.partition(chr(10))[0].rstrip('.')[:160]}"


def _utf8(begins: bytes) -> bool:
    """Whether a file may be UTF-8 text, of which these are the first bytes: the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(begins)
    except UnicodeDecodeError:
        return False
    return True


class _Reader:
    """Walks the events of the file and keeps what is wanted."""

    def __init__(self, found: PayerFile, codes: frozenset[str]) -> None:
        self.found, self.codes = found, codes

    def take(self, source: IO[bytes]) -> None:
        events = iter(ijson.basic_parse(source, use_float=True, buf_size=1 << 18))
        if next(events, ("", None))[0] != "start_map":
            raise _NotThisFile("an in-network file is one JSON object; this is something else")
        seen = False
        for event, key in events:
            if event == "end_map":
                break
            if key == "in_network":
                seen = True
                self._services(events)
                continue
            value = _value(events, wanted=key in ("reporting_entity_name", "last_updated_on", "version"))
            match key:
                case "reporting_entity_name":
                    self.found.payer = str(value)
                case "last_updated_on":
                    self.found.updated = str(value)
                case "version":
                    self.found.version = str(value)
        if not seen:
            raise _NotThisFile(
                "the file has no list in_network: is it a table of contents, or a file of allowed amounts?"
            )

    def _services(self, events: Iterator[tuple[str, Any]]) -> None:
        event, _ = next(events)
        if event != "start_array":
            raise _NotThisFile("in_network is not a list")
        for event, _ in events:
            if event == "end_array":
                return
            if event == "start_map":
                self.found.items += 1
                self._service(events)
            elif event == "start_array":
                _pass(events)

    def _service(self, events: Iterator[tuple[str, Any]]) -> None:
        """One service. The code nearly always stands before the prices; where it does not, they wait."""
        head: dict[str, str] = {}
        waiting: list[Any] = []
        for event, key in events:
            if event == "end_map":
                break
            if key == "negotiated_rates":
                if "billing_code" in head and not self._wanted(head):
                    _value(events, wanted=False)
                elif "billing_code" in head:
                    self._groups(head, events)
                else:
                    waiting = _value(events)
            else:
                value = _value(
                    events, wanted=key in ("billing_code", "billing_code_type", "negotiation_arrangement")
                )
                if isinstance(value, str):
                    head[key] = value
                elif key == "billing_code" and str(value) in self.codes:
                    self.found.misread("billing_code", {"billing_code": str(value)})
        if waiting and self._wanted(head):
            for group in waiting:
                self._group(head, group)

    def _wanted(self, head: Mapping[str, str]) -> bool:
        return head.get("billing_code", "") in self.codes and head.get(
            "billing_code_type", "CPT"
        ).upper() in ("CPT", "HCPCS")

    def _groups(self, head: Mapping[str, str], events: Iterator[tuple[str, Any]]) -> None:
        event, value = next(events)
        if event != "start_array":
            _rest(events, event, value, wanted=False)
            return
        for event, value in events:
            if event == "end_array":
                return
            self._group(head, _rest(events, event, value))

    def _group(self, head: Mapping[str, str], group: Any) -> None:
        prices = group.get("negotiated_prices") if isinstance(group, dict) else None
        if not isinstance(prices, list):
            self.found.misread("negotiated_prices", head)
            return
        holds = _groups(group)
        if holds is None:
            self.found.misread("provider_references", head)
            holds = 0
        for price in prices:
            if len(self.found.rates) >= MOST_RATES:
                raise _NotThisFile(f"more than {MOST_RATES:,} rates of the wanted codes; name fewer codes")
            try:
                self.found.rates.append(_rate(head, price, holds))
            except _Unfit as error:
                self.found.misread(str(error), head)


class _Unfit(ValueError):
    """A price that is not as the schema has it; the message names the key."""


def _groups(group: Mapping[str, Any]) -> int | None:
    """How many groups of providers a price holds for; None where that is no list."""
    given = group.get("provider_references") or group.get("provider_groups") or []
    return len(given) if isinstance(given, list) else None


def _rate(head: Mapping[str, str], price: Any, providers: int) -> Rate:
    """One price. Raises _Unfit."""
    if not isinstance(price, dict):
        raise _Unfit("negotiated_prices")
    amount = price.get("negotiated_rate")
    if isinstance(amount, str) and len(amount) < 20:
        try:
            amount = float(amount)
        except ValueError:
            amount = None
    if not isinstance(amount, int | float) or isinstance(amount, bool) or not 0 <= amount < MOST_MONEY:
        raise _Unfit("negotiated_rate")
    return Rate(
        head["billing_code"],
        head.get("negotiation_arrangement", ""),
        _word(price, "negotiated_type", needed=True),
        float(amount),
        _word(price, "billing_class"),
        _word(price, "setting"),
        _words(price, "billing_code_modifier"),
        _words(price, "service_code"),
        _word(price, "expiration_date"),
        providers,
    )


def _word(price: Mapping[str, Any], key: str, needed: bool = False) -> str:
    value = price.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise _Unfit(key)
    return value


def _words(price: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = price.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str | int) for value in values):
        raise _Unfit(key)
    return tuple(str(value) for value in values)


def _value(events: Iterator[tuple[str, Any]], wanted: bool = True) -> Any:
    event, value = next(events)
    return _rest(events, event, value, wanted)


def _rest(events: Iterator[tuple[str, Any]], event: str, value: Any, wanted: bool = True) -> Any:
    """The value that begins with this event, or None where it is not wanted."""
    if event not in OPENED:
        return value
    if not wanted:
        _pass(events)
        return None
    builder = ijson.ObjectBuilder()
    builder.event(event, value)
    depth = 1
    while depth:
        event, value = next(events)
        depth += (event in OPENED) - (event in CLOSED)
        builder.event(event, value)
    return builder.value


def _pass(events: Iterator[tuple[str, Any]]) -> None:
    """Pass over the rest of what was opened."""
    depth = 1
    for event, _ in events:
        if event in OPENED:
            depth += 1
        elif event in CLOSED:
            depth -= 1
            if not depth:
                return

"""A payer's in-network file, read as a stream: what it says it pays for the codes of this family.

The form is CMS's schema of 2026 (source: `tic-schema-2`). Such files hold hundreds of gigabytes, so that
memory stays flat:
what is not wanted is passed over, never built. Needs the extra `analysis` (ijson, tqdm).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import ijson
from tqdm.auto import tqdm
from tqdm.utils import CallbackIOWrapper

from casebook.coding.edits import family

MOST_RATES = 1_000_000  # kept from one file; more than that is no family of codes
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


def read(path: str | Path, codes: Collection[str] | None = None, progress: bool = True) -> PayerFile:
    """Read the rates of `codes` (this book's family where none are named) from a .json or .json.gz file.

    A file that is broken or cut is read as far as it goes: `fault` says where it ended, and what was read is
    kept.
    A bar shows the progress of anything that takes more than a second. Raises OSError where the file cannot
    be opened.
    """
    path = Path(path)
    found = PayerFile(path)
    total = path.stat().st_size
    bar = tqdm(
        total=total, unit="B", unit_scale=True, delay=1, disable=not progress, desc=path.name, leave=False
    )
    with path.open("rb") as raw, bar:
        counted: Any = CallbackIOWrapper(bar.update, raw, "read")
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        source: Any = gzip.GzipFile(fileobj=counted) if packed else counted
        try:
            _Reader(found, frozenset(codes if codes is not None else family())).take(source)
        except (ijson.JSONError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
            at = f"{raw.tell():,} of {total:,} bytes in"
            found.fault = (
                f"{path}: {_plain(error)} ({at}). What came before is kept: {len(found.rates)} rates."
            )
    return found


class _NotThisFile(ValueError):
    """JSON, but no in-network file."""


def _plain(error: Exception) -> str:
    if isinstance(error, _NotThisFile):
        return str(error)
    if isinstance(error, EOFError) or "premature" in str(error) or "incomplete" in str(error).lower():
        return "the file is cut short or broken; fetch it again"
    if isinstance(error, gzip.BadGzipFile | zlib.error):
        return "the packing of the file is broken; fetch it again"
    return f"this is no JSON that can be read: {' '.join(str(error).split())[:160]}"


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
            self.found.unread += 1
            return
        holds = len(group.get("provider_references") or group.get("provider_groups") or [])
        for price in prices:
            if len(self.found.rates) >= MOST_RATES:
                raise _NotThisFile(f"more than {MOST_RATES:,} rates of the wanted codes; name fewer codes")
            try:
                self.found.rates.append(_rate(head, price, holds))
            except (KeyError, TypeError, ValueError, AttributeError):
                self.found.unread += 1


def _rate(head: Mapping[str, str], price: Mapping[str, Any], providers: int) -> Rate:
    return Rate(
        head["billing_code"],
        head.get("negotiation_arrangement", ""),
        str(price["negotiated_type"]),
        float(price["negotiated_rate"]),
        str(price.get("billing_class", "")),
        str(price.get("setting", "")),
        tuple(str(m) for m in price.get("billing_code_modifier") or ()),
        tuple(str(p) for p in price.get("service_code") or ()),
        str(price.get("expiration_date", "")),
        providers,
    )


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

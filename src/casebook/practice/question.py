"""A written question, read into sentences: what it quotes, what it asks, and what it only says.

It knows how people write to a surgeon, and no case.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

_DOUBLE = re.compile("[\u201c\u201d\u201e\u00ab\u00bb]")
_SINGLE = re.compile("[\u2018\u2019\u02bc`\u00b4]")
_QUOTED = re.compile(r'"([^"]{1,600})"|(?<![A-Za-z0-9])\'([^\'\n]{3,400}?)\'(?![A-Za-z0-9])')
_BULLET = re.compile(
    r"^\s*(?:[-*\u2022\u25a1\u2610\u2611\u2612\u25cb\u25e6\u2013]|\[ ?[xX]?\]|\(?[a-hA-H1-9][).]|___?)+\s*"
)
_ABBREVIATED = re.compile(r"\b(Dr|Mr|Mrs|Ms|vs|op|pt|approx|e\.g|i\.e|etc|No)\.", re.IGNORECASE)
_END = re.compile(
    r"(?<=[.?!])\s+(?=\S)|(?<=;)\s+(?=(?:how|what|which|where|please|if|was|were)\b)", re.IGNORECASE
)
_AUXILIARY = r"(?:was|were|is|are|am|did|do|does|has|have|had|can|could|would|will|should|may|might)(?:n't)?"
_REQUEST = re.compile(
    r"\b(?:please|kindly|(?:can|could|would|will) you|ask(?:ing)? you to|(?:need|like) (?:you )?to|help"
    r" us)\b.*?"
    r"\b(?:describe|clarify|clarification|specify|state|indicate|explain|document|tell|provide"
    r"|elaborate|say|comment|detail|advise|identify|list|"
    r"confirm|outline|let (?:me|us) know|know|understand|give|address|review|addend|amend|add|write|note)\b"
    r"|^(?:describe|clarify|specify|state|indicate|explain|tell (?:me|us)|elaborate|identify|detail"
    r"|outline|kindly|please|list)\b"
    r"|\b(?:clarification|detail|details|documentation) (?:is |are )?(?:needed|requested|required"
    r"|sought)\b|\b(?:i|we) (?:ask|wonder)\b"
    r"|\b(?:it is|it's|is) (?:un|not )clear\b"
)
_OPENER = re.compile(r"\b(?:how|what|what's|which|where|who|why|when)\b")
SAID_BY_THE_RECORD = re.compile(
    r"\b(?:reports?|reported|notes?|noted|records?|recorded|charts?|dictat\w+|patholog\w+|imaging|ct"
    r"|cta|mre|mri|header|heading|title"
    r"|procedure (?:line|list|field|name|section)|(?:findings|details|specimens?|conversion|procedure)"
    r" (?:section|field|line|part)|template|box(?:es)?|fields?|attestation"
    r"|document(?:s|ed|ation)|describe[sd]|describing|description(?! of)|stat(?:es|ed|ing)|mention(?:s"
    r"|ed)?|wrote|written|you (?:write|say|said|state|note)|says|said|reads|lists|ticks?|ticked|checked"
    r"|marked"
    r"|according to|per (?:the|your)|listed|lists|op note|narrative|body of|refers?|references?)\b"
)
#: Words with which a reason is given before the question itself.
_REASON = re.compile(
    r"^(?:as|since|because|given(?: that)?|considering(?: that)?|now that|seeing(?: that)?)\b([^,?]*),"
)
_YES_OR_NO = re.compile(r"\byes\b\s*(?:/|or|,|\[|\]|\(|-|\u2610|;|\n)*\s*\bno\b", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:options?|choices?|possible answers?|answers?|response options?|select one|choose one|please"
    r" (?:check|select|choose|mark|tick)[^:]*)\b[^:]*:?"
)
MOST_WORDS_OF_A_CHOICE = 7


@dataclass(frozen=True)
class Sentence:
    """One sentence in plain lower-case text, its quotations replaced by `qq`.

    `tail` holds the choices offered for it: what follows a colon or stands in a list below.
    """

    text: str
    tail: str = ""
    quotes: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it asks or requests something."""
        return bool(
            self.text.rstrip().endswith("?")
            or (self.text.rstrip().endswith(":") and re.match(rf"{_AUXILIARY}\b", self.text))
            or _REQUEST.search(self.text)
            or re.match(rf"(?:{_OPENER.pattern})", self.text)
        )

    @property
    def open(self) -> bool:
        """Whether it asks with how, what, which or where, or asks for a description."""
        return self.asks and not self.closed and bool(_OPENER.search(self.text) or _REQUEST.search(self.text))

    @property
    def closed(self) -> bool:
        """Whether only yes or no answers it, by its form."""
        text = re.sub(r"^(?:.{0,60}?(?:[,:]|\bthen\b|\bso\b|\band\b|\bor\b)\s+)?", "", self.text)
        begins = re.match(rf"{_AUXILIARY}\b", self.text) or (
            self.text.rstrip().endswith("?")
            and re.match(rf"{_AUXILIARY}\b", text)
            and not _OPENER.search(self.text)
        )
        return bool(begins) and not _REQUEST.search(self.text)

    @property
    def whether(self) -> bool:
        """Whether it asks if something is so."""
        return bool(re.search(r"\b(?:whether|if)\b", self.text)) and not re.search(
            r"\bif (?:any|so|possible|known|it (?:can|cannot|could|is not|was not)|you (?:can|cannot"
            r"|are unable)|one|there (?:was|were)|unable|needed|not|applicable|more)\b",
            self.text,
        )

    @property
    def from_record(self) -> bool:
        return bool(self.quotes) or bool(SAID_BY_THE_RECORD.search(self.text))

    @property
    def reason(self) -> str:
        """The reason given before the question: "since two were made, ..."."""
        found = _REASON.match(self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Question:
    """What was written, read."""

    sentences: tuple[Sentence, ...]
    plain: str = ""  # the whole in lower case, quotations and all
    unquoted: str = ""  # without its quotations
    quotes: tuple[str, ...] = field(default=())
    yes_or_no: bool = False


def read(written: str) -> Question:
    """Read a question. Never raises."""
    text = unicodedata.normalize("NFKC", written)
    text = _SINGLE.sub("'", _DOUBLE.sub('"', text)).replace("\u2014", " - ").replace("\u2013", "-")
    quotes: list[str] = []
    text = _QUOTED.sub(lambda found: _put_aside(found, quotes), text)
    text = re.sub(
        r"(?i)anastomosis(?:\(es\)|/(?:anastomoses|es)|/-es| or anastomoses)", "anastomotic sites", text
    )
    text = re.sub(r"(?i)anastomoses or (?:an )?anastomosis", "anastomotic sites", text)
    text = _ABBREVIATED.sub(r"\1", text)
    sentences: list[Sentence] = []
    for line in text.splitlines():
        _add(line, sentences, quotes)
    unquoted = re.sub(r"\bqq\d+\b", " ", text).lower()
    return Question(
        tuple(sentences),
        " ".join(written.lower().split()),
        unquoted,
        tuple(quotes),
        bool(_YES_OR_NO.search(unquoted)),
    )


def _put_aside(found: re.Match[str], quotes: list[str]) -> str:
    said = (found[1] or found[2]).strip()
    quotes.append(said)
    after = found.string[found.end() : found.end() + 2]
    stop = "." if said[-1:] in ".?!" and re.match(r"\s?[A-Z]|\s*$", after) else ""
    return f" qq{len(quotes) - 1} {stop} "


def _add(line: str, sentences: list[Sentence], quotes: list[str]) -> None:
    """Read one line: choices go to the question above them."""
    bullet = _BULLET.match(line)
    body = line[bullet.end() :] if bullet else line
    body = re.sub(r"\s+([.?!,;:])", r"\1", " ".join(body.split()))
    if not body:
        return
    words = body.lower()
    asked = next((i for i in range(len(sentences) - 1, -1, -1) if sentences[i].asks), None)
    choice = (
        bullet and (len(words.split()) <= 2 * MOST_WORDS_OF_A_CHOICE) and not words.rstrip().endswith("?")
    )
    if asked is not None and (choice or _LABEL.match(words)):
        sentences[asked] = replace(
            sentences[asked], tail=f"{sentences[asked].tail} / {_LABEL.sub('', words)}"
        )
        return
    for part in _END.split(body):
        held = tuple(quotes[int(n)] for n in re.findall(r"\bqq(\d+)\b", part))
        plain = re.sub(r"\bqq\d+\b", "qq", part).lower().strip()
        if not re.search(r"[a-z0-9]", plain):
            continue
        asked = next((i for i in range(len(sentences) - 1, -1, -1) if sentences[i].asks), None)
        if asked is not None and asked == len(sentences) - 1 and (_fragment(plain) or _BULLET.match(part)):
            sentences[asked] = replace(sentences[asked], tail=f"{sentences[asked].tail} / {plain}")
        else:
            sentences.append(Sentence(plain, _tail(plain), held))


def _fragment(plain: str) -> bool:
    """Whether it is a bare choice, such as "One?" or "Other."."""
    return (
        len(plain.split()) <= MOST_WORDS_OF_A_CHOICE
        and not re.match(rf"(?:{_OPENER.pattern}|{_AUXILIARY}\b|thank|please|regards|dear|hi|hello)", plain)
        and "qq" not in plain
        and bool(re.search(r"\?|\b(?:one|two|other|yes|no|unable|kept|removed|left|joined)\b|/", plain))
    )


def _tail(plain: str) -> str:
    """The choices in a sentence: after its last colon, dash or bracket, or in its "a, b or c"."""
    after = re.split(r":\s|\s-\s|\(|\bi\.?e\b|\be\.?g\b|\bsuch as\b|\beither\b", plain)
    if len(after) > 1:
        return "" if _OPENER.search(after[-1]) else after[-1]
    joined = re.search(r"(?:[\w' -]{1,60},\s*)*[\w' -]{1,60},?\s+(?:or|vs|versus)\s+.*$", plain)
    return joined[0] if joined else (plain if "/" in plain else "")

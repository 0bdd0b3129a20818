"""A written question, read into sentences: what it quotes, what it asks, and what it only says.

It knows how people write to a surgeon, and no case.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property

_DOUBLE = re.compile("[\u201c\u201d\u201e\u00ab\u00bb]")
_SINGLE = re.compile("[\u2018\u2019\u02bc`\u00b4]")
_QUOTED = re.compile(r'"([^"]{1,600})"|(?<![A-Za-z0-9])\'([^\'\n]{3,400}?)\'(?![A-Za-z0-9])')
_BULLET = re.compile(
    r"^\s*(?:[-*\u2022\u25a1\u2610\u2611\u2612\u25cb\u25e6\u2013]|\[ ?[xX]?\]|\([ xX]?\)|\(?[a-hA-H1-9][).]"
    r"|___?)+\s*"
)
#: A letter or number before a choice that stands in a line of them: "A. kept B. removed".
_LETTERED = re.compile(r"(?:(?<=\s)|^)\(?(?:[a-hA-H]|[1-8])[.)]\s+(?=\S)")
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
    r"confirm|outline|let (?:me|us) know|know|understand|give|address|review|addend|amend|add|write|note"
    r"|complete|fill|choose|select)\b"
    r"|^(?:describe|clarify|specify|state|indicate|explain|tell (?:me|us)|elaborate|identify|detail"
    r"|outline|kindly|please|list)\b"
    r"|\b(?:clarification|detail|details|documentation) (?:is |are )?(?:needed|requested|required"
    r"|sought)\b|\b(?:i|we) (?:ask|wonder)\b"
    r"|\b(?:it is|it's|is) (?:un|not )clear\b"
)
_OPENER = re.compile(r"\b(?:how|what|what's|which|where|who|why|when)\b")
#: A question put politely: "do you recall how many ...?" is answered with a number.
_EMBEDDED = re.compile(
    rf"\b{_AUXILIARY} (?:[\w']+ ){{1,5}}?(?:recall|remember|know|say|tell|find|see|name|give|determine"
    rf"|make out|work out|be told)\b[^.;?]*?\b(?:how|what|which|where|who|why|when)\b"
)
#: What a further question hangs on.
_IF = r"if (?:so|yes|not|no|any|there (?:was|were)|it (?:was|did)|they were|you did)"
#: What is offered beside the first answer, and what is asked if that is yes: then yes or no is not all.
_ALTERNATIVE = re.compile(r"\bor\b(?! (?:not|no|nope|never)\b)|\bvs\b|\bversus\b")
_IF_SO = re.compile(
    rf"(?:\b(?:{_IF}|and)\b|\()"
    r",?(?: (?:please|then|by|at|in|to|for|from|with))* ?(?:how|what|which|where|why|describe|explain"
    r"|specify)\b"
)
#: The same, in a sentence of its own.
_FURTHER = re.compile(
    rf"^(?:{_IF}|and|or|how|what|which"
    r"|where|why|in what|(?:please |kindly )?(?:explain|describe|clarify|specify|elaborate|detail))\b"
)
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
    r"^(?:options?|choices?|possible answers?|answers?|response options?|(?:select|choose|check|mark|tick"
    r"|pick"
    r"|circle)(?: (?:only|the))? (?:one|best)|please (?:check|select|choose|mark|tick|pick"
    r"|circle)[^:]*)\b[^:]*:?"
)
#: A box to tick, which stands before an answer and before nothing else.
_BOX = re.compile(r"^\s*(?:[-*]\s*)?(?:[\u25a1\u2610]|\[ ?\]|\( ?\))")
MOST_WORDS_OF_A_CHOICE = 7
#: Words that decide and are often misspelled: a slip inside one, not at its end, is read as the word.
_SPELLED = (
    "whether which where happened anastomosis anastomoses anastomosed ileostomy clarify specify describe"
    " document"
    " laparoscopic laparoscopically stricturoplasty resection resected segment intervening continuity"
    " discontinuity conversion converted jejunum jejunal proximal distal because across please separate"
    " ileocecal transection"
).split()
#: A choice that leaves room for any other answer.
_ROOM = re.compile(
    r"(?:^|[/,;:([\])-]|\b(?:or|and)\b)\s*(?:(?:in|by|as|at|to|for|is it) )?"
    r"(?:(?:some |any )?other(?:wise)?\b(?! (?:ends?|segments?|ones?|sites?|pieces?|stricture"
    r"|anastomos\w+)\b)"
    r"|another\b(?! (?:anastomosis|join|resection|segment)\b)|elsewhere\b|neither\b)"
    r"|\b(?:in|by) (?:another|a different) (?:way|manner|means)\b|\b(?:some|any) other (?:way|manner|means)\b"
    r"|\b(?:something|anything) (?:else|different)\b|\bnone of (?:these|the above)\b"
)
#: What was agreed on or talked over before an operation: no part of what was done.
_AGREED = re.compile(
    r"\b(?:consent\w*|discuss(?:ed|ion)|counsel\w*|talked (?:about|of|over)"
    r"|would (?:choose|decide)|(?:choose|choice|decide|decision) between|(?:plan|planned|hoped|scheduled)"
    r" (?:for|to|was))\b[^.;,?]*"
)
#: Asked how something was left, which takes for granted no more than that it was there.
_HOW_LEFT = re.compile(
    r"(\b(?:how|(?:in )?what (?:state|condition|position|way))\b[^.;,?]{0,80}?)\bleft\b"
    r"(?! (?:in (?:place|situ|continuity|discontinuity)|intact|alone|behind|stapled|open|unjoined))"
)
_NO_CHOICE = re.compile(
    r"\b(?:undetermin\w+|indeterminate|unknown|unsure|uncertain)\b|\b(?:un|not )able\b|\b(?:can|could)(?:"
    r" ?not|n't)\b"
)
_EITHER_WAY = re.compile(
    r"\b(?:whether|if)\b.*(?:\bor not\b|\b(?:and|,) (?:how|what|which|where|if so)\b|\bor (?:if|whether)\b)"
    r"|\bwhether or not\b"
)
#: What a writer says is not told: "without saying if ...", "I cannot tell whether ...".
_UNTOLD = re.compile(
    r"\b(?:without (?:saying|stating|telling|specifying|describing|mention\w*|indicating)"
    r"|(?:does|do|did|is|are|was|were|has|have)(?: not|n't|nt) (?:\w+ )?"
    r"(?:say|state|tell|specify|describe|mention|indicate|clear|stated|said|described|documented|specified)"
    r"|(?:cannot|can't|cant|can not|couldn't|could not|unable to) (?:tell|see|determine|say|make out|work"
    r" out)"
    r"|unclear|not clear|not (?:stated|said|specified|documented)|unsure|not sure|(?:don't|do not|dont) know"
    r"|wonder\w*|(?:but|and) not|no (?:word|mention|description|statement|detail) (?:of|on|about))"
    r"(?:,? \w+){0,4}?,? (?:if|whether|how|which|what|where)\b[^.;?]*"
)
#: What a writer looked for and did not find, and the name of a field: neither is told of the operation.
_NOT_FOUND = re.compile(
    r"\b(?:i|we) (?:can |could )?(?:only )?(?:find|see|found|saw) no [^.;,?]*|\bno (?:description|mention"
    r"|documentation|record|word) of [^.;,?]*|^(?:[\w-]+ ){0,3}[\w-]+:(?=\s)"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence in plain lower-case text, its quotations replaced by `qq`.

    `tail` holds the choices offered for it: what follows a colon or stands in a list below.
    """

    text: str
    tail: str = ""
    quotes: tuple[str, ...] = ()

    @cached_property
    def asks(self) -> bool:
        """Whether it asks or requests something."""
        return bool(
            self.text.rstrip().endswith("?")
            or (not self.text.rstrip().endswith(".") and re.match(rf"{_AUXILIARY}\b", self.text))
            or _REQUEST.search(self.text)
            or _UNTOLD.search(self.text)
            or re.match(rf"(?:{_OPENER.pattern})", self.text)
            or self.lists
            or (_LABEL.match(self.text) and self.room)
        )

    @cached_property
    def lists(self) -> bool:
        """Whether it does no more than head a list of answers: "please choose one:"."""
        label = _LABEL.match(self.text)
        whole = label and (label[0].endswith(":") or label[0].rstrip(" .?-") == self.text.rstrip(" .?-"))
        return bool(label and whole and not _OPENER.search(label[0]) and (self.tail or self.room))

    @cached_property
    def open(self) -> bool:
        """Whether it asks with how, what, which or where, or asks for a description."""
        asks_openly = (_OPENER, _REQUEST, _UNTOLD)
        return (
            self.asks
            and not (self.closed or self.lists)
            and any(each.search(self.text) for each in asks_openly)
        )

    @cached_property
    def closed(self) -> bool:
        """Whether only yes or no answers it, by its form."""
        text = re.sub(r"^(?:.{0,60}?(?:[,:]|\bthen\b|\bso\b|\band\b|\bor\b)\s+)?", "", self.text)
        begins = re.match(rf"{_AUXILIARY}\b", self.text) or (
            self.text.rstrip().endswith("?")
            and re.match(rf"{_AUXILIARY}\b", text)
            and not _OPENER.search(self.text)
        )
        asks = (_REQUEST, _UNTOLD, _EMBEDDED)
        return bool(begins) and not any(each.search(self.text) for each in asks)

    @property
    def yes_is_not_all(self) -> bool:
        """Whether another answer than yes or no is asked for: an alternative, or what follows from a yes."""
        text = _YES_OR_NO.sub(" ", self.text)
        offered = [choice for choice in self.choices if not re.match(r"(?:yes|no|not)\b", choice)]
        return len(offered) > 1 or bool(_ALTERNATIVE.search(text) or _IF_SO.search(text))

    @property
    def asks_further(self) -> bool:
        """Whether it asks on where the sentence before was answered: "If so, what?", "Please explain."."""
        return bool(_FURTHER.match(self.text))

    @cached_property
    def halves(self) -> tuple[str, ...]:
        """What stands before "did it go with the piece, or was it left?", and its two sides; none where
        it has no such two."""
        found = re.match(rf"(.*?)\b({_AUXILIARY}\b.+?),? \bor ({_AUXILIARY}\b.+\?)", self.text)
        return found.groups() if found else ()

    @property
    def whether(self) -> bool:
        """Whether it asks if something is so."""
        return bool(re.search(r"\b(?:whether|if)\b", self.text)) and not re.search(
            r"\bif (?:any|so|possible|known|it (?:can|cannot|could|is not|was not)|you (?:can|cannot"
            r"|are unable)|one|there (?:was|were)|unable|needed|not|applicable|more)\b",
            self.text,
        )

    @cached_property
    def either_way(self) -> bool:
        """Whether it asks if something is so, both ways open: "whether or not", "... and if so, how"."""
        return bool(_REQUEST.search(self.text) and _EITHER_WAY.search(self.text))

    @property
    def asks_twice(self) -> bool:
        """Whether it asks more than once: "which parts ..., and which ...?"."""
        return len(_OPENER.findall(self.text)) > 1

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The answers it offers, but for "other" and "cannot be determined"."""
        parts = re.split(r"[/,;?]|\b(?:or|vs|versus|either)\b", self.tail)
        plain = (part.strip(" .:-_()[]") for part in parts)
        return tuple(part for part in plain if part and not _ROOM.match(part) and not _NO_CHOICE.search(part))

    @property
    def listed(self) -> tuple[str, ...]:
        """The same, and those that stand before a remark in brackets: "kept, removed, other (please say)"."""
        plain = replace(self, tail=_tail(re.sub(r"\([^()]*\)", " ", self.text)))
        return tuple(dict.fromkeys((*self.choices, *plain.choices)))

    @property
    def room(self) -> bool:
        """Whether its choices leave room for an answer that is none of them."""
        return bool(_ROOM.search(self.tail) or _ROOM.search(self.text))

    @property
    def only_untold(self) -> bool:
        """Whether it asks by what it says that the record does not tell: "I do not know if ..."."""
        return bool(_UNTOLD.search(self.text)) and not (
            self.text.rstrip().endswith("?") or _REQUEST.search(self.text)
        )

    @property
    def told(self) -> str:
        """What it tells, without what it says that the record does not tell."""
        told = _HOW_LEFT.sub(r"\1 arranged", _AGREED.sub(" ", _UNTOLD.sub(" ", self.text)))
        return told if self.asks else _NOT_FOUND.sub(" field ", told)

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


def asking(text: str) -> str:
    """A sentence from the word with which it begins to ask, without the reason or place told before."""
    found = [hit.start() for each in (_OPENER, _REQUEST, _UNTOLD) if (hit := each.search(text))]
    return text[min(found, default=0) :]


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
    text = re.sub(r"(?i)\bpl[sz]\b", "please", re.sub(r"\bw/\s?(?!o\b)", "with ", text))
    text = re.sub(r"[A-Za-z]{5,}", _spelled, _ABBREVIATED.sub(r"\1", text))
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


def _spelled(found: re.Match[str]) -> str:
    """The word that was meant, where one that decides is misspelled."""
    word = found[0].lower()
    alike = [each for each in _SPELLED if (each[0], each[-2:]) == (word[0], word[-2:])]
    near = [] if word in _SPELLED else get_close_matches(word, alike, 1, 0.85)
    return near[0] if near else found[0]


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
    if len(_LETTERED.findall(body)) > 1 and body.count("?") < len(_LETTERED.findall(body)):
        body = _LETTERED.sub("/ ", body)
    if not body:
        return
    words = body.lower()
    if _BOX.match(line) and _asked(sentences) is None:
        sentences.append(Sentence("please choose one:"))
    asked = _asked(sentences)
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
        listed = _LABEL.match(plain)
        if asked is not None and (
            (listed and _ROOM.search(plain))
            or (asked == len(sentences) - 1 and (_fragment(plain) or _BULLET.match(part)))
        ):
            choices = plain[listed.end() :] if listed else plain
            sentences[asked] = replace(sentences[asked], tail=f"{sentences[asked].tail} / {choices}")
        else:
            sentences.append(Sentence(plain, _tail(plain), held))


def _asked(sentences: list[Sentence]) -> int | None:
    """The sentence to which a choice belongs: the last that asks, or one that heads a list yet to come."""
    asked = next((i for i in range(len(sentences) - 1, -1, -1) if sentences[i].asks), None)
    if asked is None and sentences and _LABEL.fullmatch(sentences[-1].text.rstrip(" :.?-")):
        return len(sentences) - 1
    return asked


def _fragment(plain: str) -> bool:
    """Whether it is a bare choice, such as "One?" or "Other."."""
    return (
        len(plain.split()) <= MOST_WORDS_OF_A_CHOICE
        and not re.match(rf"(?:{_AUXILIARY}\b|thank|please|regards|dear|hi|hello)", plain)
        and not _OPENER.search(plain)
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

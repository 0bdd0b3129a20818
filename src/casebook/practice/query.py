"""The question to the surgeon: sentences to choose from, and what a reviewer would say of a written one.

What makes a question compliant is told in the practice briefs on queries (`query-briefs`): it asks about what
this record leaves open, quotes or names what the record says of it, presupposes nothing, offers no single
answer and speaks of no money. A program sees words only: what it does not understand it does not judge, and
it shows a question to compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from casebook.grading import Item, left_open, question_of
from casebook.grading.left_open import Matter, standing

from .elsewhere import another_matter, another_place, specific
from .matters import JOIN, Words, words
from .phrases import (
    AS_QUOTED,
    ASIDE,
    CLOSING,
    CORE,
    COUNTED,
    DICTATES,
    DIMENSION,
    DIMENSIONS,
    ENGLISH,
    LEADS,
    MEANS,
    META,
    MONEY,
    OF_BOWEL,
    OF_THAT,
    OTHER,
    PLAIN_WORDS,
    PRONOUN,
    SMALL_WORDS,
    STOP,
    UNABLE,
    VAGUE,
)
from .question import SAID_BY_THE_RECORD, Question, Sentence, asking, read

SOURCE = "query-briefs"
#: Faults of the form of a question, which lead nowhere where it asks of something else.
_FORM = {"leads", "one answer", "yes or no"}
LONGEST = 5_000  # characters read
RUN = 5  # words in a row of the chart that are a quotation without its marks
SHORT = 8  # words of a question that leans on the sentence before
BARE = 5  # words of one that hardly asks: "Anastomosis?"
LEAST_SPECIFIC = 2  # words that tell which other matter is asked for
NAMED = 3  # words of the chart by which a question names what the chart says
#: What is said of a question, in a sentence.
SAYS = {
    "compliant": "By its words this question asks openly and suggests nothing: it could be sent.",
    "leading": "This question leads the surgeon. It should not be sent like this.",
    "incomplete": "It does not lead, but something is missing.",
    "off the point": "It does not ask about what this note leaves open.",
    "not judged": "Its words are beyond this check. Compare it with the question below.",
}
#: Sentences that lead, one for each matter; one about money, and one beside the point of every note.
TEMPTING = {
    "joins": "Please confirm that two anastomoses were present at closing.",
    "one-join": "Please confirm that there was an anastomosis at closing.",
    "bridge": "The intervening bowel was left in place, correct?",
    "first-join": "Was the first anastomosis left in place?",
    "ends": "Please state in an addendum that the ends were anastomosed.",
    "act": "Was a full ring of bowel removed at the stricture?",
    "approach": "Why was the operation converted to open?",
    "valve": "Was the cecum part of the specimen?",
    "stoma": "This was a loop ileostomy, wasn\u2019t it?",
    "payment": "We need this in the note so that the add-on code can be billed.",
    "aside": "How much blood was lost?",
}


@dataclass(frozen=True)
class _Open:
    """One matter that the note leaves open, and how it is spoken of."""

    matter: Matter
    words: Words


class _Judge:
    """One question beside one note."""

    def __init__(self, item: Item, text: str) -> None:
        self.item = item
        self.question: Question = read(text)
        least = min((sum(step.act == "join" for step in op.steps) for op in item.note.readings), default=0)
        found = [(matter, words(matter, least)) for matter in left_open(item)]
        self.open = [_Open(matter, known) for matter, known in found if known]
        self.chart = _plain(item.chart or " ".join(item.evidence.values()))
        self.joined = " ".join(self.chart)
        self.settled = self._settled()

    def _settled(self) -> tuple[set[str], set[str]]:
        """How the words begin that name the open places, and those that name the other places of the chart.

        Empty where not all that is open, but for a count, is about a place.
        """
        matters = [one.matter for one in self.open if one.matter.id != "joins"]
        if not matters or any(not matter.place for matter in matters):
            return set(), set()
        own = _telling(matter.place for matter in matters)
        steps = (step for op in self.item.note.readings for step in op.steps)
        return own, _telling(step.name for step in steps if step.name) - own

    # What leads

    def leading(self) -> Iterator[tuple[str, str]]:
        said = self.question.unquoted
        if money := MONEY.search(said):
            yield (
                "payment",
                f"Leave out \u201c{money[0].strip()}\u201d: a question never speaks of payment, codes"
                f" or claims.",
            )
        if leads := LEADS.search(said):
            yield (
                "leads",
                f"\u201c{leads[0].strip(' ,.;-')}\u201d suggests the answer. Let any answer be possible.",
            )
        yield from self._dictated()
        yield from self._answers()

    def _dictated(self) -> Iterator[tuple[str, str]]:
        """Words given to the surgeon to write."""
        for sentence in self.question.sentences:
            if sentence.asks and DICTATES.search(sentence.text):
                for quote in sentence.quotes:
                    if not self._stands(quote):
                        yield "leads", f"\u201c{quote}\u201d gives the surgeon the words to write."

    def _answers(self) -> Iterator[tuple[str, str]]:
        """What the sentences take for granted, or offer alone."""
        before = ""
        for sentence in self.question.sentences:
            if not self._elsewhere(sentence, before):
                yield from self._of_sentence(sentence, before)
            before += " " + sentence.text + " " + " ".join(sentence.quotes).lower()
        for quote in self.question.quotes:
            if not self._stands(quote) and any(one.words.given(quote.lower()) for one in self.open):
                yield "presupposes", f"The chart does not say \u201c{quote}\u201d."

    def _of_sentence(self, sentence: Sentence, before: str) -> Iterator[tuple[str, str]]:
        """What one sentence takes for granted, or offers alone."""
        earlier = f"{before} {' '.join(sentence.quotes).lower()}"
        texts = [(one, self._resolved(sentence.told, one, earlier)) for one in self.open]
        given = [(one, text, self._given(one, text, sentence)) for one, text in texts]
        chosen = sentence.asks and (
            sentence.either_way or self._chooses(sentence) or any(len(answers) > 1 for _, _, answers in given)
        )
        for one, text, answers in given:
            yield from self._of_matter(sentence, one, text, answers, chosen)

    def _chooses(self, sentence: Sentence) -> bool:
        """Whether it offers answers to choose from, not all one and the same, with room for others."""
        if not (sentence.room and len(sentence.choices) > 1):
            return False
        for one in self.open:
            answers = [
                one.words.given(choice, choice) or one.words.bare(choice) for choice in sentence.choices
            ]
            if all(answers) and len({name for each in answers for name in each}) == 1:
                return False
        return True

    def _given(self, one: _Open, text: str, sentence: Sentence) -> dict[str, str]:
        tail = sentence.tail if sentence.asks and one.words.about.search(text) else ""
        found = one.words.given(text, tail)
        if sentence.asks_twice and len(both := one.words.bare(text)) > 1:
            return both
        listed = not sentence.open or tail not in text or re.search(r":|/|\(| - ", text)
        return found if listed or len(found) > 1 else one.words.given(text)

    def _of_matter(
        self, sentence: Sentence, one: _Open, text: str, given: dict[str, str], chosen: bool
    ) -> Iterator[tuple[str, str]]:
        reason = sentence.reason
        if reason and (hit := self._unsupported(one.words.told(reason), one, reason)):
            yield _taken(hit)
        beside = bool(ASIDE.search(sentence.text)) and not CORE.search(text)
        if one.matter.id == "joins" and not beside and (hit := self._definite(text)):
            yield _taken(hit)
        if sentence.asks and (len(given) > 1 or (chosen and (sentence.either_way or sentence.room))):
            return
        if self._two_sides(sentence):  # both answers are there: what may be missing is a way out
            return
        if hit := self._unsupported(given, one, text):
            single = sentence.closed or sentence.whether or hit in sentence.tail
            if sentence.asks and single:
                yield _single(hit)
            else:
                yield _taken(hit)
        elif not (given or chosen or beside) and self._yes_or_no(sentence) and one.words.about.search(text):
            yield self._closed()

    def _yes_or_no(self, sentence: Sentence) -> bool:
        """Whether yes or no is all that a sentence, with what is asked further after it, can be answered
        with."""
        if self.question.yes_or_no:  # in so many words; what cannot be told may stand beside them
            return not UNABLE.search(self.question.unquoted)
        if not sentence.closed or sentence.yes_is_not_all:
            return False
        after = self.question.sentences[self.question.sentences.index(sentence) + 1 :]
        return not (after and after[0].asks_further)

    def _closed(self) -> tuple[str, str]:
        """What is said of a sentence that asks for yes or no, where others may ask more."""
        alone = sum(sentence.asks for sentence in self.question.sentences) == 1
        which = "it" if alone else "one of its sentences"
        return "yes or no", f"Yes or no is all {which} can be answered with. Ask with how, which or what."

    def _two_sides(self, sentence: Sentence) -> bool:
        """Whether it asks if one thing is so or another, and these are not one and the same answer: "did it
        go with the piece, or was it left?". The words of one side at least must be known."""
        if not sentence.asks or not sentence.halves:
            return False
        before, first, second = sentence.halves
        if ASIDE.search(second) or any(one.words.given(before) for one in self.open):
            return False
        sides = [
            (_named(one, first), _named(one, self._resolved(second, one, first), first)) for one in self.open
        ]
        return any(a or b for a, b in sides) and not any(a and a == b for a, b in sides)

    def _definite(self, text: str) -> str:
        """ "The anastomosis", or "the anastomoses", where the chart has no such word."""
        for word in ("anastomosis", "anastomoses"):
            found = re.search(
                rf"\b(?:the|your) {word}\b(?! (?:situation|count|status|question|issue|box|field|line"
                rf"|part|number))",
                text,
            )
            if (
                found
                and word not in self.chart
                and not re.search(r"\b(?:if (?:any|there|one)|whether)\b", text)
                and not any(one.words.about.match(text, found.start() + 4) for one in self.open[:-1])
            ):
                return found[0]
        return ""

    def _resolved(self, text: str, one: _Open, before: str) -> str:
        """The sentence with "it" put right, where the sentence before names what it is about."""
        found = list(one.words.about.finditer(before))
        if not found or one.words.about.search(text):
            return text
        named = found[-1][0]
        if re.search(JOIN, named):  # "that segment" is no anastomosis
            text = re.sub(r"\b(th(?:is|at|e)) (?=(?:bowel|segment|piece|loop|tissue)\b)", r"\1 - ", text)
        return PRONOUN.sub(named, text, count=1)

    def _unsupported(self, given: dict[str, str], one: _Open, text: str) -> str:
        """The answer in it that does not stand in the chart, empty where there is none.

        What the question quotes may be said again; else it must be told as the record's words.
        """
        quoted = " / ".join(" ".join(_plain(quote)) for quote in self.question.quotes if self._stands(quote))
        for said in given.values():
            value = re.sub(
                r"^(?:(?:was|were|is|are|been|be|then|also|had) )+",
                "",
                one.words.about.sub("", said, count=1).strip(),
            )
            if any(len(_plain(each)) > 1 and " ".join(_plain(each)) in quoted for each in (said, value)):
                continue
            at = text.find(said)
            if at >= 0 and COUNTED.search(text[:at]) and AS_QUOTED.match(text[at + len(said) :]):
                continue
            told = at >= 0 and bool(SAID_BY_THE_RECORD.search(text[:at]))
            if not (told and self._in_chart(said, one.words.literal)):
                return said
        return ""

    def _in_chart(self, said: str, literal: bool) -> bool:
        plain = _plain(said)
        if literal:
            return f" {' '.join(plain)} " in f" {self.joined} "
        telling = [w for w in plain if len(w) > 2 and w not in STOP]
        marked = [word for mark in self._marked() for word in _plain(mark)]
        return bool(telling) and all(any(c.startswith(_stem(w)) for c in marked) for w in telling)

    # What is to the point

    @cached_property
    def asked(self) -> list[str]:
        """What each asking sentence asks: "open", "choice", "aside", "vague" or "unknown".

        A request that only closes a question, such as "Please clarify.", counts where nothing else asks.
        """
        kinds, before = [], ""
        for sentence in self.question.sentences:
            if sentence.asks:
                kinds.append(self._kind(sentence, before))
            before += " " + sentence.text + " " + " ".join(sentence.quotes).lower()
        own = [kind for kind in kinds if kind != "closing"]
        return own or ["vague" for _ in kinds]

    def _kind(self, sentence: Sentence, before: str) -> str:
        texts = [(one, self._resolved(sentence.text, one, before)) for one in self.open]
        near = [one for one, text in texts if one.words.about.search(f"{text} {sentence.tail}")]
        if META.search(sentence.text):
            return "vague"
        if self._elsewhere(sentence, before) or self._besides(sentence):
            return "aside"
        if self._offers(sentence, before, texts):
            return "choice"
        if near and self._two_sides(sentence):
            return "unknown" if self.way_out else "choice"
        if sentence.open and any(self._asked_of(one, text) for one, text in texts):
            return "open"
        if near and (sentence.either_way or sentence.only_untold) and not ASIDE.search(asking(sentence.text)):
            return "open"
        if self._short(sentence, before) or self._leans(sentence):
            return "open"
        if MEANS.search(sentence.text) and sentence.quotes and not ASIDE.search(sentence.text):
            return "open"
        if any(one.words.part.search(sentence.text) and one.words.about.search(before) for one in self.open):
            return "vague"
        if CLOSING.match(sentence.text):
            return "aside" if self._closes_another(before) else "closing"
        return self._hardly(sentence, bool(near))

    def _elsewhere(self, sentence: Sentence, before: str) -> bool:
        """Whether it asks of a place that is settled."""
        text = f"{sentence.text} {' '.join(sentence.quotes).lower()}"
        return sentence.asks and another_place(text, before, *self.settled)

    def _closes_another(self, before: str) -> bool:
        """Whether what was told before a request that closes it is a matter of its own, and no other."""
        return not self._mentions() and another_matter(before, [one.words.about for one in self.open])

    def _besides(self, sentence: Sentence) -> bool:
        """Whether it asks for a matter of its own."""
        bare = any(one.words.bare(choice) for one in self.open for choice in sentence.choices)
        text = f"{sentence.text} {sentence.tail}"
        if bare:  # its choices are of the matter, and may tell of more: "two hand-sewn anastomoses"
            text = re.split(r":(?=\s)", sentence.text)[0]
        return another_matter(text, [one.words.about for one in self.open])

    def _offers(self, sentence: Sentence, before: str, texts: list[tuple[_Open, str]]) -> bool:
        """Whether it offers answers to what is open."""
        quoted = " ".join(sentence.quotes).lower()
        said = f"{before} {quoted} {sentence.text} {sentence.tail}"
        near = [one for one in self.open if one.words.about.search(said) or self._led_to(one, sentence)]
        bare = [set(one.words.bare(choice)) for one in near for choice in sentence.choices]
        if self._chooses(sentence):
            return bool(near) and (any(bare) or not ASIDE.search(asking(sentence.text)))
        points = sentence.lists or quoted or PRONOUN.search(sentence.text)
        if len(set().union(*bare)) > 1 and not sentence.open and points:
            return True
        return not (sentence.asks_twice or sentence.only_untold) and any(
            len(one.words.given(text, sentence.tail)) > 1
            for one, text in texts
            if one.words.about.search(text)
        )

    def _asked_of(self, one: _Open, text: str) -> bool:
        """Whether an open sentence asks this matter, and not something beside it first."""
        whole, text = text, asking(text)
        asks = one.words.asks.search(text)
        if not asks:
            return bool(one.words.asks.search(whole)) and not ASIDE.search(text)
        by_scope = one.matter.id == "approach"
        aside = ASIDE.search(text.replace("technique", "procedures") if by_scope else text)
        return not aside or aside.start() >= asks.end() or bool(CORE.search(text))

    def _hardly(self, sentence: Sentence, touches: bool) -> str:
        """The kind of a sentence that asks nothing of what is open in so many words."""
        if ASIDE.search(sentence.text):
            return "aside"
        if re.search(r"\b(?:complete|fill)\b", sentence.text) and (touches or self.named):
            return "vague"
        if VAGUE.search(sentence.text) or (MEANS.search(sentence.text) and sentence.from_record):
            return "aside" if not touches and self._specific(sentence) else "vague"
        few = len(sentence.text.split()) <= BARE and not (sentence.open or sentence.closed)
        if few and (touches or self.named):
            return "vague"
        quoted = any(self._stands(quote) for quote in self.question.quotes)
        return ("unknown" if quoted or not sentence.open else "vague") if touches else "aside"

    def _specific(self, sentence: Sentence) -> bool:
        """Whether it asks for something by name that the chart does not say where it is left open."""
        marked = {_stem(word) for mark in self._marked() for word in _plain(mark)}
        words = {_stem(word) for word in specific(sentence.text)}
        return len(words) >= LEAST_SPECIFIC and not words & marked

    def _short(self, sentence: Sentence, before: str) -> bool:
        """Whether it asks in a few words what the sentence before was about: "Please state the type."."""
        if (
            len(sentence.text.split()) > SHORT
            or ASIDE.search(sentence.text)
            or not DIMENSION.search(sentence.text)
        ):
            return False
        last = re.split(r"[.?!]\s", before.strip())[-1]
        return sentence.open and any(
            one.words.asks.search(f"{sentence.text} {last}") and self._led_to(one, sentence)
            for one in self.open
        )

    def _leans(self, sentence: Sentence) -> bool:
        """Whether it asks something of that which the sentences before were about."""
        text = asking(sentence.text)
        if not sentence.open:
            return False
        of_that = OF_THAT.search(text) and not ASIDE.search(text)
        return any(
            (of_that or _plainly_asked(one.words.about.sub(" ", text), text)) and self._led_to(one, sentence)
            for one in self.open
        )

    def _led_to(self, one: _Open, sentence: Sentence) -> bool:
        """Whether what stands beside it speaks of this matter, or quotes the chart where it is left open."""
        others = (each.text for each in self.question.sentences if each is not sentence)
        if any(one.words.about.search(text) for text in others):
            return True
        pieces = [
            p for quote in self.question.quotes for p in re.split(r"\.\.\.|\u2026", quote) if self._stands(p)
        ]
        quoted = [f" {' '.join(words)} " for p in pieces if len(words := _plain(p)) > 1]
        key = [f" {' '.join(_plain(mark))} " for mark in self.marks_of(one)]
        return any(quote in mark for quote in quoted for mark in key)

    # What is missing

    def missing(self) -> Iterator[tuple[str, str]]:
        if not self.named:
            yield (
                "no quotation",
                "Quote or name what the chart says of it, so that the surgeon sees what you saw.",
            )
        wrong = [q for q in self.question.quotes if not self._stands(q) and len(_plain(q)) > 1]
        if wrong:
            yield "misquoted", f"\u201c{wrong[0]}\u201d does not stand in this chart."
        if "choice" in self.asked and not self.way_out:
            yield (
                "no way out",
                "It offers answers to choose from and leaves no room for another. Add"
                " \u201cother\u201d and \u201cunable to determine\u201d.",
            )

    def not_understood(self) -> Iterator[tuple[str, str]]:
        """The choices, beside an answer to what is open, that have no word of any such answer."""
        for sentence in self.question.sentences:
            of_matter = [
                any(one.words.bare(choice) or one.words.given(choice) for one in self.open)
                for choice in sentence.listed
            ]
            named = sentence.closed and any(
                one.words.about.search(choice) for one in self.open for choice in sentence.listed
            )
            if sentence.asks and (named or any(of_matter)):
                for choice, known in zip(sentence.listed, of_matter, strict=True):
                    if not known and not self._of_an_operation(choice):
                        yield (
                            "choice",
                            f"This check does not understand the choice \u201c{choice}\u201d. Is it an"
                            " answer to what is asked?",
                        )

    def _of_an_operation(self, choice: str) -> bool:
        """Whether a choice has a word of what is open or of any operation, or nothing but small words."""
        if OF_BOWEL.search(choice) or any(one.words.about.search(choice) for one in self.open):
            return True
        said = set(re.findall(r"[a-z]+", choice)) - SMALL_WORDS
        return not said or bool(said & PLAIN_WORDS)

    @cached_property
    def way_out(self) -> bool:
        """Whether it leaves room for an answer that is none of those it offers."""
        text = self.question.unquoted
        room = any(sentence.room for sentence in self.question.sentences if sentence.asks)
        return room or bool(OTHER.search(text) and UNABLE.search(text))

    def _stands(self, quote: str) -> bool:
        """Whether a quotation stands in the chart; what is left out with dots may be left out."""
        pieces = [_plain(piece) for piece in re.split(r"\.\.\.|\u2026|\[[^\]]*\]", quote)]
        return all(f" {' '.join(piece)} " in f" {self.joined} " for piece in pieces if piece)

    @cached_property
    def named(self) -> bool:
        """Whether it quotes or names what the chart says of what is open."""
        about = [one.words.about for one in self.open]
        marked = [" ".join(_plain(words)) for words in self._marked()]
        for quote in self.question.quotes:
            pieces = [" ".join(_plain(piece)) for piece in re.split(r"\.\.\.|\u2026", quote)]
            near = (p in m or m in p or any(a.search(p) for a in about) for p in pieces if p for m in marked)
            if self._stands(quote) and any(near):
                return True
        said = _plain(self.question.unquoted)
        runs = {tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1)}
        if any(
            tuple(m[i : i + RUN]) in runs for m in map(str.split, marked) for i in range(len(m) - RUN + 1)
        ):
            return True
        return any(self._names(sentence, marked) for sentence in self.question.sentences)

    def _names(self, sentence: Sentence, marked: list[str]) -> bool:
        """Whether a sentence tells what the record says, in the chart's own words."""
        told = bool(SAID_BY_THE_RECORD.search(sentence.text))
        if not told and sentence.asks:
            return False
        content = {_stem(w) for w in _plain(sentence.text) if len(w) > 3 and w not in STOP}
        chart = {_stem(w) for w in self.chart}
        close = {_stem(w) for mark in marked for w in mark.split() if len(w) > 3 and w not in STOP}
        held = content & chart
        least = NAMED if told else NAMED + 1
        return len(held) >= least and 2 * len(held) >= len(content) and bool(held & close)

    def marks_of(self, one: _Open) -> list[str]:
        """The sentences of the chart that leave this one open: those that speak of it, and those in which the
        readings differ, before those that all readings share."""
        readings = self.item.note.readings
        differing = {str(step.evidence) for step in self.item.differing}
        differing |= set(self.item.marked("approach")) if one.matter.id == "approach" else set()
        shared = {str(step.evidence) for op in readings for step in op.steps} - differing
        weighed = [
            (
                2 * bool(one.words.about.search(said.lower())) + 1.5 * (name in differing) - (name in shared),
                said,
            )
            for name, said in self.item.evidence.items()
            if said in self._marked() and _plain(said)
        ]
        return [said for weight, said in sorted(weighed, key=lambda row: -row[0]) if weight >= 1.5]

    def _marked(self) -> list[str]:
        """The sentences of the chart that leave it open."""
        matters = {one.matter.id for one in self.open}
        marks = [mark for op in self.item.note.readings for mark in op.marks]
        usual = {self.item.evidence.get(mark) for facet, mark in marks if facet not in matters}
        return [words for words in self.item.evidence.values() if words not in usual]

    # The verdict

    def verdict(self) -> tuple[str, list[tuple[str, str]]]:
        """The verdict and the faults behind it."""
        if not _english(self.question.unquoted):
            return "not judged", []
        leading = list(dict.fromkeys(self.leading()))
        if leading and not self._leads_nowhere({kind for kind, _ in leading}):
            return "leading", leading
        if self.item.note.action != "query":
            return "off the point", [
                ("settled", "This note leaves nothing open that changes the claim. Code it.")
            ]
        asked = self.asked
        if not self.open:
            return "not judged", []
        if "unknown" in asked and any(map(self._two_sides, self.question.sentences)):
            return "not judged", []
        if "open" in asked or "choice" in asked:
            missing, odd = list(self.missing()), list(self.not_understood())
            if missing or odd:
                return "incomplete" if missing else "not judged", [*missing, *odd]
            return "compliant", []
        if "unknown" in asked:
            return "not judged", []
        if "vague" in asked or (not asked and self._mentions()):
            return "incomplete", [
                ("vague", f"Say what you ask: {_what(self.open)}."),
                *self.missing(),
            ]
        return "off the point", [
            ("off the point", f"It does not ask about what the note leaves open: {_what(self.open)}.")
        ]

    def _leads_nowhere(self, faults: set[str]) -> bool:
        """Whether it leads by its form alone, and asks for something else than what is open."""
        asking = [sentence for sentence in self.question.sentences if sentence.asks]
        if faults <= _FORM and asking and all(self._besides(sentence) for sentence in asking):
            return True
        return faults == {"leads"} and self._beside()

    def _beside(self) -> bool:
        """Whether all that it asks is something else than what is open."""
        asking = [sentence.text for sentence in self.question.sentences if sentence.asks]
        aside = bool(asking) and all(ASIDE.search(text) for text in asking)
        return set(self.asked) == {"aside"} and (aside or not self._mentions())

    def _mentions(self) -> bool:
        said = [f"{s.text} {' '.join(s.quotes).lower()}" for s in self.question.sentences]
        return any(one.words.about.search(text) for text in said for one in self.open)


def _plainly_asked(rest: str, text: str) -> bool:
    """Whether a text asks, and what it holds beside its matter is made of words of any operation."""
    return bool(DIMENSIONS.search(text)) and not set(re.findall(r"[a-z]+", rest)) - PLAIN_WORDS


def _named(one: _Open, text: str, before: str = "") -> set[str]:
    """Which answers to what is open a text names; not what only the word for "it" brought from `before`."""
    *_, it = ["", *(found[0] for found in one.words.about.finditer(before))]
    return {*one.words.given(text, text), *one.words.bare(text)} - {*one.words.bare(it)}


def _single(said: str) -> tuple[str, str]:
    return (
        "one answer",
        f"It offers one answer only, \u201c{said.strip()}\u201d. Ask with how, which or what, or offer every"
        " answer that the chart allows.",
    )


def _taken(said: str) -> tuple[str, str]:
    return (
        "presupposes",
        f"\u201c{said.strip()}\u201d takes for granted what the chart leaves open.",
    )


def _what(opened: list[_Open]) -> str:
    return ", and ".join(one.matter.what for one in opened[:2])


def _english(text: str) -> bool:
    found = re.findall(r"[^\W\d_]+", text)
    return len(found) <= BARE or len(ENGLISH.findall(text)) * 6 >= len(found)


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _telling(names: Iterable[str]) -> set[str]:
    """How the words of some names begin, but for the small ones and those of any place."""
    held = {word for name in names for word in _plain(name) if len(word) > 3}
    return {_stem(word) for word in held - STOP - {"segment", "stricture", "first"}}


def _stem(word: str) -> str:
    return (
        re.sub(r"(?:ically|ations?|ated|ates|ions?|osis|oses|osed|ings?|ed|es|s|al)$", "", word)
        if len(word) > 4
        else word
    )


def judge(item: Item, text: object) -> dict[str, Any]:
    """What a reviewer would say of a question: its verdict in a word and a sentence, its faults, what is good
    in it, and a model to compare.

    Never raises.
    """
    written = text[:LONGEST] if isinstance(text, str) else ""
    if not written.strip():
        return _told(item, "not judged", "Nothing was written yet.")
    asked = _Judge(item, written.lower() if written.isupper() else written)
    verdict, faults = asked.verdict()
    says = SAYS[verdict]
    if isinstance(text, str) and len(text) > LONGEST:
        says += f" Only its first {LONGEST} characters were read."
    return _told(item, verdict, says, faults, _good(asked, {kind for kind, _ in faults}))


def _told(
    item: Item,
    verdict: str,
    says: str,
    faults: Iterable[tuple[str, str]] = (),
    good: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "says": says,
        "faults": [{"kind": kind, "says": fault} for kind, fault in faults],
        "good": list(good),
        "model": model(item),
    }


def _good(asked: _Judge, faults: set[str]) -> Iterator[str]:
    if not asked.open:
        return
    if {"open", "choice"} & set(asked.asked):
        yield "It asks about what the note leaves open."
    if asked.named:
        yield "It shows the surgeon what the chart says of it."
    if not faults & {"leads", "presupposes", "one answer", "yes or no", "payment"}:
        yield "It suggests no answer."


def model(item: Item) -> str:
    """A question that would do for this note: its author's, or one put together."""
    if item.key.get("ask"):
        return question_of(item)
    judge = _Judge(item, "")
    return "\n".join(_shown(judge, one) + one.matter.ask for one in judge.open) or question_of(item)


def _shown(judge: _Judge, one: _Open) -> str:
    """What the chart says of one matter, quoted; empty where no sentence of it is marked."""
    marks = [f"\u201c{said.rstrip('.')}\u201d" for said in judge.marks_of(one)[:2]]
    return f"The record says {' and '.join(marks)}. " if marks else ""


def _tempting(item: Item, matter: Matter) -> str:
    if matter.id == "joins" and max(map(standing, item.note.readings)) < 2:
        return TEMPTING["one-join"]
    return TEMPTING[matter.id]


def options(item: Item, seed: int = 0) -> list[dict[str, str]]:
    """Sentences to pick from, `{"id", "text"}`, in an order drawn by the seed.

    For each thing that this note leaves open one that would do (`open-...`) and one that leads (`leads-...`);
    besides, one about money, one beside the point, and one that shows the surgeon nothing of the chart
    (`bare`).
    """
    judge = _Judge(item, "")
    rows = []
    for one in judge.open:
        rows.append({"id": f"open-{one.matter.id}", "text": _shown(judge, one) + one.matter.ask})
        rows.append({"id": f"leads-{one.matter.id}", "text": _tempting(item, one.matter)})
    rows += [{"id": "bare", "text": one.matter.ask} for one in judge.open[:1]]
    rows += [{"id": id, "text": TEMPTING[id]} for id in ("payment", "aside")]
    Random(f"options:{seed}:{item.id}").shuffle(rows)
    return rows

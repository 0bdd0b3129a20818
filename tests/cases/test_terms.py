"""Every short form and term of art of the charts is explained, and no explanation decides a case."""

import re
from functools import lru_cache

from casebook.cases import beyond, library, load
from casebook.cases.shorts import short_cases
from casebook.cases.terms import entries, terms_in
from casebook.data import toml

#: Words of surgery by their endings.
ART = re.compile(
    r"\b[a-z]{3,}(?:ostom(?:y|ies)|ectom(?:y|ies)|otom(?:y|ies)|plast(?:y|ies)|scop(?:e|y|ies)|itis|osis|oses"
    r"|emia|pathy|graphy|grams?|peritoneum|constrictors)\b"
)
SHORT = re.compile(r"(?<![\w/-])(?:[A-Z]{2,}|[A-Z][A-Za-z]*[A-Z][A-Za-z]*)s?(?!\w)")
#: Common words with those endings.
PLAIN = frozenset("diagnosis diagnoses program milligrams".split())
#: Words in capitals that no chart has in small letters, and Roman numerals.
NO_SHORT_FORM = frozenset("II III IIIB SYNOPTIC MULTI".split())


@lru_cache(maxsize=1)
def charts():
    return {path.stem: load(path) for path in (*library(), *beyond())}


def explained(word):
    return any(pattern.search(word) for pattern, _ in entries())


def needed():
    """The short forms and terms of art that the charts use, made from their text; what a machine misheard
    is no term."""
    texts = {id: case.unmarked for id, case in charts().items()}
    small = {w.lower() for w in re.findall(r"\b[A-Z]?[a-z]+\b", " ".join(texts.values()))}
    found = {}
    for id, text in texts.items():
        words = {w for w in SHORT.findall(text) if w.lower() not in small and w not in NO_SHORT_FORM}
        if charts()[id].data["noise"] != "voice-recognition":
            words |= {m[0] for m in ART.finditer(text) if m[0] not in PLAIN}
        found |= dict.fromkeys(words, id)
    return found


def test_every_short_form_and_term_of_art_has_its_sentence():
    assert {word: id for word, id in needed().items() if not explained(word)} == {}


def test_every_entry_stands_in_a_chart():
    everything = " ".join(case.unmarked for case in [*charts().values(), *short_cases()])
    assert [says for pattern, says in entries() if not pattern.search(everything)] == []


def test_a_sentence_is_plain_and_decides_nothing():
    told = [entry["says"] for entry in toml("chart_words.toml")["term"]]
    for says in told:
        assert re.fullmatch(r"[A-Z][^.]*\.", says)
        assert len(says.split()) <= 20, says
    deciding = r"\d{5}|\b(bill|claim|code|count|report|unit|add-on|modifier|query)\w*"
    assert [says for says in told if re.search(deciding, says)] == []
    words = [word for entry in toml("chart_words.toml")["term"] for word in entry["words"]]
    assert len(words) == len(set(words))


def test_a_word_is_explained_once_where_it_first_stands():
    told = terms_in("The GIA 80 and another GIA; Kellys on the mesentery. EBLX is none, nor is preGIA.")
    assert list(told) == ["GIA", "Kellys", "mesentery"]
    assert terms_in("") == {}


def test_sections_that_fold_hold_no_deciding_sentence():
    folding = re.findall(r"section#(\w+)", _folding())
    assert folding == ["imaging", "pathology"]
    for case in charts().values():
        for part in re.split(r"^## ", case.chart, flags=re.MULTILINE)[1:]:
            heading, _, body = part.partition("\n")
            if heading.strip().lower() in folding:
                marked = set(re.findall(r"\{#([\w-]+)\}", body))
                assert not marked & set(case.item.shown), case.id


def _folding():
    from casebook.quiz.module import JS

    return re.search(r'FOLDING = "([^"]+)"', (JS / "reading.js").read_text("utf-8"))[1]

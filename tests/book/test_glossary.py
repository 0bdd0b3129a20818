"""The words of the glossary, and where a text first has them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.sphinx_ext import glossary
from tests.conftest import ROOT

TOLD = glossary.entries(ROOT)
WORDS = st.sampled_from([*TOLD, "anastomoses", "Indicators", "the", "by-bypass", "bypassed", "RVUs", "."])


def test_every_word_of_the_glossary_has_its_sentence():
    text = (ROOT / glossary.PAGE).read_text("utf-8")
    blocks = "".join(re.findall(r"```\{glossary\}\n(.*?)```", text, re.DOTALL))
    named = {word.strip() for line in re.findall(r"^\S.*$", blocks, re.MULTILINE) for word in line.split(",")}
    assert TOLD.keys() == named - glossary.EVERYDAY
    assert len(TOLD) > 15
    assert not [says for says in TOLD.values() if re.search(r"[*`\[\]]", says)]


def test_a_sentence_that_several_words_share_is_about_each_of_them():
    shared = [says for says in TOLD.values() if [*TOLD.values()].count(says) > 1]
    assert len(shared) > 3
    assert not [says for says in shared if ", and " in says]


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_a_word_is_told_as_the_text_first_has_it(text):
    found = glossary.first_in(text, TOLD)
    places = [re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text).start() for word in found]
    assert places == sorted(places)
    for word in TOLD:
        assert word not in text.split() or TOLD[word] in found.values()


@pytest.mark.parametrize(
    ("text", "word"),
    [("Two anastomoses.", "anastomoses"), ("Indicators differ.", "Indicators"), ("sub-bypass", None)],
)
def test_other_forms_of_a_word(text, word):
    assert next(iter(glossary.first_in(text, TOLD)), None) == word

"""What is said of an answer is said in words that nobody has to look up in a manual of the tables."""

import ast
import re
from pathlib import Path

import casebook
from casebook.grading.findings import code_words, field_words
from casebook.grading.misconceptions import MISCONCEPTIONS

PACKAGE = Path(casebook.__file__).parent
#: Words of the tables for what two codes are to each other; a pair of loops or of codes is plain English.
OF_THE_TABLES = re.compile(r"\b(?:pairs?(?! of)|edits?|indicators?|bypass(?:es)? the)\b|\bopens nothing\b")


def prose(file):
    """The texts in a module that have a blank in them, but for its docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs:
            yield from [node.value] * (" " in node.value)


def test_no_word_of_the_tables_stands_in_what_is_said_of_an_answer():
    files = [*(PACKAGE / "grading").glob("*.py"), *(PACKAGE / "coding" / "rules").glob("*.py")]
    texts = [text for file in files for text in prose(file)]
    for m in MISCONCEPTIONS.values():
        texts += [m.says, m.you, m.tempts, m.correction, *m.lacks.values()]
    assert len(texts) > 1000
    assert [text for text in texts if OF_THE_TABLES.search(text)] == []


def test_an_abbreviation_finds_what_its_long_form_finds():
    """Who looks for an SBR is not shown the add-on without its base."""
    long = {"SBR": ("small bowel resection", "small-bowel resection"), "LOA": ("lysis of adhesions",)}
    words = {code: f"{code_words().get(code, '')}, {also}" for code, also in field_words().items()}
    for short, forms in long.items():
        full = {code for code, told in words.items() if any(form in told for form in forms)}
        assert full
        assert {code for code, told in words.items() if short in told} == full

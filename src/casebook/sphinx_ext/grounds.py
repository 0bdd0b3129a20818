"""What a chapter's sentences rest on, kept out of their way: one small mark at the end of a paragraph or of a
table's row opens the sources with edition and date, and how sure we are.

A word of doubt stands in the running text only where a thing is not settled. The mark is a native popover: it
opens without a script and by keyboard, and on paper its text stands under the paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from casebook.coding.authorities import AUTHORITIES, CONFIDENCE, weakest
from casebook.coding.rules import RULEBOOK

from .lists import badge, said
from .parts import OTHERS, make_box, make_link, note_package

log = logging.getLogger(__name__)
#: What is said in the running text too. The others are settled, and told where the mark opens.
UNSETTLED = {"recalled", "contested"}
#: Words of a sentence that are enough to find it again.
WORDS = 6


class ground(nodes.Inline, nodes.Element):
    """What the words before it rest on: a `rule` or a `source`, and how `sure` that makes us."""


class Source(SphinxRole):
    """`` {source}`id` ``: a source. `` {source}`id derived` `` says how sure the sentence is, where it is
    less sure than the source."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The ground; an unknown id or word is an error of the build."""
        id, _, word = self.text.strip().partition(" ")
        if id not in AUTHORITIES:
            problem = f"there is no source {id!r}; the known ones stand in data/authorities.toml"
        elif word and word not in CONFIDENCE:
            problem = f"{word!r} does not say how sure we are; write one of: {', '.join(CONFIDENCE)}"
        elif word and CONFIDENCE.index(word) < CONFIDENCE.index(AUTHORITIES[id].confidence):
            problem = f"{word!r} is surer than the source {id!r}, which is {AUTHORITIES[id].confidence}"
        else:
            return [ground("", source=id, sure=word or AUTHORITIES[id].confidence)], []
        message = self.inliner.reporter.error(problem, line=self.lineno)
        return [nodes.problematic(self.rawtext, self.rawtext)], [message]


class Edition(SphinxRole):
    """`` {edition}`id` ``: the edition of a source as the data has it, so that no text names an older one."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The words; an unknown id is an error of the build."""
        source = AUTHORITIES.get(self.text.strip())
        if source is None:
            problem = (
                f"there is no source {self.text.strip()!r}; the known ones stand in data/authorities.toml"
            )
            message = self.inliner.reporter.error(problem, line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        note_package(self.env)
        return [nodes.Text(source.edition)], []


class RuleSaid(SphinxRole):
    """`` {rule}`id` ``: a rule's own sentence, and that it rests on the rule.

    `` {sure}`id` `` leaves the sentence out, for a chapter that words the rule itself.
    """

    def __init__(self, sentence: bool) -> None:
        super().__init__()
        self.sentence = sentence

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The rule as the rulebook has it; an unknown id is an error of the build."""
        rule = RULEBOOK.get(self.text.strip())
        if rule is None:
            problem = f"there is no rule {self.text.strip()!r}; the known ones stand on the page of rules"
            message = self.inliner.reporter.error(problem, line=self.lineno)
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        note_package(self.env)
        made = ground("", rule=rule.id, sure=rule.confidence)
        return [nodes.Text(f"{rule.says} "), made] if self.sentence else [made], []


class Gather(SphinxPostTransform):
    """Put one mark at the end of each paragraph or row that rests on something."""

    default_priority = 4

    def run(self, **_: object) -> None:
        """Gather the grounds by paragraph or row, in the order of the page."""
        holders: dict[nodes.Element, list[ground]] = {}
        for each in self.document.findall(ground):
            holders.setdefault(_holder(each), []).append(each)
        number = count(1)
        for holder, held in holders.items():
            _mark(f"rests-{next(number)}", holder, list(_runs(held)))


def _holder(node: nodes.Node) -> nodes.Element:
    """The row, else the block of text, that it stands in."""
    block: nodes.Element | None = None
    while isinstance(node := node.parent, nodes.Element):
        if isinstance(node, nodes.row):
            return node
        if block is None and isinstance(node, nodes.TextElement) and not isinstance(node, nodes.Inline):
            block = node
    assert block is not None, "a role stands in a block of text"
    return block


def _runs(held: Sequence[ground]) -> Iterator[list[ground]]:
    """Grounds with nothing but white space or a comma between them belong to the same words."""
    run = [held[0]]
    for one, next_one in pairwise(held):
        inside = one.parent.children
        same = one.parent is next_one.parent
        gap = inside[one.parent.index(one) + 1 : one.parent.index(next_one)] if same else []
        if same and not "".join(node.astext() for node in gap).strip(" \n,;"):
            run.append(next_one)
        else:
            yield run
            run = [next_one]
    yield run


def _mark(name: str, holder: nodes.Element, runs: list[list[ground]]) -> None:
    last = _block(runs[-1][-1])
    bare = [not _words(_block(run[0])) for run in runs]
    about = [
        "" if alone or len(runs) == 1 else _before(run[0]) for run, alone in zip(runs, bare, strict=True)
    ]
    words = [weakest([each["sure"] for each in run]) for run in runs]
    for run, word, alone in zip(runs, words, bare, strict=True):
        _put(run, word if word in UNSETTLED or alone else "")
    close = _button(nodes.Text("Close"), name, popovertargetaction="hide")
    says = make_box("div", *_told(runs, about), close, classes=["rests-on"], ids=[name], popover="auto")
    # Who cannot see the ring hears what it opens, and how sure the least sure of it is.
    ring = _button(nodes.Text(""), name, **{"aria-label": f"What this rests on: {weakest(words)}"})
    ring["classes"] += ["rests"] if weakest(words) == CONFIDENCE[0] else ["rests", "doubt"]
    last += make_box("span", *_last_word(last), ring, classes=["rests-end"])
    last.parent.insert(last.parent.index(last) + 1, says)


def _last_word(block: nodes.Element) -> Iterator[nodes.Node]:
    """Take the last word out of a block: a line may break before a button, and the ring is not to stand
    alone."""
    if not block.children:
        return
    node = block.children[-1]
    block.remove(node)
    head, space, word = (
        node.astext().rstrip().rpartition(" ") if isinstance(node, nodes.Text) else ("", "", "")
    )
    if space:
        block += nodes.Text(head + space)
    yield from (nodes.Text(word) if word else node, nodes.Text(" "))


def _button(text: nodes.Text, name: str, **more: str) -> nodes.Element:
    """A button within a line, that opens or closes the box of this name."""
    made = make_box("span", text, popovertarget=name, **more)
    made["tag"] = "button"
    return made


def _block(node: nodes.Node) -> nodes.Element:
    """The block of text that a ground stands in."""
    parent = node.parent
    assert isinstance(parent, nodes.Element)
    return _block(parent) if isinstance(parent, nodes.Inline) else parent


def _words(block: nodes.Element) -> str:
    """The words of a block, without the marks between its grounds."""
    return re.sub(r"[\s;,.:]", "", block.astext())


def _before(first: ground) -> str:
    """The last words before a ground: those of its own sentence, or what follows the ground before."""
    text = ""
    for node in _block(first).findall(lambda node: isinstance(node, nodes.Text | ground)):
        if node is first:
            break
        text = "" if isinstance(node, ground) else text + node.astext()
    sentence = re.split(r"(?<=[.?!:])\s+", text.strip())[-1].strip(" ,;:.")
    words = sentence.split()
    return f"…{' '.join(words[-WORDS:])}" if len(words) > WORDS else sentence


def _put(run: list[ground], word: str) -> None:
    """Take the grounds out of the running text, and put a word of doubt in their place."""
    inside = run[0].parent
    at = inside.index(run[0])
    del inside[at : inside.index(run[-1]) + 1]
    before = inside[at - 1] if at else None
    if word:
        inside.insert(at, badge(word, f"({word})" if _words(inside) else word))
    elif isinstance(before, nodes.Text):
        # By its place: texts are equal where their words are, and a line break is one like another.
        inside[at - 1] = nodes.Text(before.rstrip())


def _told(runs: list[list[ground]], about: list[str]) -> Iterator[nodes.Node]:
    """For each ground one line: its first source, the edition, how sure we are, and of which words. What else
    a rule rests on is folded."""
    more: dict[str, nodes.paragraph] = {}
    for run, words in zip(runs, about, strict=True):
        for each in run:
            told = f"{each['sure']}, for “{words}”." if words else f"{each['sure']}."
            yield nodes.paragraph("", "", *_one(each), nodes.Text(f": {told}"))
            rule = RULEBOOK.get(each.get("rule", ""))
            if rule and rule.authorities[1:]:
                others = "; ".join(_cited(id, rule.sections.get(id, "")) for id in rule.authorities[1:])
                more[rule.id] = nodes.paragraph("", f"{said(rule.id).capitalize()}: {others}.")
    if more:
        yield make_box("details", make_box("summary", nodes.Text("Further sources")), *more.values())


def _one(each: ground) -> Iterator[nodes.Node]:
    """The source with its edition; of a rule the first one, and the rule, whose entry has all of them."""
    if "source" in each:
        source = AUTHORITIES[each["source"]]
        yield make_link(f"source-{source.id}", source.title)
        yield nodes.Text(f", {source.edition}")
        return
    rule = RULEBOOK[each["rule"]]
    first = rule.authorities[0]
    yield nodes.Text(f"{_cited(first, rule.sections.get(first, ''))} (the rule ")
    yield make_link(f"rule-{rule.id}", said(rule.id))
    yield nodes.Text(")")


def _cited(id: str, section: str) -> str:
    """A source in words, with its edition and the section."""
    source = AUTHORITIES[id]
    return f"{source.title}, {source.edition}" + (f", {section}" if section else "")


#: A code of the family: what is said of one is a coding rule, and the rulebook says how sure it is.
_CODE = re.compile(r"\b4[49]\d{3}\b")
_WORD = re.compile(rf"(?:{'|'.join(CONFIDENCE)})\b", re.IGNORECASE)


def check_words(app: Sphinx, doctree: nodes.document) -> None:
    """Warn, and so fail the build, where a chapter says of a coding rule how sure it is in words of its
    own."""
    if not app.env.docname.startswith("book/"):
        return
    for block in doctree.findall(lambda node: isinstance(node, nodes.paragraph)):
        told = [node.astext() for node in block.findall(nodes.emphasis)] + [block.astext()]
        if _CODE.search(block.astext()) and any(map(_WORD.match, told)):
            log.warning(
                "how sure a coding rule is comes from the rulebook: write {sure}`rule`, or {source}`id word`"
                " for a fact that is no rule",
                location=block,
            )


def setup(app: Sphinx) -> None:
    """Register the roles, the marks, and the check of what chapters say of rules."""
    gone: dict[str, Any] = dict.fromkeys(("html", *OTHERS), (_gone, None))
    app.add_node(ground, **gone)
    app.add_role("source", Source())
    app.add_role("edition", Edition())
    app.add_role("rule", RuleSaid(sentence=True))
    app.add_role("sure", RuleSaid(sentence=False))
    app.add_post_transform(Gather)
    app.connect("doctree-read", check_words)


def _gone(self: object, node: nodes.Node) -> None:
    raise nodes.SkipNode

"""A reader who has only the text of a short chart, and makes of it an operation of its own; two where nothing
says what became of the ends of a place.

Written apart from what tells the charts: it knows no frame and no key, only the words that a coder looks for.
Its centimeters are its own; the order of the places, what was done there and why come from the text.
"""

import re
from dataclasses import replace

from casebook.coding.note import Note
from casebook.coding.operation import Operation, Step

PLACES = (
    "proximal jejunum",
    "mid jejunum",
    "distal jejunum",
    "proximal ileum",
    "mid ileum",
    "distal ileum",
)
NUMBERS = {w: i for i, w in enumerate("no one two three four five six seven eight nine ten".split())}
WHY = (
    ("atresia", r"\bblind\b|atresia"),
    ("fistula", r"it came from|it arose"),
    ("injury", r"torn"),
    ("margin", r"adjoining|next few inches|same end|bowel between the"),
    ("infarction", r"\bblack\b|died back|necrotic"),
    ("ischemia", r"dusky"),
    ("tumor", r"tumor"),
    ("perforation", r"\bulcers?\b"),
    ("stricture", r"stricture"),
)
#: Cues for what is no step: how one gets in and out, and what is done in every operation.
ROUTINE = (
    r"time-out|^warm saline"
    r"|saline|\b(ran|run|walked)\b.*ligament of treitz|fascia (with|#|was|4|closed|at|of)|closed the fascia"
    r"|^fascia closed|(closure|closed) in layers|closure of fascia|fascial closure|pds (to|for) the fascia"
    r"|closed with looped pds"
    r"|^the (two-inch )?wound was closed|abdomen was closed|extraction site"
    r"|ports? out|ports were|in a bag|\bbag out|\busual\b"
    r"|\bdoppler\b|inside (again|once more)|relook|second look|reinspection|gas up again|pneumoperitoneum was"
)
ENTERED = (
    r"midline|supraumb|above the umbilicus|\bports\b.*pneumoperitoneum|(four|three more) ports|4 ports"
    r"|trocars|hasson|two-inch"
)
NO_SMALL_THING = r"resect|anastomo|side to side"
JOINED = (
    r"ends there|fresh ends|ileum (was anastomosed )?to ascending|ileocolic anast"
    r"|two (stapled ends|ends stapled)"
)
#: That something came out, and that something was put together: a join is told where only the latter is.
CAME_OUT = (
    r"resect|remov|excis|\btook\b|\btaken\b|\bout\b|\boff\b|\baside\b"
    r"|\bcut (the|both)\b.*\bback\b|\bcut back\b|\bcut both"
)
PUT_BACK = r"anastomos|continuity|\bsew(n|ed)\b|\bjoined\b|\bstapled\b|put back|stapler down both"
#: What is said of two ends that leaves open whether they were joined.
ENDS = r"two ends|ends there|staple lines"
PUT_TOGETHER = r"anastomos|joined|stapler|sewn|sewed|stapled|stricture|resect"
SPOTS = (  # cue, act, kind
    (r"loop (stoma|colostomy)", "stoma", "loop"),
    (r"end stoma", "stoma", "end"),
    (r"bypass", "bypass", None),
    (r"gallstone", "enterotomy", None),
    (r"let down|emptied", "enterotomy", "decompress"),
    (r"\bby me while freeing it from old scar, closed|inadvertent enterotomy", "repair", "surgeon"),
    (r"seat belt|from the crash, edges|hole from the injury", "repair", "trauma"),
    (r"pill ulcer", "repair", "disease"),
    (r"lengthwise|along its length|heineke", "stricturoplasty", None),
)
WHOLE = (  # cue, act, kind
    (r"part of an hour|most of an hour|nearly an hour", "lyse_adhesions", "extensive"),
    (r"adhesions", "lyse_adhesions", "limited"),
    (r"all four corners|camera", "explore", "laparoscopy"),
    (r"four quadrants", "explore", "laparotomy"),
    (r"mesentery (was )?closed|closed the mesentery", "mesentery_repair", None),
    (r"omentum", "omentectomy", None),
    (r"appendix.*(normal|incidental)|normal appendix", "appendectomy", "incidental"),
    (r"appendix", "appendectomy", "diseased"),
    (r"hernia", "hernia_repair", "same-wound"),
    (r"twisted", "untwist", None),
    (r"catheter", "feeding_catheter", None),
    (r"fistula to the skin|enterocutaneous", "close_fistula", "bowel-skin"),
    (r"fistula to the bladder|enterovesical", "close_fistula", "bowel-bladder"),
)


class Reader:
    """Reads sentence by sentence; `at` is where the last place mentioned begins, `end` where it ends now."""

    def __init__(self, chart):
        sections = re.split(r"^## ", re.sub(r"\[([^\]]*)\]\{#[^}]*\}", r"\1", chart), flags=re.M)
        by_name = {
            part.split("\n", 1)[0].strip(): part.split("\n", 1)[1].lower() for part in sections if part
        }
        self.before = by_name["History"]
        self.wanted = by_name.get("Claim wanted", "")
        told = re.search(r"\*\*description:\*\* (.*)", by_name["Operative report"])[1]
        self.sentences = re.split(r"(?<=\.) (?!w/)", told)
        self.lengths = [float(n) for n in re.findall(r"(\d+) cm", by_name["Pathology"])]
        self.steps, self.left = [], []
        self.at = self.end = self.joined = 0.0

    def operations(self):
        """What was done; joined and left open, where a place was neither joined nor is said not to be."""
        whole = self.operation()
        unsaid = [
            Step("join", place.start, place.end)
            for place in whole.bowel.places
            if place.open and not place.left and place.cuts
        ]
        return (whole, *(replace(whole, steps=(*whole.steps, join)) for join in unsaid))

    def operation(self):
        days = re.search(r"(\w+) days?(?= ago| after|\.)", self.session)
        number = (NUMBERS.get(days[1]) or int(days[1])) if days else 1
        for found in re.findall(r"two stapled ends.*?\b(" + "|".join(PLACES) + ")", self.before):
            self.left.append((self.place(found), self.place(found) + 30))
        for sentence in self.sentences:
            self.read(sentence)
        assert not self.lengths, f"pieces not told: {self.lengths}"
        return Operation(
            approach=self.approach,
            steps=tuple(self.steps),
            follows=self.follows,
            days=number,
            left=tuple(self.left),
            surgeon=self.surgeon,
            unusual_work=bool(any("four hours" in s and "usual" in s for s in self.sentences)),
        )

    @property
    def session(self):
        return self.before if self.follows else ""

    @property
    def follows(self):
        cues = (
            ("staged", r"books this second look|second look booked|second stage"),
            ("complication", r"nobody planned|no return planned|unplanned return"),
            ("unrelated", r"thyroid"),
        )
        return next((kind for kind, cue in cues if re.search(cue, self.before)), None)

    @property
    def surgeon(self):
        cues = (
            ("co-surgeon", r"shared"),
            ("assistant-nonphysician", r"physician assistant|pa-c"),
            ("assistant", r"partner|second general"),
        )
        return next((kind for kind, cue in cues if re.search(cue, self.wanted)), "primary")

    @property
    def approach(self):
        text = " ".join(self.sentences)
        cues = (
            ("converted", r"before any bowel was (cut|divided)"),
            ("laparoscopic-assisted", r"two-inch"),
            (
                "laparoscopic",
                r"under pneumoperitoneum|laparoscopically|(operation|ports,) laparoscopic|intracorporeally",
            ),
        )
        return next((kind for kind, cue in cues if re.search(cue, text)), "open")

    def place(self, words):
        return 50.0 + 90 * PLACES.index(words)

    def go(self, s):
        """Where the sentence is: at the place it names, else where the one before was."""
        named = [place for place in PLACES if place in s]
        assert len(named) <= 1, s
        if named:
            self.at = self.end = self.place(named[0])
        elif re.search(r"last (of the )?ileum|terminal ileum", s):
            self.at = self.end = (
                590.0 if re.search("cecum", s) and "left" not in s and "preserved" not in s else 566.0
            )

    def read(self, s):
        if re.search(r"wound (was )?(opened|reopened)|midline (wound was opened again|reopened)", s):
            self.steps.append(Step("reopen"))
        elif "old loop stoma" in s:
            self.go(s)
            whole = re.search(r"no bowel|without resection", s)
            self.steps.append(Step("close_stoma", *[self.at + (0 if whole else 4)] * 2))
        elif re.search(ENTERED, s) or re.search(ROUTINE, s) or self.silent(s):
            return
        elif found := self.first(WHOLE, s, "omentum" in s or not re.search(NO_SMALL_THING, s)):
            self.go(s)
            act, kind = found
            at = [25.0, 25.0] if act == "feeding_catheter" else []
            self.steps.append(Step(act, *at, kind=kind))
        elif found := self.first(SPOTS, s, True):
            self.spot(s, *found)
        elif self.joins(s):
            self.join(s)
        else:
            self.piece(s)

    def joins(self, s):
        """Whether a sentence puts two ends together."""
        if re.search(JOINED, s):
            return not re.search(r"died back|necrotic", s)
        return re.search(PUT_BACK, s) and not re.search(CAME_OUT, s)

    def silent(self, s):
        """Whether a sentence speaks of two ends and does not say what became of them."""
        return re.search(ENDS, s) and not re.search(PUT_TOGETHER, s)

    def first(self, cues, s, wanted):
        return next(((act, kind) for cue, act, kind in cues if wanted and re.search(cue, s)), None)

    def spot(self, s, act, kind):
        self.go(s)
        if "colostomy" in s:
            at = 690.0
        elif re.search(r"at the cut\b", s):
            at = self.end
        else:
            at = self.at
        self.steps.append(Step(act, at, at + (10 if act == "bypass" else 0), kind=kind))

    def join(self, s):
        self.go(s)
        if re.search(r"two ends stapled|two stapled ends", s):
            self.at, self.end = self.left[0]
        self.steps.append(Step("join", self.at, self.end))

    def piece(self, s):
        """A piece came out: at a new place, or at the end of the one before, or all around it."""
        assert re.search(CAME_OUT, s), f"what is this? {s}"
        before = self.at
        self.go(s)
        why = next((why for why, cue in WHY if re.search(cue, s)), None)
        assert why, f"why did this come out? {s}"
        length = self.lengths.pop(0)
        more = {
            "lesions": 2
            if re.search(r"\btwo ([\w-]+,? ){0,2}(strictures|rings|tumors|patches|stretches)\b", s)
            else 1
        }
        if re.search(r"anastomosis (in it|with it)|together with the anastomosis", s):
            grown = length / 2  # what lay between was gone already
            self.at, self.end = self.at - grown, self.end + grown
            start, end = self.at, self.end
        elif re.search(r"died back|necrotic", s):
            (start, end), self.at = (self.at - length, self.at), self.at - length
            self.end = self.left[0][1]
        elif re.search(r"same end|second piece", s):
            start, end = self.end, self.end + length
            self.end = end
        elif re.search(r"short way below", s):
            start, end = self.end + self.lengths[0], self.end + self.lengths[0] + length
        elif "bowel between the" in s:
            start, end = self.end, self.end + length
            self.end = max(step.end for step in self.steps if step.act == "resect" and step.start >= before)
        else:
            start, end = self.at, self.at + length
            self.end = end
            if self.at == 590.0:
                start, end = self.at, self.at + length
        if re.search(r"inadvertent|by me", s):
            more["kind"] = "surgeon"
            why = "injury"
        self.steps.append(Step("resect", start, end, reason=why, **more))


def read_back(chart):
    return Reader(chart).operations()


def shape(op):
    """An operation without its centimeters: the places in order and what became of each, the rest in its
    order along the bowel, and whose it is."""
    places = [
        (
            place.joined,
            place.left,
            len(place.joins),
            len(place.brought_out),
            [
                (op.steps[i].reason, op.steps[i].lesions, op.steps[i].kind, op.steps[i].leads)
                for i in place.cuts
            ],
            sum(step.end - step.start for step in map(op.steps.__getitem__, place.cuts) if not place.left),
        )
        for place in op.bowel.places
    ]
    points = [
        (
            sum(place.start < step.start for place in op.bowel.places),
            step.act,
            step.kind or "",
            step in op.apart,
        )
        for step in op.steps
        if step.act not in ("resect", "join")
    ]
    facets = (op.approach, op.follows, op.days, op.surgeon, op.unusual_work)
    return facets, places, sorted(points)


def told(readings):
    """What each reading is and what it bills, in an order of their own."""
    claims = [main.lines for main in Note(readings).mains]
    return sorted(map(repr, zip(map(shape, readings), claims, strict=True)))

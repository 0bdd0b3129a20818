"""The explorer: acts give operations, nothing breaks it, and what it shows is what the rules say."""

from hypothesis import given
from hypothesis import strategies as st

from casebook.coding.claim import show
from casebook.coding.reading import read_operation
from casebook.coding.rules import derive
from casebook.practice.explorer import after, explore, look, start

CM = st.integers(-20, 720)
ACTS = st.one_of(
    st.builds(lambda a, n: {"do": "cut", "from": a, "to": a + n}, CM, st.integers(-5, 90)),
    st.builds(lambda a: {"do": "loop", "at": a}, CM),
    st.builds(lambda a: {"do": "widen", "at": a}, CM),
    st.sampled_from(
        [
            {"do": "undo"},
            {"do": "approach", "approach": "converted"},
            {"do": "join-first"},
            {"do": "out-first"},
            {"do": "redo-first"},
        ]
    ),
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["do", "from", "to", "at", "place", "steps", "approach"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


def aimed(act, shown):
    """An act on the first open or joined place, as the page's buttons do it."""
    match act["do"], shown["open"], shown["joined"]:
        case "join-first", [place, *_], _:
            return {"do": "join", "place": place}
        case "out-first", [place, *_], _:
            return {"do": "stoma", "at": place[0]}
        case "redo-first", _, [place, *_]:
            return {"do": "redo", "place": place}
    return act


def test_it_starts_with_nothing_done():
    shown = look(start())
    assert (shown["claim"], shown["joins"], shown["open"], shown["joined"]) == ("none", 0, [], [])
    assert (
        explore(None, None) == shown | {"svg": explore(None, None)["svg"]}
        or shown["words"] == explore(None, None)["words"]
    )


def test_the_lesson_of_the_book_can_be_played():
    state = start()
    for act, claim in (
        ({"do": "cut", "from": 300, "to": 330}, None),
        ({"do": "join", "place": [300, 330]}, "44120"),
        ({"do": "cut", "from": 400, "to": 430}, None),
        ({"do": "join", "place": [400, 430]}, "44120; 44121"),
        ({"do": "redo", "place": [400, 430]}, "44120; 44121"),
        ({"do": "cut", "from": 330, "to": 396}, None),
        ({"do": "join", "place": [300, 434]}, "44120"),
        ({"do": "approach", "approach": "laparoscopic"}, "44202"),
    ):
        shown = explore(state, act)
        assert shown["error"] is None, (act, shown["error"])
        state = shown["operation"]
        if claim:
            assert shown["claim"] == claim


@given(st.lists(ACTS, max_size=12))
def test_a_walk_never_breaks_it_and_shows_what_the_rules_say(acts):
    shown = explore(None, None)
    state = shown["operation"]
    for act in acts:
        told = explore(state, aimed(act, shown))
        if told["error"]:
            assert told["operation"] is None
            assert len(told["error"]) > 10
            continue
        shown, state = told, told["operation"]
        if state["steps"] and not shown["beyond"]:
            assert shown["claim"] == (show(derive(read_operation(state)).lines) or "none")
            assert shown["joins"] == shown["svg"].count('class="number"')


@given(JUNK, JUNK)
def test_anything_is_answered_or_refused_in_words(operation, act):
    told = explore(operation, act)
    assert told["error"] is None or (isinstance(told["error"], str) and told["error"])


@given(st.lists(ACTS, min_size=1, max_size=6))
def test_undo_goes_one_step_back(acts):
    state = start()
    for act in acts:
        told = explore(state, act)
        if told["operation"] and len(told["operation"]["steps"]) == len(state["steps"]) + 1:
            assert after(told["operation"], {"do": "undo"})["steps"] == state["steps"]
        state = told["operation"] or state


def test_a_piece_has_two_ends_in_either_order():
    one, other = (
        explore(None, {"do": "cut", "from": a, "to": b})["operation"] for a, b in ((300, 330), (330, 300))
    )
    assert one == other
    assert explore(None, {"do": "cut", "from": 300, "to": 300})["error"].startswith(
        "From and To are the same"
    )


def test_what_cannot_be_done_is_said_without_the_words_of_a_file():
    cut = explore(None, {"do": "cut", "from": 300, "to": 330})["operation"]
    assert explore(cut, {"do": "loop", "at": 310})["error"].startswith("the bowel at 310 is already out")


def test_a_place_is_called_by_its_order_and_its_centimeters():
    state = start()
    for act in (
        {"do": "cut", "from": 300, "to": 330},
        {"do": "join", "place": [300, 330]},
        {"do": "cut", "from": 100, "to": 112.5},
    ):
        state = after(state, act)
    shown = look(state)
    assert shown["called"] == {
        "100 112.5": "First place, 100 to 112.5 cm",
        "300 330": "Second place, 300 to 330 cm",
    }

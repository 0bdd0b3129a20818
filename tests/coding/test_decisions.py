"""The 22 hard questions, each with the claim that the sources ask for. The operations stand in `minimal/`."""

import re

import pytest

from casebook.coding.claim import Line, show
from casebook.coding.rules import RULEBOOK
from tests.minimal_cases import case, item, lines


def says(name):
    """What the rules say of a minimal operation with one reading."""
    found = case(name).note.as_dict()
    assert found["action"] == "bill", found
    return found["claims"][0]


def typed(rows):
    return show(Line(row["code"], row["units"], tuple(row["modifiers"])) for row in rows)


def bills(name, claim, views=None, not_billed=(), confidence=None):
    """Assert the claim line by line in its order, the accepted views, and what was done but is not billed."""
    found = says(name)
    assert typed(found["lines"]) == show(lines(claim))
    assert {v["view"]: typed(v["lines"]) for v in found["views"]} == {
        k: show(lines(v)) for k, v in (views or {}).items()
    }
    assert {row["code"] for row in found["not_billed"]} == set(not_billed)
    if confidence:
        assert found["confidence"] == confidence
    return found


def blocked(found):
    return [edit for edit in found["edits"] if edit["blocks"]]


# D1. Two diseased areas, one join


def test_d01a_one_long_piece_with_both_lesions():
    bills("d01a-one-long-piece", "44120")


def test_d01b_two_pieces_and_the_bridge_between_them():
    bills("d01b-two-pieces-and-the-bridge", "44120")


def test_d01c_a_second_piece_as_margin():
    bills("d01c-more-margin", "44120")


def test_d01d_work_far_above_the_usual():
    bills("d01d-unusual-work", "44120-22")


# D2. Two segments, two joins


def test_d02_two_segments_two_joins():
    found = bills("d02-two-segments-two-joins", "44120; 44121", confidence="secondary")
    assert found["edits"] == []


# D3. The Crohn case


def test_d03a_the_first_join_stays():
    bills("d03a-first-join-stays", "44120; 44121")


def test_d03b_the_first_join_went_with_the_second_piece():
    bills("d03b-first-join-goes-with-the-second-piece", "44120")


def test_d03c_as_written_needs_a_query():
    found = case("d03c-as-written").note.as_dict()
    assert found["action"] == "query"
    assert [typed(c["lines"]) for c in found["claims"]] == ["44120; 44121", "44120"]


def test_d03d_readings_that_agree_are_billed():
    found = case("d03d-readings-that-agree").note.as_dict()
    assert found["action"] == "bill"
    assert [typed(c["lines"]) for c in found["claims"]] == ["44120; 44121", "44120; 44121"]


def test_d03e_ileocecal_or_distal_ileum_needs_a_query():
    found = case("d03e-ileocecal-or-distal-ileum").note.as_dict()
    assert found["action"] == "query"
    assert [typed(c["lines"]) for c in found["claims"]] == ["44120", "44160"]


def test_d03f_exploration_is_not_billed():
    bills("exploration", "44120", not_billed={"49000"})


# D4. The join made again


def test_d04a_join_made_again():
    bills("d04a-join-made-again", "44120", {"redone-counts": "44120; 44121"}, confidence="contested")


def test_d04b_join_made_again_with_much_work():
    bills(
        "d04b-join-made-again-hard-work",
        "44120-22",
        {"redone-counts": "44120-22; 44121"},
        confidence="contested",
    )


def test_d04c_join_that_went_with_diseased_bowel_is_settled():
    bills("d04c-join-went-with-diseased-bowel", "44120")


def test_d04d_a_join_of_an_earlier_day_is_not_one_made_again_here():
    bills("d04d-join-of-an-earlier-day", "44120-78")


# D5. Three or more


def test_d05a_three_joins():
    found = bills("d05a-three-joins", "44120; 44121 x2", confidence="secondary")
    assert found["edits"] == []


def test_d05b_four_joins_are_billed_as_done_and_appealed():
    found = bills("d05b-four-joins", "44120; 44121 x3")
    (edit,) = blocked(found)
    assert (edit["kind"], edit["codes"]) == ("units", ["44121"])
    assert "MAI 3" in edit["says"]
    assert "appeal" in edit["says"]


# D6 to D8. The approach


def test_d06a_laparoscopic_twice():
    bills("d06a-laparoscopic-twice", "44202; 44203", confidence="secondary")


def test_d06_what_may_be_done_outside_is_not_among_what_must_be_done_inside():
    inside, outside, source = RULEBOOK["assisted"].says.removesuffix(".").split(". ")
    assert not re.search(r"\bcut|divid|join", inside)
    assert re.search(r"cut or joined there does not change", outside)
    assert "for small bowel it is carried over" in source


def test_d06b_laparoscopic_three_times():
    bills("d06b-laparoscopic-three-times", "44202; 44203 x2")


def test_d07a_converted_is_all_open():
    bills("d07a-converted", "44120; 44121", not_billed={"49320"})


def test_d07b_converted_with_much_work():
    bills("d07b-converted-hard-work", "44120-22; 44121", not_billed={"49320"})


def test_d07c_a_look_before_converting_is_not_reported():
    bills("d07c-look-then-converted", "44120", not_billed={"49320"})


def test_d08a_robotic():
    bills("d08a-robotic", "44202; 44203", confidence="recalled")


def test_d08b_hand_assisted():
    bills("d08b-hand-assisted", "44202", confidence="recalled")


def test_d08c_bowel_joined_outside():
    bills("d08c-joined-outside", "44202", confidence="secondary")
    opened = item("d08c-joined-outside").grade("44120")  # a published text stands against it
    assert (opened.verdict, bool(opened.doubt)) == ("wrong", False)


# D9. Stomas


def test_d09a_end_stoma_without_a_join():
    bills("d09a-end-stoma", "44125", confidence="secondary")


def test_d09a_end_stoma_and_a_different_stoma():
    bills("d09a2-end-stoma-and-another", "44125; 44310-59-51")


def test_d09b_join_and_loop_stoma():
    bills("d09b-join-and-loop", "44120; 44310-51")


def test_d09c_one_joined_one_brought_out():
    found = bills(
        "d09c-one-joined-one-brought-out",
        "44120; 44310-51",
        {"stoma-takes-all": "44125"},
    )
    assert found["confidence"] in ("recalled", "contested")


def test_d09g_22_is_for_work_that_the_note_sets_against_the_usual():
    bills("d09g-one-brought-out-and-hard-work", "44120-22; 44310-51", {"stoma-takes-all": "44125-22"})


def test_d09d_two_joins_and_a_loop():
    bills("d09d-two-joins-and-loop", "44120; 44121; 44310-51")


def test_d09e_laparoscopic_end_stoma_has_no_code_of_its_own():
    bills("d09e-laparoscopic-end-stoma", "44238")


def test_d09f_laparoscopic_join_and_loop():
    bills("d09f-laparoscopic-join-and-loop", "44202; 44187-51")


# D10. Damage control


def test_d10a_one_piece_left_stapled():
    bills("d10a-one-left-stapled", "44120-52", {"loose-unlisted": "44799"}, confidence="contested")


def test_d10b_three_pieces_left_stapled():
    views = {"loose-unlisted": "44799", "loose-once": "44120-52"}
    bills("d10b-three-left-stapled", "44120-52; 44121-52 x2", views, confidence="contested")


def test_d10c_one_joined_one_left_stapled():
    bills("d10c-one-joined-one-left", "44120; 44121-52", {"loose-once": "44120"}, confidence="contested")


def test_d10d_look_wash_and_close():
    bills("d10d-look-and-close", "49002-58")


def test_d10e_stapled_ends_joined_one_unit_each():
    bills("d10e-stapled-ends-joined", "44130-58 x2", not_billed={"49002"}, confidence="recalled")


def test_d10f_trimming_a_staple_line_is_no_resection():
    bills("d10f-trimmed-and-joined", "44130-58", not_billed={"49002"})


def test_d10g_more_removed_and_joined():
    views = {"staged-everywhere": "44120-58; 44121-58"}
    bills("d10g-more-removed-and-joined", "44120-58; 44121", views, not_billed={"49002"})


def test_d10h_unplanned_return_is_78():
    bills("d10h-unplanned-return", "44120-78", not_billed={"49002"})


def test_d10i_stapled_ends_joined_beside_a_resection():
    bills("d10i-ends-joined-and-another-resection", "44120-58", not_billed={"49002", "44130"})


def test_d10k_reopened_for_a_complication():
    bills("d10k-reopened-for-a-complication", "49002-78", {"reopened-for-bleeding": "35840-78"})


# D11. Another day


def test_d11a_planned():
    bills("d11a-planned", "44120-58; 44121", {"staged-everywhere": "44120-58; 44121-58"})


def test_d11b_complication():
    bills("d11b-complication", "44120-78; 44121", {"return-mark-everywhere": "44120-78; 44121-78"})


def test_d11c_unrelated():
    bills("d11c-unrelated", "44120-79")


def test_d11d_after_the_global_period():
    bills("d11d-after-the-global-period", "44120")


# D12. Ileocecal and colon


def test_d12a_ileocecal_and_a_separate_segment():
    found = bills("d12a-ileocecal-and-small", "44160; 44120-59-51", confidence="secondary")
    assert [e["codes"] for e in found["edits"]] == [["44160", "44120"]]
    assert not blocked(found)


def test_d12b_a_third_segment_rides_on_44120():
    bills("d12b-ileocecal-and-two-small", "44160; 44120-59-51; 44121")


def test_d12c_laparoscopic_in_order_of_value():
    bills("d12c-laparoscopic", "44202-59; 44203; 44205-51")


def test_d12d_ileum_beside_the_specimen_is_the_same_site():
    bills("d12d-ileum-beside-the-specimen", "44160")


def test_d12e_colon_elsewhere_needs_no_59():
    bills("d12e-colon-and-small", "44140; 44120-51; 44121")


def test_d12f_colon_brought_out_and_a_segment():
    bills("d12f-colon-end-stoma-and-small", "44143; 44120-51")


def test_d12g_laparoscopic_colon_and_a_segment():
    bills("d12g-laparoscopic-colon-and-small", "44204; 44202-51")


def test_d12h_laparoscopic_ileocecal_and_colon_pair_the_other_way_round():
    bills("d12h-laparoscopic-ileocecal-and-colon", "44204", not_billed={"44205"})


# D13. Stricturoplasty


def test_d13a_stricturoplasty_at_another_site():
    bills("d13a-resection-and-stricturoplasty", "44120; 44615-51")


def test_d13b_units_of_stricturoplasty_or_once():
    found = bills(
        "d13b-several-stricturoplasties", "44120; 44615-51 x2", {"stricturoplasty-once": "44120; 44615-51"}
    )
    assert found["confidence"] != "confirmed"


def test_d13c_stricturoplasty_of_the_joined_ends():
    bills("d13c-stricturoplasty-of-the-joined-ends", "44120", not_billed={"44615"})


# D14. Meckel's pouch


def test_d14a_pouch_alone():
    bills("d14a-pouch-alone", "44800", confidence="recalled")


def test_d14b_segment_that_holds_the_pouch():
    bills("d14b-segment-that-holds-the-pouch", "44120", not_billed={"44800"}, confidence="recalled")


def test_d14c_pouch_and_a_segment_elsewhere():
    bills("d14c-pouch-and-segment-elsewhere", "44120; 44800-51", confidence="recalled")


# D15. Bypass


def test_d15a_bypass_is_never_paid_beside_a_resection():
    bills("d15a-bypass-beside-resection", "44120", not_billed={"44130"}, confidence="secondary")


def test_d15b_bypass_alone():
    bills("d15b-bypass-alone", "44130", confidence="secondary")


def test_d15c_bypass_beside_a_colon_resection():
    bills("d15c-bypass-beside-colon", "44140; 44130-59-51")


# D16. Holes sewn


def test_d16a_own_injury_is_not_reported():
    bills("d16a-own-injury", "44120", not_billed={"44602"}, confidence="secondary")


def test_d16f_sound_bowel_removed_for_the_surgeons_own_slip_is_not_counted():
    bills("d16f-own-injury-resected", "44120", not_billed={"44121"}, confidence="secondary")


def test_d16b_one_hole_elsewhere_is_dearer_but_column_two():
    bills("d16b-one-hole-elsewhere", "44602-59; 44120-51", confidence="secondary")


def test_d16c_several_holes_elsewhere():
    bills("d16c-several-holes-elsewhere", "44603-59; 44120-51")


def test_d16d_hole_inside_the_removed_piece():
    bills("d16d-hole-in-the-piece", "44120", not_billed={"44602"})


def test_d16e_hole_beside_the_join():
    bills("d16e-hole-beside-the-join", "44120", not_billed={"44602"})


# D17. Duodenum


def test_d17a_duodenum():
    bills("d17a-duodenum", "44120", confidence="recalled")


def test_d17b_duodenum_and_jejunum():
    bills("d17b-duodenum-and-jejunum", "44120; 44121", confidence="recalled")


# D18. Atresia


def test_d18a_atresia():
    bills("d18a-atresia", "44126", confidence="secondary")


def test_d18b_atresia_with_tapering():
    bills("d18b-atresia-tapered", "44127")


def test_d18c_further_atresias():
    bills("d18c-three-atresias", "44126; 44128 x2")


def test_d18d_enterocolitis_is_not_atresia():
    bills("d18d-enterocolitis", "44120; 44121")


def test_d18e_atresia_shuts_out_the_ordinary_codes():
    bills("d18e-atresia-and-ordinary", "44126", not_billed={"44120"})


# D19. Fistulas: one site, one code


def test_d19a_piece_that_holds_the_tract():
    bills("d19a-piece-holds-the-tract", "44120")


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("d19b-closure-with-piece-skin", "44640"),
        ("d19c-closure-with-piece-bowel", "44650"),
        ("d19d-closure-with-piece-bladder", "44661"),
    ],
)
def test_d19b_closure_as_the_main_work_holds_the_piece(name, claim):
    bills(name, claim, not_billed={"44120"}, confidence="secondary")


def test_d19c_bladder_without_a_piece():
    bills("d19e-closure-bladder-alone", "44660")


def test_d19d_segments_apart_from_the_fistula():
    bills("d19f-closure-and-two-apart", "44640; 44120-59-51; 44121", not_billed={"44120"})


def test_d19g_a_fistula_that_was_the_indication():
    bills("d19g-fistula-to-the-skin-as-indication", "44120", {"fistula-as-main-work": "44640"})


# D20. Stoma closure


def test_d20a_closure_alone():
    bills("d20a-closure-alone", "44620")


def test_d20b_closure_holds_its_resection():
    bills("d20b-closure-with-resection", "44625", not_billed={"44120"})


def test_d20c_trimming_the_edges_is_argued_either_way():
    found = bills("d20c-edges-trimmed", "44620", {"trim-is-resection": "44625"}, not_billed={"44120"})
    assert found["confidence"] == "secondary"


def test_d20d_separate_segments_beside_a_closure():
    bills("d20d-closure-and-two-apart", "44120-59; 44121; 44625-51", not_billed={"44120"})


def test_d20e_laparoscopic_closure_with_resection():
    bills("d20e-laparoscopic-closure-with-resection", "44227", not_billed={"44202"})


# D21. What is part of the operation


def test_d21a_small_things_are_inside():
    bills(
        "d21a-small-things",
        "44120",
        {"hours-of-adhesions": "44120-22"},
        not_billed={"49000", "44005", "44850", "44950", "49255"},
    )


def test_d21b_a_first_look_is_not_reported():
    bills("d21b-first-look", "44120", not_billed={"49320"})


def test_d21c_a_look_that_decided_is_reported_with_58():
    found = bills("d21c-look-that-decided", "44120-58; 49320-51", confidence="secondary")
    assert not blocked(found)


def test_d21d_feeding_catheter():
    bills("d21d-feeding-catheter", "44120; 44015")


def test_d21e_hard_adhesions_are_22():
    bills("d21e-hard-adhesions", "44120-22", not_billed={"44005"})


def test_d21f_a_look_in_a_laparoscopic_operation_is_not_reported():
    bills("d21f-look-in-a-laparoscopic-operation", "44202", not_billed={"49320"})


def test_d21g_a_feeding_tube_as_the_only_service_is_no_add_on():
    bills("d21g-feeding-tube-alone", "44300", not_billed={"44602"})


# D22. Two surgeons


def test_d22a_assistant():
    bills("d22a-assistant", "44120-80; 44121-80")


def test_d22b_assistant_who_is_not_a_physician():
    bills("d22b-assistant-not-a-physician", "44120-AS; 44121-AS")


def test_d22c_two_specialties():
    bills("d22c-two-specialties", "44120-62; 44121-62")


def test_d22d_another_surgeons_second_resection_has_its_own_base():
    bills("d22d-second-resection-alone", "44120")


def test_d22e_the_days_of_an_earlier_operation_do_not_bind_an_assistant():
    bills("d22e-assistant-on-a-return", "44120-80")


def test_every_decision_has_a_test_named_after_it():
    numbers = {name[6:8] for name in globals() if name.startswith("test_d") and name[6:8].isdigit()}
    assert numbers == {f"{n:02}" for n in range(1, 23)}

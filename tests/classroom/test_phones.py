"""A room of phones, over real connections; its pages in a real browser are in tests/browser/test_room.py."""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from html import unescape
from random import Random

import httpx
import pytest

from casebook import cases
from casebook.classroom import cohort, frame_of
from casebook.classroom.again import Gain
from casebook.classroom.gradebook import gradebook
from casebook.classroom.phones import present as present_module
from casebook.classroom.phones import votes as votes_module
from casebook.classroom.phones.opened import Opened
from casebook.classroom.phones.votes import MOST_OF_ONE, MOST_PEOPLE, Closed, Full, Votes
from casebook.classroom.phones.web import CLOSED
from casebook.classroom.report import report
from casebook.errors import CommandError
from casebook.practice.responses import read_file, read_folder
from casebook.quiz.markup import ASK
from casebook.testing import crowd

LESSON = ("oak", "elm", "juniper")
PATIENCE = 60  # seconds: how slow the machine is says nothing of the room
JSON = {"accept": "application/json"}


@pytest.fixture
def room(tmp_path):
    opened = Opened([cases.load(case) for case in LESSON], tmp_path / "votes.sqlite3").start()
    yield opened
    opened.close()


@pytest.fixture
def phone(room):
    """A phone that has joined."""
    with httpx.Client(base_url=room.join, timeout=PATIENCE) as client:
        client.get("")
        yield client


def act(room, do):
    assert httpx.post(f"{room.panel}act", data={"do": do}, timeout=PATIENCE).status_code == 303


def get(address):
    return httpx.get(address, timeout=PATIENCE)


def say(phone, claim, at=0, turn=1, **more):
    """Send the form of a page that was made for this case and turn."""
    return phone.post("answer", data={"claim": claim, "at": at, "turn": turn}, **more)


def counts(room, at=0, turn=1):
    return room.votes.counts(at, turn)


def test_who_missed_the_second_vote_is_told_so_and_everyone_what_we_would_file(room, phone):
    say(phone, "44120;44121")
    for do in ("closed", "again"):
        act(room, do)
    assert "Answer again" in phone.get("").text
    assert "Our answer" not in phone.get("").text
    act(room, "revealed")
    shown = phone.get("").text
    assert "You did not vote again. Your first answer: <code>44120;44121</code>" in shown
    assert "Our answer: <code>44120</code>" in shown
    assert "Answer again" not in shown


def test_a_second_vote_shows_the_first_answer_beside_the_field_and_takes_it_again(room, phone):
    say(phone, "44120 x2")
    assert "answer: <code>" not in phone.get("").text
    for do in ("revealed", "again"):
        act(room, do)
    chart, quiz = phone.get("").text.split('<section class="casebook-quiz')
    assert "Answer again" in quiz  # above the chart it would move what is being read
    assert "vote" not in chart.partition("<main")[2].partition(">")[2]
    assert "Your first answer: <code>44120 x2</code>" in quiz
    same = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', quiz.split("</form>")[1]))
    assert same == {"at": "0", "turn": "2", "claim": "44120 x2"}
    assert phone.post("answer", data=same).status_code == 200
    assert counts(room, turn=2) == {"44120 x2": 1}
    assert "Stay with" not in phone.get("").text
    for do in ("closed", "again"):
        act(room, do)
    assert "Your last answer: <code>44120 x2</code>" in phone.get("").text


def test_a_phone_sends_and_a_panel_asks(room, phone):
    label = re.compile(r'class="casebook-check"><span>([^<]+)')
    assert label.search(phone.get("").text)[1] == "Send"
    say(phone, "44120")
    assert label.search(phone.get("").text)[1] == "Send again"
    for at, case in enumerate(LESSON):
        act(room, f"go {at}")
        title = cases.load(case).title
        for page in (phone.get("").text, get(room.panel).text):
            assert title in unescape(re.search(r"<title>(.*)</title>", page)[1])
            assert title in unescape(re.search(r"<h1[^>]*>(.*)</h1>", page)[1])
            assert ASK in page
            assert f"Question {at + 1} of 3" in page


def test_the_hint_shows_no_claim_that_could_be_an_answer(phone):
    hint = re.search(r'class="casebook-hint" id="[^"]+">(.*?)</p>', phone.get("").text, re.DOTALL)[1]
    assert re.findall(r"<code>([^<]+)</code>", hint) == ["query"]
    assert not re.search(r"\d{5}|-\d\d|x\d", hint)


def test_what_was_typed_when_the_vote_closed_is_kept_and_told(room, phone):
    say(phone, "44120")
    act(room, "closed")
    told = say(phone, "44120 x2")
    assert told.status_code == 409
    assert "closed before you sent this. It does not count: your answer is <code>44120</code>" in told.text
    assert re.search(
        r'class="unsent" role="alert">.*<textarea [^>]*>44120 x2</textarea>', told.text, re.DOTALL
    )
    assert 'class="unsent" role="alert" hidden' in phone.get("").text  # for what a script kept
    assert say(phone, "44120 x2", headers=JSON).json() == {"noted": False, "says": CLOSED}
    act(room, "again")
    moved = say(phone, "44120 x2").text  # to the vote before, on the same chart
    assert "The room has moved on" in moved
    assert ">44120 x2</textarea>" in moved


def test_a_name_is_kept_without_another_page(room, phone):
    assert phone.post("name", data={"name": " Ada "}, headers=JSON).json() == {"name": "Ada"}
    assert "You are Ada" in phone.get("").text


def voted_twice(room, votes):
    """Give each person these two answers, "" for none, the room having talked in between; the second vote
    stays open."""
    for turn in (0, 1):
        for number, answers in enumerate(votes):
            if answers[turn]:
                room.votes.answer(token(number), answers[turn])
        for do in ("closed", "again")[: 2 - 2 * turn]:
            act(room, do)


TWICE = [
    ("44120; 44121", "44120"),
    ("44120 x2", "44120"),
    ("44120", "44120 x2"),
    ("44120", "44120"),
    ("44121;44120", "44120; 44121"),
    ("44120", ""),
    ("", "44120"),
]
GAINED = Gain(gained=2, lost=1, stayed_right=1, stayed_wrong=1, missing=1, new=1)


def test_a_second_vote_says_who_moved_and_who_did_not_vote_again(room):
    voted_twice(room, TWICE)
    assert "have not yet voted again" in get(room.panel).text
    act(room, "closed")
    assert re.search(
        r'data-count="missing">1</span>\s+of those before did not vote again', get(room.panel).text
    )
    act(room, "revealed")
    page = get(room.panel).text
    assert GAINED.says in page
    assert "2 went from not right to right, 1 from right to not right" in GAINED.says
    assert "1 did not vote again." in GAINED.says
    rows = re.findall(r"<tr class.*?</tr>", page, re.DOTALL)
    assert len(rows) == 3
    for row in rows:  # a number and a bar for each vote, on one scale
        pairs = re.findall(r'<td class="n">(\d+)<svg.*?<rect width="([\d.]+)"', row)
        assert [round(int(people) / 4 * 100, 1) for people, _ in pairs] == [float(w) for _, w in pairs]
        assert len(pairs) == 2
    act(room, "go 1")
    assert "vote again." not in get(room.panel).text


def test_the_report_says_what_a_second_vote_changed(room, tmp_path):
    voted_twice(room, TWICE)
    (tmp_path / "room.jsonl").write_text(room.votes.export(), "utf-8")
    given, oak = frame_of(read_folder(tmp_path)[0]), [cases.load("oak").page()]
    told = cohort(given, oak)
    row = told.second_votes.reset_index().to_dict("records")
    want = {"case": "oak", "room": room.votes.code, "vote": 2, "both": 5, "gained": 2, "lost": 1}
    want |= {"stayed_right": 1, "stayed_wrong": 1, "missing": 1}
    assert row == [want]  # who came to the second alone is left out when the file is read
    page = report(told)
    assert "Votes taken again" in page
    assert "Votes taken again" not in report(cohort(given[:1], oak))
    assert "second_votes.csv" in told.csv()


def test_latecomers_can_join_after_the_reveal(room):
    for do in ("open", "closed", "revealed"):
        act(room, do)
        page = get(room.panel).text
        assert "<svg" in page.partition('class="join')[2].partition("</header>")[0]
        assert page.count(f'class="code">{room.votes.code}<') == 1
        assert ('class="join small"' in page) == (do == "revealed")


@pytest.mark.parametrize("how", ["close", "kill"])
def test_phones_are_told_that_a_lesson_is_over_only_where_it_was_ended(tmp_path, how):
    process, told = served(tmp_path / "votes.sqlite3", free_port())
    with httpx.stream("GET", f"{told['join']}stream", timeout=PATIENCE) as line:
        lines = line.iter_lines()
        assert next(lines).startswith("data:")
        process.send_signal(signal.SIGINT if how == "close" else signal.SIGKILL)
        heard = []
        with suppress(httpx.HTTPError):
            heard = list(lines)
    process.communicate(timeout=PATIENCE)
    assert ("event: over" in heard) == (how == "close")


def test_every_page_of_a_notebooks_room_is_told_that_it_was_closed(room):
    with ExitStack() as lines:
        pages = [httpx.stream("GET", f"{each}stream", timeout=PATIENCE) for each in (room.join, room.panel)]
        heard = [lines.enter_context(page).iter_lines() for page in pages]
        for each in heard:
            next(each)
        room.close()
        assert all("event: over" in list(each) for each in heard)


def test_a_form_does_without_scripts(room, phone):
    shown = say(phone, "44120;44121")
    assert shown.status_code == 200
    assert "Noted: 44120;44121" in shown.text
    assert phone.post("name", data={"name": "Ada"}).headers["location"] == "./"
    assert "You are Ada" in phone.get("").text


def test_what_cannot_be_read_is_said_at_once_and_not_noted(room, phone):
    for text in ("", "what?", "44120 (22)", "x" * 5000):
        told = say(phone, text, headers=JSON)
        assert told.status_code == 422
        assert told.json()["says"]
    assert not counts(room)


def test_nothing_is_taken_after_the_vote_is_closed(room, phone):
    say(phone, "44120")
    for do in ("closed", "revealed"):
        act(room, do)
        told = say(phone, "44120; 44121", headers=JSON)
        assert told.status_code == 409
        assert not told.json()["noted"]
    assert "Your answer: <code>44120</code>" in say(phone, "44202").text
    act(room, "open")  # what was revealed stays so
    assert room.votes.now.phase == "revealed"
    assert counts(room) == {"44120": 1}
    assert "44120; 44121" not in phone.get("").text


def test_a_case_keeps_its_votes_while_others_are_shown(room, phone):
    say(phone, "44120")
    act(room, "go 1")
    assert phone.get("").text.count("Noted") == 0
    say(phone, "query", at=1)
    act(room, "go 0")
    assert "Noted: 44120" in phone.get("").text
    assert (counts(room, 0), counts(room, 1)) == ({"44120": 1}, {"query": 1})


def test_an_answer_is_noted_only_under_the_vote_that_its_page_showed(room, phone):
    say(phone, "44120")
    act(room, "go 1")
    for where in ({}, {"at": 0, "turn": 1}, {"at": 1, "turn": 2}, {"at": "x", "turn": "1"}):
        told = phone.post("answer", data={"claim": "44120; 44121", **where})
        assert told.status_code == 409
        assert "The room has moved on" in told.text
        assert '<main data-at="1" data-turn="1"' in told.text  # the new chart, and a form made for it
        assert '<input type="hidden" name="at" value="1">' in told.text
        assert ("44120; 44121" in told.text) == (where.get("at") == 1)  # under another chart it would mislead
    told = say(phone, "what?", headers=JSON)
    assert (told.status_code, told.json()["noted"]) == (409, False)
    assert not counts(room, 1)
    assert say(phone, "44120", at=1).status_code == 200
    act(room, "revealed")
    act(room, "again")
    assert say(phone, "query", at=1).status_code == 409
    assert say(phone, "query", at=1, turn=2).status_code == 200
    assert (counts(room), counts(room, 1)) == ({"44120": 1}, {"44120": 1})


@pytest.mark.parametrize("ended", ["closed", "revealed"])
def test_a_vote_that_is_over_is_repeated_once(room, ended):
    act(room, "again")
    assert room.votes.now.turn == 1
    act(room, ended)
    for _ in range(2):
        act(room, "again")
    assert (room.votes.now.turn, room.votes.now.phase) == (2, "open")


def test_who_first_answers_in_a_later_vote_is_told_and_not_counted(room, phone, tmp_path):
    with httpx.Client(base_url=room.join, timeout=PATIENCE) as late:
        say(phone, "44120 x2")
        act(room, "revealed")
        act(room, "again")
        for each in (phone, late):
            each.get("")
            say(each, "44120", turn=2)
        act(room, "go 1")
        say(late, "query", at=1)
    (tmp_path / "room.jsonl").write_text(room.votes.export(), "utf-8")
    answers, faults = read_folder(tmp_path / "room.jsonl")
    found = {(each.learner, each.case, each.answer) for each in answers}
    assert found == {
        ("guest 1", "oak", "44120 x2"),
        ("guest 1", "oak", "44120"),
        ("guest 2", "elm", "query"),
    }
    assert ["oak (1)" in str(fault) for fault in faults] == [True]


def test_a_phone_that_is_lost_and_a_file_that_cannot_be_written_are_told_in_a_line(room, phone, caplog):
    host, port = room.join.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as line:
        path = f"/{room.votes.code}/answer"
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nclaim=".encode())
    room.votes._db.execute("PRAGMA query_only = ON")
    told = say(phone, "44120", headers=JSON)
    assert told.status_code == 503
    assert told.json() == {"noted": False, "says": "Your answer was not kept. Send it again."}
    room.votes._db.execute("PRAGMA query_only = OFF")
    assert say(phone, "44120").status_code == 200
    room.votes.file.unlink()
    assert say(phone, "44202", headers=JSON).status_code == 503
    assert [record.exc_info for record in caplog.records] == [None, None]
    assert "readonly database" in caplog.text


def test_namesakes_are_told_apart_and_the_file_is_a_response_file(room, tmp_path):
    for name, claim in (
        ("Ann", "44120"),
        ("ann", "44120; 44121"),
        ("", "query"),
        ("Bo\n\u202e<b>", "44120 x2"),
        ("Guest  3", "44202"),
    ):
        with httpx.Client(base_url=room.join, timeout=PATIENCE) as client:
            client.get("")
            say(client, claim)
            if name:
                client.post("name", data={"name": name})
    file = tmp_path / "room.jsonl"
    file.write_bytes(get(f"{room.panel}answers.jsonl").content)
    found = {each.learner: (each.case, each.answer) for each in read_file(file)}
    assert found == {
        "Ann": ("oak", "44120"),
        "ann (2)": ("oak", "44120; 44121"),
        "guest 3": ("oak", "query"),
        "Bo <b>": ("oak", "44120 x2"),
        "Guest 3 (2)": ("oak", "44202"),
    }


def test_what_learners_type_is_never_markup(room, phone):
    bad = "<img src=x onerror=alert(1)>"
    pages = [say(phone, bad).text]
    say(phone, "44120")
    phone.post("name", data={"name": bad})
    pages.append(phone.get("").text)
    for do in ("", "revealed"):
        if do:
            act(room, do)
        pages.append(get(room.panel).text)
    assert not [page for page in pages if "<img" in page]


def test_a_room_takes_only_those_who_know_its_code(room):
    base = room.join.removesuffix(f"{room.votes.code}/")
    for address in ("AAAAA/", "aaaaa/stream", "panel/x/", "panel/x/answers.jsonl", "files/../votes.sqlite3"):
        assert get(base + address).status_code == 404
    assert get(f"{base}?code={room.votes.code.lower()}").status_code == 303
    assert "no room with this code" in get(f"{base}?code=zzz").text
    with httpx.Client(timeout=PATIENCE) as client:
        assert [client.get(f"{base}AAAAA/").status_code for _ in range(70)][-1] == 429
    assert get(room.join).status_code == 200  # who knows the code is not kept out


def test_whoever_taps_too_often_waits(room, phone):
    answers = [say(phone, "44120", headers=JSON) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert "Wait" in answers[-1].json()["says"]
    assert counts(room) == {"44120": 1}


def hostile(rng, code, secret):
    """One bad request."""
    path = rng.choice(
        [
            "/",
            f"/{code}/answer",
            f"/{code}/name",
            f"/{code}/",
            f"/panel/{secret}/act",
            "/%00",
            "/../..",
            "/files/x",
        ]
    )
    body = rng.choice(
        [
            b"",
            b"claim=" + rng.randbytes(40),
            b"claim=" + b"x" * 9000,
            b"&" * 500,
            b"do=go+99999",
            b"do=\xff",
            b"name=%00%ff",
            b"claim=44120" + b"%0A44121" * 50,
            b"at=0&turn=1&claim=%00\xff" + rng.randbytes(9),
            b"at=\xb2&turn=-1&claim=44120",
        ]
    )
    cookie = rng.choice(["", "casebook-room=", "casebook-room=" + "x" * 30, "casebook-room=%ff", "a=b"])
    method = rng.choice(["GET", "POST", "PUT", "HEAD"])
    where = rng.choice(["", "x" * 3000, "1.2.3.4, ::1", "[::1", "%", "fe80::1%eth0", "::ffff:1.2.3.4", ",,"])
    return method, path, body, {"cookie": cookie, "x-forwarded-for": where}


@pytest.mark.parametrize("number", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_bad_requests_break_nothing(room, phone, number):
    rng = Random(number)
    base = room.join.removesuffix(f"/{room.votes.code}/")
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        for _ in range(number):
            method, path, body, headers = hostile(rng, room.votes.code, "x" * 22)
            told = client.request(method, path, content=body, headers=headers)
            assert told.status_code < 500, (method, path, body, headers)
    assert say(phone, "44120", headers=JSON).status_code == 200


@pytest.mark.slow
def test_three_hundred_phones_lose_nothing(room):
    answers = ("44120", "44120; 44121", "query")
    met = asyncio.run(crowd.vote(room.join, room.panel, 300, answers, seed=2, within=(20.0, 10.0)))
    assert not met.refused
    assert len(met.noted) == 600
    assert counts(room) == Counter(met.last.values())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(file, port):
    """A room as the command opens it."""
    command = [
        sys.executable,
        "-c",
        "import sys, casebook.cli; sys.exit(casebook.cli.main())",
        "room",
        "--cases",
        "oak,elm",
        "--json",
    ]
    return subprocess.Popen(
        [*command, "--port", str(port), "--file", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def served(file, port):
    """Such a room and its addresses, once it answers."""
    process = started(file, port)
    return process, json.loads(process.stdout.readline())


def test_a_room_that_is_killed_goes_on_where_it_was(tmp_path):
    file, port = tmp_path / "votes.sqlite3", free_port()
    process, told = served(file, port)
    noted = []
    for number in range(12):
        with httpx.Client(base_url=told["join"], timeout=PATIENCE) as client:
            client.get("")
            answer = say(client, f"44120 x{number + 1}", headers=JSON)
            noted.append(answer.json()["noted"])
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert all(noted)
    again, told_again = served(file, port)
    try:
        assert told_again == told
        saved = get(f"{told['panel']}answers.jsonl").text
        assert sorted(re.findall(r"44120 x\d+", saved)) == sorted(f"44120 x{n + 1}" for n in range(12))
    finally:
        again.terminate()
        again.communicate()


def test_a_file_is_one_rooms_while_that_lives(tmp_path):
    """By whatever name, from another process or this one; and the first room loses nothing by it."""
    file, link = tmp_path / "votes.sqlite3", tmp_path / "link.sqlite3"
    process, told = served(file, free_port())
    try:
        link.symlink_to(file)
        second = started(file, free_port())
        out, err = second.communicate(timeout=PATIENCE)
        assert (second.returncode, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith(f"{file}: another room, or another program, has this file open")
        for name in (file, link):
            with pytest.raises(CommandError, match="has this file open"):
                Votes(name, ["oak", "elm"])
        with httpx.Client(base_url=told["join"], timeout=PATIENCE) as client:
            client.get("")
            assert say(client, "44120", headers=JSON).json()["noted"]
    finally:
        process.terminate()
        process.communicate()
    votes = Votes(file, ["oak", "elm"])
    assert votes.counts(0, 1) == {"44120": 1}
    votes.close()


def test_a_file_is_one_lesson(tmp_path):
    file = tmp_path / "votes.sqlite3"
    first = Votes(file, ["oak", "elm"])
    first.turn_to("closed")
    with pytest.raises(Closed):
        first.answer("t" * 22, "44120")
    first.close()
    again = Votes(file, ["oak", "elm"])
    assert again.code == first.code
    again.close()
    with pytest.raises(CommandError, match="lesson on oak, elm"):
        Votes(file, ["oak"])
    stranger = sqlite3.connect(tmp_path / "stranger")
    stranger.execute("CREATE TABLE bills (number)")
    stranger.commit()
    with pytest.raises(CommandError, match="holds no lesson"):
        Votes(tmp_path / "stranger", ["oak"])
    assert stranger.execute("SELECT name FROM sqlite_master").fetchall() == [("bills",)]
    stranger.close()
    (tmp_path / "text").write_text("no database, but long enough to be looked at as one" * 20)
    with pytest.raises(CommandError, match="no lesson can be kept"):
        Votes(tmp_path / "text", ["oak"])


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE lesson SET cases = '[\"oak'",
        "UPDATE lesson SET cases = '3'",
        "DELETE FROM shown",
        "DROP TABLE shown",
        "UPDATE shown SET at = 7",
        "UPDATE vote SET phase = 'gone'",
        "UPDATE vote SET turn = 'x'",
        "INSERT INTO answer VALUES (9, 1, 1, '44120', 0, NULL)",
    ],
)
def test_a_spoiled_file_is_told(tmp_path, spoil):
    file = tmp_path / "votes.sqlite3"
    Votes(file, ["oak", "elm"]).close()
    with sqlite3.connect(file) as spoiled:
        spoiled.execute(spoil)
    spoiled.close()
    with pytest.raises(CommandError, match="holds no lesson of this edition"):
        Votes(file, ["oak", "elm"])


def test_what_is_no_file_is_refused():
    with pytest.raises(CommandError, match="would keep no vote"):
        Votes(":memory:", ["oak"])


def test_an_answer_keeps_the_digest_of_the_chart_that_it_was_given_to(tmp_path):
    file = tmp_path / "votes.sqlite3"
    for edition, token in (("0ld", "a" * 22), (cases.load("oak").edition, "b" * 22)):
        votes = Votes(file, ["oak"], {"oak": edition})
        votes.answer(token, "44120")
        saved = votes.export()
        votes.close()
    (tmp_path / "answers.jsonl").write_text(saved, "utf-8")
    answers, _ = read_folder(tmp_path / "answers.jsonl")
    book = gradebook(answers, [cases.load("oak").page()])
    assert book.earlier == {"oak": 1}
    assert [book.entry(name, "oak").state == "not answered" for name in book.learners] == [True, False]


def test_a_taken_port_is_told(tmp_path, room):
    port = int(room.join.split(":")[2].split("/")[0])
    file = tmp_path / "other.sqlite3"
    with pytest.raises(CommandError, match="another with --port"):
        Opened([cases.load("oak")], file, port=port)
    Votes(file, ["oak"]).close()  # which the next try can have


def test_policy_forbids_scripts_of_a_page(room):
    policy = get(room.panel).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


# One client among many


def token(number):
    return f"{number:022}"


def test_who_only_joins_takes_nobodys_seat(tmp_path, monkeypatch):
    """However many names or answers come from one address, or tokens without an answer from many: others get
    in, and no answer is lost."""
    monkeypatch.setattr(votes_module, "MOST_OF_ONE", 20)
    monkeypatch.setattr(votes_module, "MOST_PEOPLE", 50)
    votes = Votes(tmp_path / "votes.sqlite3", ["oak"])
    votes.answer(token(1), "44120", host="a")
    for number in range(2, 200):
        votes.name(token(number), f"n{number}", host="a")
    for number in range(200, 219):
        votes.answer(token(number), "query", host="a")
    with pytest.raises(Full):
        votes.answer(token(300), "query", host="a")
    votes.answer(token(1), "44121", host="a")  # who has a seat may change
    for number in range(400, 800):
        votes.name(token(number), "x", host=f"h{number}")
    for number in range(800, 830):
        votes.answer(token(number), "44120", host="b" if number % 2 else "c")
    assert votes.counts(0, 1) == {"44121": 1, "query": 19, "44120": 30}
    with pytest.raises(Full):
        votes.answer(token(900), "query", host="d")
    votes.close()


def test_a_class_behind_one_address_gets_in_beside_a_client_that_joins_without_end(room):
    """Three hundred answer from one address, from which more than it may have came and never answered."""
    present = room.pages.present
    with ExitStack() as lines:
        for number in range(MOST_OF_ONE):
            lines.enter_context(present.line(token(number), "10.0.0.9", waits=True))
        assert present.full("10.0.0.9")
        assert not present.full("127.0.0.1")
    for number in range(MOST_OF_ONE + 200):
        room.votes.name(token(number), "x", host="127.0.0.1")
        with present.line(token(number), "127.0.0.1", waits=True):
            pass
    for number in range(10_000, 10_300):
        room.votes.answer(token(number), "44120", host="127.0.0.1")
    assert counts(room) == {"44120": 300}
    assert present.waiting == MOST_OF_ONE + 200 <= MOST_PEOPLE


def test_who_waits_is_counted_until_they_answer_or_are_long_gone(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(present_module.time, "monotonic", lambda: clock[0])
    present = present_module.Present()
    with present.line("a", "x", waits=True), present.line("a", "x", waits=True):
        with present.line("b", "x", waits=True), present.line("c", "x", waits=False):
            assert present.waiting == 2
        clock[0] += present_module.FORGOTTEN - 1
        assert present.waiting == 2
        clock[0] += 2
        assert present.waiting == 1
        present.answered("a")
        assert present.waiting == 0
    assert not present.full("x")


def test_a_line_stays_open_while_its_owner_reads(room):
    """An answer that meets a line which is just being closed is lost on its way."""
    assert room._server.config.timeout_keep_alive >= 60


def test_the_panel_counts_who_is_there_and_who_has_answered(room, phone):
    with httpx.Client(base_url=room.join, timeout=PATIENCE) as other:
        other.get("")
        with other.stream("GET", "stream") as line:
            next(line.iter_lines())
            assert room.pages.joined == 1
            say(phone, "44120")
            assert room.pages.joined == 2
            say(other, "44120")
            assert room.pages.joined == 2


def test_a_line_that_ended_is_no_longer_counted(room, phone):
    """However it ended: a phone that sleeps and wakes all day fills no room."""
    for number in range(6):
        with phone.stream("GET", "stream") as line:
            if number % 2:
                next(line.iter_lines())
    began = time.monotonic()
    while room.pages.present.lines and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
    assert room.pages.present.lines == 0
    assert room.pages.joined == 1  # whoever sleeps is still in the room


def test_who_closed_the_page_is_no_longer_waited_for(room, phone):
    with phone.stream("GET", "stream") as line:
        next(line.iter_lines())
        assert room.pages.joined == 1
    assert phone.post("left").status_code == 204
    assert room.pages.joined == 0
    present = room.pages.present
    with present.line("a", "x", waits=True), present.line("a", "x", waits=True):
        present.left("a")
        assert present.waiting == 1  # another page of theirs is open


def test_a_port_that_is_taken_leaves_no_file_behind(room, tmp_path):
    port, before = room._socket.getsockname()[1], sorted(tmp_path.iterdir())
    with pytest.raises(CommandError, match="cannot be had"):
        Opened([cases.load("oak")], tmp_path / "other.sqlite3", port=port)
    assert sorted(tmp_path.iterdir()) == before


def test_the_last_case_says_that_the_lesson_is_done(room, phone):
    with httpx.Client(timeout=PATIENCE) as panel:
        for at in range(len(room.votes.cases)):
            room.pages.act(f"go {at}")
            assert "the lesson is done" not in panel.get(room.panel).text
            room.pages.act("revealed")
            last = at + 1 == len(room.votes.cases)
            assert ("the lesson is done" in panel.get(room.panel).text) == last
            assert ("That was the last question" in phone.get("").text) == last


# Behind a proxy


def wrong_codes(room, peer, forwarded, times):
    """The status of the last of so many wrong codes that a machine sends, through a proxy at `peer`."""

    async def ask():
        line = httpx.ASGITransport(room._server.config.loaded_app, client=(peer, 1))
        async with httpx.AsyncClient(transport=line, base_url="http://room") as client:
            for number in range(times):
                headers = {"X-Forwarded-For": forwarded(number)} if forwarded else {}
                told = await client.get("/AAAAA/", headers=headers)
            return told.status_code

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("127.0.0.1", None, 429),
        ("127.0.0.1", lambda n: "10.0.0.7", 429),
        ("127.0.0.1", lambda n: f"10.0.0.{n}", 404),  # as many machines as there are
        ("127.0.0.1", lambda n: f"1.1.1.{n}, 10.0.0.7", 429),  # what the client says itself is not believed
        ("127.0.0.1", lambda n: f"2001:db8::{n:x}", 429),  # one machine may have all of these
        ("127.0.0.1", lambda n: f"2001:db8:0:{n:x}::1", 404),
        ("127.0.0.1", lambda n: f"x{n}", 429),  # no address
        ("10.1.1.1", lambda n: f"10.0.0.{n}", 429),  # a machine that was not named
        ("10.2.2.2", lambda n: f"10.0.0.{n}", 404),  # the proxy that was
        ("10.3.3.3", lambda n: f"10.0.0.{n}, 10.2.2.2", 404),  # two that were, in a row
    ],
)
def test_where_a_phone_is_is_told_by_the_proxies_that_were_named(
    tmp_path, monkeypatch, peer, forwarded, status
):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    proxies = ["10.2.2.2", "10.3.3.0/24"]
    room = Opened([cases.load("oak")], tmp_path / "votes.sqlite3", proxies=proxies)
    room._server.config.load()
    try:
        assert wrong_codes(room, peer, forwarded, 70) == status
    finally:
        room.close()

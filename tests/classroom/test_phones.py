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
from collections import Counter
from random import Random

import httpx
import pytest

from casebook import cases
from casebook.classroom.gradebook import gradebook
from casebook.classroom.phones.opened import Opened
from casebook.classroom.phones.votes import Closed, Votes
from casebook.errors import CommandError
from casebook.practice.responses import read_file, read_folder
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
        assert "44120; 44121" not in told.text
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
    room.votes._db.execute("PRAGMA busy_timeout = 0")
    with sqlite3.connect(room.votes.file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        told = say(phone, "44120", headers=JSON)
        assert told.status_code == 503
        assert told.json() == {"noted": False, "says": "Your answer was not kept. Send it again."}
        other.execute("ROLLBACK")
    other.close()
    assert say(phone, "44120").status_code == 200
    room.votes.file.unlink()
    assert say(phone, "44202", headers=JSON).status_code == 503
    assert [record.exc_info for record in caplog.records] == [None, None]
    assert "database is locked" in caplog.text


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
    assert [get(f"{base}AAAAA/").status_code for _ in range(70)][-1] == 429
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
    return method, path, body, cookie


@pytest.mark.parametrize("number", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_bad_requests_break_nothing(room, phone, number):
    rng = Random(number)
    base = room.join.removesuffix(f"/{room.votes.code}/")
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        for _ in range(number):
            method, path, body, cookie = hostile(rng, room.votes.code, "x" * 22)
            told = client.request(method, path, content=body, headers={"cookie": cookie} if cookie else {})
            assert told.status_code < 500, (method, path, body)
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


def served(file, port):
    """A room as the command opens it, and its addresses."""
    command = [
        sys.executable,
        "-c",
        "import casebook.cli; casebook.cli.main()",
        "room",
        "--cases",
        "oak,elm",
        "--json",
    ]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--file", str(file)], stdout=subprocess.PIPE, text=True
    )
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
    process.wait()
    process.stdout.close()
    assert all(noted)
    again, told_again = served(file, port)
    try:
        assert told_again == told
        saved = get(f"{told['panel']}answers.jsonl").text
        assert sorted(re.findall(r"44120 x\d+", saved)) == sorted(f"44120 x{n + 1}" for n in range(12))
    finally:
        again.terminate()
        again.wait()
        again.stdout.close()


def test_a_file_is_one_lesson(tmp_path):
    file = tmp_path / "votes.sqlite3"
    first = Votes(file, ["oak", "elm"])
    first.turn_to("closed")
    with pytest.raises(Closed):
        first.answer("t" * 22, "44120")
    first.close()
    assert Votes(file, ["oak", "elm"]).code == first.code
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
    with pytest.raises(CommandError, match="another with --port"):
        Opened([cases.load("oak")], tmp_path / "other.sqlite3", port=port)


def test_policy_forbids_scripts_of_a_page(room):
    policy = get(room.panel).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy

"""Bringing in a newer CMS table: what is not sound never takes the place of what is held."""

import csv
import io
import random
import shutil
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import data
from casebook.cases import library
from casebook.cli import main
from casebook.coding import edits, refresh
from casebook.errors import TableError

PTP, MUE, AOC = refresh.TABLES
FEW = [path for path in library() if path.stem in ("alder", "hickory", "holly", "tupelo")]


def shipped(table):
    """The table held as CMS ships it: tabs, a head, dates without hyphens."""
    rows = edits.rows(f"cms/{table.file}")
    if table is PTP:
        return [
            [
                r["column_1"],
                r["column_2"],
                "*",
                "20000101",
                r["deletion_date"].replace("-", "") or "*",
                r["modifier_indicator"],
                r["rationale"],
            ]
            for r in rows
        ]
    if table is MUE:
        kinds = {
            "1": "1 Line Edit",
            "2": "2 Date of Service Edit: Policy",
            "3": "3 Date of Service: Clinical",
        }
        return [
            [
                r["code"],
                r["mue_practitioner"],
                kinds[r["mai_practitioner"]],
                r["rationale_practitioner"],
            ]
            for r in rows
        ]
    return [[r["aoc_type"], r["add_on_code"], r["primary_code"], "20130101", "", "no"] for r in rows]


def as_file(cells):
    head = "CPT only copyright\nColumn 1\tColumn 2\tand so on\n"
    return head + "".join("\t".join(row) + "\n" for row in cells)


@pytest.fixture
def held(tmp_path, monkeypatch):
    """A copy of the tables held, in the place of the package's own."""
    folder = tmp_path / "cms"
    shutil.copytree(refresh.FOLDER, folder)
    monkeypatch.setattr(refresh, "FOLDER", folder)
    monkeypatch.setitem(main.__globals__, "library", lambda: FEW)
    monkeypatch.setattr(refresh.write, "__defaults__", (folder,))
    monkeypatch.setattr(refresh.back, "__defaults__", (folder,))
    return folder


def state(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("table", refresh.TABLES, ids=lambda t: t.name)
def test_the_table_held_comes_back_as_it_is_held(table, tmp_path):
    file = tmp_path / "table.txt"
    file.write_text(as_file(shipped(table)), "latin-1")
    with zipfile.ZipFile(tmp_path / "table.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "table.txt")
    for path in (file, tmp_path / "table.zip"):
        found, rows = refresh.read_download(path)
        assert found is table
        assert refresh.changes(table, rows) == []
        assert list(csv.DictReader(io.StringIO(refresh.as_text(table, rows)))) == sorted(
            edits.rows(f"cms/{table.file}"), key=lambda r: tuple(r[k] for k in table.key)
        )


#: A row of each table, and a change of it that no table of CMS holds.
WRONG = {
    "no indicator": (PTP, 5, "X"),
    "an empty indicator": (PTP, 5, ""),
    "an indicator that is no more": (PTP, 5, "9"),
    "a day that is none": (PTP, 3, "20241399"),
    "a deletion that is no day": (PTP, 4, "soon"),
    "units that are a letter": (MUE, 1, "two"),
    "units that only look like a digit": (MUE, 1, "\u00b2"),
    "units without end": (MUE, 1, "9" * 30),
    "a kind of limit that is none": (MUE, 2, "4 Other"),
    "a type that is none": (AOC, 0, "7"),
    "a day of an add-on that is none": (AOC, 3, "20130231"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_a_value_that_cannot_be_is_refused_and_changes_nothing(what, held, tmp_path, capsys):
    table, column, value = WRONG[what]
    cells = shipped(table)
    row = next(r for r in cells if "44120" in r[:3] and r[4:5] in (["*"], [""], []))
    row[column] = value
    file = tmp_path / "table.txt"
    file.write_text(as_file(cells), "latin-1")
    before = state(held)
    assert main(["update-edits", str(file), "--force"]) == 2
    assert "row " in capsys.readouterr().err
    assert state(held) == before


@pytest.mark.parametrize("table", refresh.TABLES, ids=lambda t: t.name)
def test_half_a_table_is_refused_unless_it_is_forced_and_one_command_goes_back(table, held, tmp_path, capsys):
    cells = shipped(table)
    file = tmp_path / "half.txt"
    file.write_text(as_file(cells[: len(cells) * 3 // 5]), "latin-1")
    before = state(held)
    assert main(["update-edits", str(file)]) == 2
    assert "doubtful: it has " in capsys.readouterr().err
    assert state(held) == before
    assert main(["update-edits", str(file), "--force"]) == 0
    assert state(held)[table.before] == before[table.file]
    assert state(held)[table.file] != before[table.file]
    assert main(["update-edits", "--back", table.name]) == 0
    assert state(held)[table.file] == before[table.file]


def test_a_table_with_which_no_case_can_be_coded_is_refused_even_by_force(
    held, tmp_path, capsys, monkeypatch
):
    file = tmp_path / "mue.txt"
    file.write_text(as_file(shipped(MUE)[1:2]), "latin-1")
    before = state(held)

    def broken(note):
        raise KeyError("44121")

    monkeypatch.setattr(refresh.Note, "as_dict", broken)
    assert main(["update-edits", str(file), "--force"]) == 2
    assert "with this table the case alder cannot be coded (KeyError" in capsys.readouterr().err
    assert state(held) == before


def test_a_code_that_is_lost_is_named(held, tmp_path, capsys):
    file = tmp_path / "mue.txt"
    file.write_text(as_file([row for row in shipped(MUE) if row[0] != "44160"]))
    assert main(["update-edits", str(file)]) == 2
    assert "nothing on 44160" in capsys.readouterr().err


def test_a_table_that_changes_the_claim_of_a_case_says_so_first(held, tmp_path, capsys):
    cells = shipped(PTP)
    for row in cells:
        if (row[0], row[1]) == ("44160", "44120"):
            row[5] = "0"
    file = tmp_path / "ptp.txt"
    file.write_text(as_file(cells))
    before = state(held)
    assert main(["update-edits", str(file)]) == 2
    told = capsys.readouterr()
    assert "changed: 44160 44120: modifier_indicator 1 -> 0" in told.out
    assert "it changes the claim of " in told.err
    assert state(held) == before


def test_a_table_held_that_is_damaged_is_named_and_can_be_mended(held, tmp_path, monkeypatch, capsys):
    rows = edits.rows("cms/mue.csv")
    damaged = refresh.as_text(MUE, [*rows[1:], rows[0] | {"mue_practitioner": "\u00b2"}])
    file = tmp_path / "mue.txt"
    file.write_text(as_file(shipped(MUE)), "latin-1")
    monkeypatch.setitem(data.STANDING_IN, "cms/mue.csv", damaged)
    refresh._forget()
    try:
        assert main(["grade", "alder", "44120 x2"]) == 2
        assert "data/cms/mue.csv:2: this row cannot be read" in capsys.readouterr().err
        table, found = refresh.read_download(file)
        assert (table, len(found)) == (MUE, len(rows))
        assert refresh.missing(table, found) == []
        assert main(["update-edits", str(file)]) == 0
        assert (held / "mue.csv").read_text() == refresh.as_text(MUE, rows)
    finally:
        data.STANDING_IN.clear()
        refresh._forget()


def test_going_back_where_there_was_nothing_before_says_so(held, capsys):
    assert main(["update-edits", "--back", "aoc"]) == 2
    assert "no table was held before" in capsys.readouterr().err
    assert main(["update-edits"]) == main(["update-edits", "x.txt", "--back", "aoc"]) == 2


# Files of any kind


def packed(content, how):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr("ptp.txt", content)
    return out.getvalue()


def damaged_zips():
    text = as_file(shipped(MUE))
    whole = packed(text, zipfile.ZIP_DEFLATED)
    for how in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED):
        broken = bytearray(packed(text, how))
        for at in range(40, 400, 7):
            broken[at] ^= 0x55
        yield bytes(broken)
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.rindex(b"PK\x01\x02") + 8] |= 1
    yield bytes(encrypted)
    unknown = bytearray(whole)
    unknown[8] = unknown[whole.rindex(b"PK\x01\x02") + 10] = 77
    yield bytes(unknown)
    yield whole[: len(whole) // 2]
    yield packed("x" * (refresh.LONGEST * 40), zipfile.ZIP_DEFLATED)  # one line without end
    yield packed("nothing of it", zipfile.ZIP_STORED)
    yield b""


def test_no_file_of_any_kind_is_more_than_refused(tmp_path):
    for content in damaged_zips():
        file = tmp_path / "download.zip"
        file.write_bytes(content)
        with pytest.raises(TableError):
            refresh.read_download(file)


CELLS = st.one_of(
    st.sampled_from("44120 44121 44160 * 20240701 20241399 1 9 0 2x \u00b2 CCCCC X".split()),
    st.text(max_size=8).filter(lambda s: "\n" not in s),
)


def can_be_used(table, rows):
    """Whether the checks of claims can read these rows."""
    held = {PTP: edits.pairs, MUE: edits.limits, AOC: edits.bases}[table]
    data.STANDING_IN[f"cms/{table.file}"] = refresh.as_text(table, rows)
    try:
        return bool(held.__wrapped__()) or all(row.get("status") == "deleted" for row in rows)
    finally:
        data.STANDING_IN.clear()


@given(st.lists(st.lists(CELLS, max_size=8), max_size=12), st.sampled_from("\t,"))
def test_rows_of_any_kind_are_read_or_refused_and_what_is_read_can_be_used(tmp_path_factory, rows, between):
    file = tmp_path_factory.getbasetemp() / "rows.txt"
    file.write_text("".join(between.join(row) + "\n" for row in rows), "latin-1", "replace")
    try:
        table, found = refresh.read_download(file)
    except TableError:
        return
    assert can_be_used(table, found)


@pytest.mark.parametrize("table", refresh.TABLES, ids=lambda t: t.name)
def test_a_download_changed_by_chance_is_refused_or_can_be_used(table, tmp_path):
    """Bytes changed, dropped or doubled anywhere in it."""
    rng = random.Random(16)
    text = as_file(shipped(table)).encode("latin-1")
    file = tmp_path / "changed.txt"
    for _ in range(20):
        content = bytearray(text)
        for _ in range(rng.randint(1, 30)):
            at = rng.randrange(len(content))
            content[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        file.write_bytes(content)
        try:
            found, rows = refresh.read_download(file)
        except TableError:
            continue
        assert can_be_used(found, rows)

"""The verbs seek and trace on the demo: the list stays encrypted in the case, runs are logged, decisions can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ritrova.case import demo_story
from ritrova.case.add import add
from ritrova.case.decide import undo
from ritrova.case.link import link
from ritrova.case.missing import missing
from ritrova.case.opening import Case, new
from ritrova.case.seek import LIST, seek, sought_json
from ritrova.case.trace import trace
from ritrova.model.errors import NotFound, WrongUse
from ritrova.model.ids import sighting_id, trace_id

HEAD = "id,name,other_names,father,birth_year,photos,requested_by,basis,consent,extra\n"


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made, _ = new(tmp_path / "case", "a passphrase", by="T", basis="test", country="IQ")
    with made:
        add(
            made,
            sorted(p for p in Path(next(iter(demo_story.__path__))).iterdir() if not p.name.startswith("__")),
        )
        yield made


def rows(tmp_path: Path, *lines: str) -> Path:
    """A list."""
    path = tmp_path / "list.csv"
    path.write_text("\ufeff" + HEAD + "\n".join(lines) + "\n", "utf-8")
    return path


def test_a_trace_is_split_and_joined_by_a_person_and_every_step_can_be_taken_back(case: Case) -> None:
    (before,) = case.view().traces()
    assert before.state == "proposed" and len(before.sightings) > 2 and before.last_seen is not None
    one = before.sightings[0]
    taken = trace(case, "split", [one])
    assert [set(t.sightings) for t in taken.traces if one in t.sightings] == [{one}]
    assert all(t.state == "split" for t in taken.traces)
    link(case)
    assert {len(t.sightings) for t in case.view().traces()} == {1, len(before.sightings) - 1}
    undo(case, taken.decision.id)
    assert [set(t.sightings) for t in case.view().traces()] == [set(before.sightings)]

    apart = trace(case, "split", [trace_id(before)])
    assert {len(t.sightings) for t in apart.traces} == {1}
    joined = trace(case, "join", list(before.sightings[:2]))
    assert sorted(len(t.sightings) for t in joined.traces)[-1] == 2
    undo(case, joined.decision.id)
    undo(case, apart.decision.id)
    assert [trace_id(t) for t in case.view().traces()] == [trace_id(before)]


def test_what_was_proposed_as_nobody_in_particular_can_be_joined(case: Case) -> None:
    (before,) = case.view().traces()
    alone = next(sighting_id(s) for s in case.view().sightings() if sighting_id(s) not in before.sightings)
    done = trace(case, "join", [trace_id(before), alone])
    (after,) = done.traces
    assert set(after.sightings) == {*before.sightings, alone} and after.state == "joined"
    assert after.against


def test_unknown_ids_and_single_sightings_are_refused(case: Case) -> None:
    with pytest.raises(NotFound):
        trace(case, "join", ["s-nothing", "s-none"])
    with pytest.raises(WrongUse):
        trace(case, "join", [sighting_id(next(case.view().sightings()))])


def test_the_list_is_kept_in_the_case_and_each_run_is_logged_without_names(
    case: Case, tmp_path: Path
) -> None:
    path = rows(tmp_path, "x1,Quzlifa Untold,,,1990,,a family,request,case,kept")
    (found,) = seek(case, path)
    assert found.candidates == () and sought_json(found)["candidates"] == []
    assert seek(case)[0].id == "x1"
    assert case.store.secret(LIST)
    ran = [a for a in case.view().actions() if a.what == "seek"]
    assert len(ran) == 2
    assert "Quzlifa" not in repr(ran)
    assert b"Quzlifa" not in b"".join(p.read_bytes() for p in case.folder.iterdir() if p.is_file())


def test_entries_without_a_right_are_not_looked_for(case: Case, tmp_path: Path) -> None:
    found = seek(
        case, rows(tmp_path, "x1,Salma,,,,,,request,case,", "x2,Salma,,,,,a family,,case,", "x3,,,,,,a,b,,")
    )
    assert [bool(one.refused) for one in found] == [True, True, True]


def test_a_photo_is_found_by_its_bytes(case: Case, tmp_path: Path) -> None:
    hashed = next((a.sha256 for _, _, a in case.store.attachments() if a.sha256), None)
    if hashed is None:
        pytest.skip("the demo holds no file")
    (found,) = seek(case, rows(tmp_path, f"x1,Salma,,,,{hashed},a family,request,case,"))
    assert found.candidates[0].possible


def test_without_a_list_there_is_nothing_to_seek(case: Case) -> None:
    with pytest.raises(WrongUse):
        seek(case)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "no column"),
        ("id,surname\n1,x\n", "no column"),
        ("id,name,name\n1,x,y\n", "twice"),
        ("id,name\na,x\na,y\n", "has the id"),
        ('id,name\na,"x\n', "not CSV"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str, wrong: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(WrongUse, match=wrong):
        missing(path)


def test_rows_keep_what_was_written_and_say_what_could_not_be_used(tmp_path: Path) -> None:
    path = rows(
        tmp_path,
        "x1,Salma,سلمى;Selma,خلف,about 1990 or 1991,nothing.jpg,a,b,anyone,kept,beyond",
        "",
        "x2,Nur,,,١٩٩٠,,a,b,authorities,",
    )
    one, two = missing(path)
    assert one.row == 2 and two.row == 4
    assert one.other_names == ("سلمى", "Selma") and one.more == {"extra": "kept"} and one.consent == "case"
    assert one.birth_year is None and len(one.unread) == 4
    assert two.birth_year == 1990 and not two.unread


def test_a_list_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,name\n1,سلمى\n".encode("cp1256"))
    with pytest.raises(WrongUse, match="UTF-8"):
        missing(path)

"""Erasing beside others who receive and judge at the same moment, and what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from contracts.errors import ErasedError, PublicationHeld
from flows.stages import check
from tests.warehouse.test_judged_again import again, values
from tests.warehouse.toy import Filed, moment, receive, submit
from warehouse import erasure
from warehouse.erasure import Candidate, erase
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.verification import verify

CT = Filed("CT", ["3", "4"], moment(2))
CM = Filed("CM", ["3", "4"], moment(3))  # the same bytes
NOW = moment(20)


@dataclass(frozen=True)
class Spaced(Filed):
    """Other bytes, the same rows."""

    @property
    def data(self) -> bytes:
        return super().data + b"\n"


def chosen(home: Home) -> list[Candidate]:
    """The first one that arrived, with a personal field."""
    return [Candidate(home.submissions()[0], ("area",), date(2020, 12, 1))]


def erased(home: Home) -> dict[str, int]:
    return erase(home, chosen(home), by="某", basis="某", at=NOW)


def test_what_another_process_received_meanwhile_keeps_the_bytes(home: Home) -> None:
    submit(home, CT)
    found = chosen(home)
    other = receive(home, CM)
    before = sorted(home.registers.folder.glob("*/*"))
    assert erase(home, found, by="某", basis="某", at=NOW) == {}
    assert home.landing.read(other.sha256) == CM.data
    home.sweep_registers()
    assert sorted(home.registers.folder.glob("*/*")) == before


def test_bytes_that_another_process_has_just_erased_are_not_received(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submit(home, CT)
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_bury_erased", lambda _: 0)  # the entry is there, and the bytes still are
        assert list(erased(home)) == [first.id]
    assert home.landing.erased(first.sha256) is None
    with pytest.raises(ErasedError, match=first.id):
        receive(home, CM)
    assert receive(home, CT) == first
    assert [s.id for s in home.submissions()] == [first.id]


def test_the_rows_of_an_erased_register_accepted_later_have_one_of_their_own(home: Home) -> None:
    first = submit(home, CT)
    erased(home)
    later = submit(home, Spaced("CM", ["3", "4"], moment(3)))
    again_later = submit(home, Spaced("CU", ["3", "4"], moment(4)))
    registers = {s.id: s.register or "" for s in home.submissions()}
    areas = {i: home.registers.read("toy_stations", r)["area"].to_list() for i, r in registers.items()}
    assert areas == {first.id: [None, None], later.id: ["区1", "区2"], again_later.id: ["区1", "区2"]}
    assert registers[later.id] == registers[again_later.id] != registers[first.id]
    sunk = home.registers.sink("toy_stations", home.registers.scan("toy_stations", registers[later.id]))
    assert home.registers.own_path("toy_stations", sunk).exists()
    home.sweep_registers()
    assert verify(home.folder).discrepancies == []
    assert check_warehouse(home).failures == ()


def test_nothing_is_published_while_one_stands_again_whose_original_was_erased(home: Home) -> None:
    first, later = submit(home, CT), submit(home, replace(CT, built=["3", "40"], at=moment(4)))
    assert list(erased(home)) == [first.id]
    assert again(home, replace(CT, built=["3", "40"], at=moment(4)), later, returned=True)
    assert values(home) == {}
    with pytest.raises(PublicationHeld) as held:
        check(home)
    assert first.id in held.value.zh
    assert first.id in held.value.en
    submit(home, replace(CT, built=["3", "41"], at=moment(12)))
    assert check(home).success
    assert values(home) == {"built@CT.2020-11": 44, "total@JX.2020-11": 44}
    assert verify(home.folder).discrepancies == []

"""Reminders as kept: the intent stands before anything is sent, and what died in between is uncertain."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.warehouse import toy
from tests.warehouse.toy import CHINA
from warehouse.home import Home
from warehouse.reminders import INTERRUPTED, Intent, Reminders, Result, Sending, keys_said

NOW = datetime(2019, 6, 11, 8, 30, tzinfo=CHINA)
INTENT = Intent("abc", 2019, "2019-06-11", "CT", "报送岗", "mail", "题", "文\n", ("k1", "k2"))


def kept(home: Home) -> Reminders:
    return Reminders(home.engine, home.folder)


def test_the_intent_is_committed_before_anything_is_sent(home: Home) -> None:
    kept(home).intend(INTENT, NOW)
    with sqlite3.connect(home.folder / "warehouse.db") as other:
        assert other.execute("SELECT message_id, state, attempts, keys FROM reminders").fetchall() == [
            ("abc", "intended", 1, '["k1","k2"]')
        ]


@pytest.mark.parametrize("state", [Sending.SENT, Sending.DEFERRED, Sending.FAILED, Sending.UNCERTAIN])
def test_what_became_of_it_is_told(home: Home, state: Sending) -> None:
    reminders = kept(home)
    reminders.intend(INTENT, NOW)
    stored = reminders.conclude("abc", Result(state, "为何 / why"), NOW + timedelta(seconds=2))
    assert reminders.listed(2019) == [stored]
    assert (stored.state, stored.said, stored.attempts, stored.intended_at) == (state, "为何 / why", 1, NOW)
    assert stored.sent_at == (NOW + timedelta(seconds=2) if state is Sending.SENT else None)
    assert keys_said([stored]) == ({("CT", "报送岗"): {"k1", "k2"}} if state in ("sent", "uncertain") else {})
    assert reminders.listed(2020) == []


def test_meant_again_it_is_as_it_was_first_meant(home: Home) -> None:
    reminders = kept(home)
    reminders.intend(INTENT, NOW)
    reminders.conclude("abc", Result(Sending.DEFERRED, "忙"), NOW)
    again = reminders.intend(replace(INTENT, subject="另一题", body="另一文"), NOW + timedelta(days=1))
    assert (again.subject, again.body, again.intended_at) == ("题", "文\n", NOW)
    assert (again.state, again.attempts, again.said) == (Sending.INTENDED, 2, "")
    assert len(reminders.listed(2019)) == 1


def test_a_process_killed_while_sending_leaves_it_uncertain(tmp_path: Path) -> None:
    with toy.open_home(tmp_path / "home") as home:
        kept(home).listed(2019)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=die_sending, args=(tmp_path / "home",))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with toy.open_home(tmp_path / "home") as home:
        reminders = kept(home)
        assert [s.state for s in reminders.listed(2019)] == [Sending.INTENDED]
        with reminders.held():
            (stored,) = reminders.listed(2019)
        assert (stored.state, stored.said) == (Sending.UNCERTAIN, INTERRUPTED)


def die_sending(folder: Path) -> None:
    with toy.open_home(folder) as home:
        reminders = kept(home)
        with reminders.held():
            reminders.intend(INTENT, NOW)
            os.kill(os.getpid(), signal.SIGKILL)


def test_it_belongs_to_the_tables_of_this_version(home: Home) -> None:
    with sqlite3.connect(home.folder / "warehouse.db") as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() >= ("0005",)
        assert other.execute("SELECT count(*) FROM ledger").fetchone() == (0,)

"""A calendar of one notice, made up: what a term or an obligation comes to on it can be seen at a glance."""

from __future__ import annotations

from contracts.calendar import read_calendar

# Friday 14 June 2019 is off, for which Saturday the 22nd is worked; 1 to 3 October are off.
MADE = """number = ""
title = "2019年安排"
announced = 2018-12-06
year = 2019
unsourced = ["number"]

[[festival]]
name = "端午节"
name_en = "Dragon Boat Festival"
rest = [2019-06-14]
work = [2019-06-22]

[[festival]]
name = "国庆节"
name_en = "National Day"
rest = [2019-10-01, 2019-10-02, 2019-10-03]
work = []
"""
CALENDAR = read_calendar("made", [("2019", MADE)])

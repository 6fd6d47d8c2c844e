"""The tables of a home. Declarations only; changing one needs a migration, which a test compares with this module.

Exact numbers are canonical decimal text (`canonical.decimal_text`), moments ISO text with +08:00, days ISO text.
Nothing here is ever REAL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

home = Table(
    "home",
    metadata,
    Column("bureau", String, primary_key=True),
    Column("title", String, nullable=False),
)

# One row an arrival. The columns from `outcome` on are empty until it has been judged, and then are those of its
# current pass (`pass_number`); every pass stands in `judgments`. `again` says why it has to be judged again whatever
# it is compared with, and is empty otherwise.
submissions = Table(
    "submissions",
    metadata,
    Column("id", String, primary_key=True),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("file", String, nullable=False),
    Column("filer", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("period", String, nullable=False),
    Column("period_start", String, nullable=False),
    Column("period_end", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("received_at", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("due_at", String),
    Column("outcome", String),
    Column("received", Integer),
    Column("accepted", Integer),
    Column("quarantined", Integer),
    Column("contract_version", String),
    Column("register", String),
    Column("sheet", String),
    Column("columns", Text),
    Column("fields", Text),
    Column("cells_nonempty", Integer),
    Column("cells_used", Integer),
    Column("cells_ignored", Integer),
    Column("cells_found", Integer),
    Column("account", Text),
    Column("superseded_by", ForeignKey("submissions.id")),
    Column("pass_number", Integer),
    Column("again", Text),
    UniqueConstraint("file", "filer", "kind", "period", "received_at", "sha256"),
    UniqueConstraint("filer", "kind", "period", "version"),
    Index(None, "kind", "year"),
)

# One row a pass: the first judgment of a submission and every later one, with all that `submissions` shows of the
# current one, so that what was known on any day can be told. Never changed, never deleted.
judgments = Table(
    "judgments",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    Column("pass_number", Integer, primary_key=True, autoincrement=False),
    Column("entry", ForeignKey("ledger.sequence"), nullable=False),
    Column("at", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("received", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("contract_version", String, nullable=False),
    Column("register", String),
    Column("sheet", String),
    Column("columns", Text),
    Column("fields", Text),
    Column("cells_nonempty", Integer),
    Column("cells_used", Integer),
    Column("cells_ignored", Integer),
    Column("cells_found", Integer),
    Column("account", Text),
    Column("causes", Text, nullable=False),
    Column("compared", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    Column("pass_number", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("rule", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("message_zh", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("field", String),
    Column("filed", Text),
    Column("sheet", String),
    Column("cell", String),
    Column("places", Text, nullable=False),
    Column("operands", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("waived_by", Text),
    Column("about", Text, nullable=False),
    Column("explained_by", Text),
    Column("suggestions", Text, nullable=False),
)

rule_counts = Table(
    "rule_counts",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    Column("pass_number", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("rule", String, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("not_evaluable", Integer, nullable=False),
    Column("not_applicable", Integer, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
)

ignored_cells = Table(
    "ignored_cells",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("sheet", String, nullable=False),
    Column("area", String, nullable=False),
    Column("cells", Integer, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
)

# Versions of figures. A version is open while recorded_to is null; submission is null for a derived figure.
figures = Table(
    "figures",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("figure_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("submission", ForeignKey("submissions.id")),
    Column("indicator", String, nullable=False),
    Column("name", String, nullable=False),
    Column("filer", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("comparator", String, nullable=False),
    Column("value", String, nullable=False),
    Column("low", String),
    Column("high", String),
    Column("low_closed", Boolean, nullable=False),
    Column("high_closed", Boolean, nullable=False),
    Column("as_written", String, nullable=False),
    Column("period", String, nullable=False),
    Column("period_start", String, nullable=False),
    Column("period_end", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("as_of", String, nullable=False),
    Column("method", String, nullable=False),
    Column("recorded_from", String, nullable=False),
    Column("recorded_to", String),
    UniqueConstraint("figure_id", "version"),
    Index(None, "submission"),
    Index(None, "year", "kind"),
    Index(None, "indicator", "filer"),
)

figure_cells = Table(
    "figure_cells",
    metadata,
    Column("figure", ForeignKey("figures.key"), primary_key=True, autoincrement=False),
    Column("submission", ForeignKey("submissions.id"), nullable=False),
    Column("sheet", String, nullable=False),
    Column("cell", Text, nullable=False),
)

figure_parts = Table(
    "figure_parts",
    metadata,
    Column("figure", ForeignKey("figures.key"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("part", ForeignKey("figures.key"), nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("event", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

publications = Table(
    "publications",
    metadata,
    Column("entry", ForeignKey("ledger.sequence"), primary_key=True, autoincrement=False),
    Column("path", String, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("sha256", String, nullable=False),
)


def _instance() -> list[Column[Any]]:
    """The columns of an instance of an obligation, and what had become of it at `judged_on`."""
    return [
        Column("filer", String, nullable=False),
        Column("filer_name", Text, nullable=False),
        Column("kind", String, nullable=False),
        Column("kind_zh", Text, nullable=False),
        Column("kind_en", Text, nullable=False),
        Column("cadence", String, nullable=False),
        Column("period", String, nullable=False),
        Column("period_start", String, nullable=False),
        Column("period_end", String, nullable=False),
        Column("term", String, nullable=False),
        Column("roll", String, nullable=False),
        Column("named_on", String),
        Column("due_on", String),
        Column("due_at", String),
        Column("limit_at", String),
        Column("extended_until", String),
        Column("extended_by", Text),
        Column("extended_because", Text),
        Column("provisional", Boolean, nullable=False),
        Column("cutoff_on", String),
        Column("issued", String),
        Column("first_received_at", String),
        Column("received_at", String),
        Column("accepted_at", String),
        Column("submission", ForeignKey("submissions.id")),
        Column("nil_on", String),
        Column("awaited", Integer, nullable=False),
        Column("overdue", Boolean, nullable=False),
        Column("days_late", Integer, nullable=False),
        Column("workdays_late", Integer, nullable=False),
        Column("state", String, nullable=False),
        Column("why_zh", Text, nullable=False),
        Column("why_en", Text, nullable=False),
        Column("basis", Text, nullable=False),
        Column("assumed", Text),
        Column("calendar", String, nullable=False),
        Column("judged_on", String, nullable=False),
    ]


# What became of every instance of an obligation of a year, as of `judged_on`, in the order of the list of obligations.
# Derived from the ledger and the pack, and replaced as a whole. Names are those of the pack of that run.
deadlines = Table(
    "deadlines",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    *_instance(),
    Column("recorded_from", String, nullable=False),
    Index(None, "filer", "kind", "period"),
)

# What `deadlines` said before: one row each time that what was said of an instance changed, with from when until when.
past_deadlines = Table(
    "past_deadlines",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    *_instance(),
    Column("recorded_from", String, primary_key=True),
    Column("recorded_to", String, nullable=False),
)

# Who worked on the warehouse when, with what: a chain of its own, because it tells the clock, and the ledger of what
# was filed and decided is the same however often a run was begun. what: run, audit. content: canonical JSON.
runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("what", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("ended_at", String, nullable=False),
    Column("year", Integer),
    Column("ledger_head", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

# What was published and signed: draft, final, corrected. files: path → SHA-256; erratum: what moved since the edition
# before; both canonical JSON.
editions = Table(
    "editions",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("entry", ForeignKey("ledger.sequence"), nullable=False),
    Column("at", String, nullable=False),
    Column("signed_by", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("erratum", Text, nullable=False),
)

# One row a message to a recipient: what was meant to be said, before it was sent, and what became of it. An address
# never stands here, only whose it is; a row is never deleted, and its text is what any repeat of it says.
reminders = Table(
    "reminders",
    metadata,
    Column("message_id", String, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("day", String, nullable=False),
    Column("filer", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("keys", Text, nullable=False),
    Column("intended_at", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", String),
    Column("sent_at", String),
    Column("said", Text),
    Index(None, "year", "filer"),
)

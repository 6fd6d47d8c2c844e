"""The annual summary of one year as a value, which templates print as HTML and Markdown alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.adjusted import Decided, decisions
from warehouse.editions import UNSIGNED, Standing
from warehouse.home import Home
from warehouse.reports.attachments import attach_figures, attached_to_row
from warehouse.reports.chart import Bar, draw_targets
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.edition import PARAGRAPHS, Edition
from warehouse.reports.figure_table import Group, group_figures
from warehouse.reports.narrative import Binder, Place
from warehouse.reports.nodes import Item, Node, Report, Tree, read_tree
from warehouse.reports.overview import Overview, write_overview
from warehouse.reports.quality import Quality, measure_quality
from warehouse.reports.rendering import figure_text
from warehouse.reports.timeliness import Timeliness, measure_timeliness
from warehouse.stored import StoredFigure, StoredSubmission


@dataclass(frozen=True)
class Told:
    """One report on a node, its prose in pieces. `place` is the cell of the narrative; `problem` only while open."""

    report: Report
    filer: str
    place: str
    narrative: tuple[Piece, ...]
    problem: tuple[Piece, ...]


@dataclass(frozen=True)
class Stated:
    """A work node and its state. `duty` names the department responsible."""

    node: Node
    duty: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Paragraph:
    item: Item
    title: tuple[Piece, ...]
    nodes: tuple[Stated, ...]


@dataclass(frozen=True)
class Difference:
    """A number of an indicator's prose (`said`) that the figure in `counted` contradicts. `submission`: whose prose."""

    number: int
    said: Piece
    counted: Piece
    submission: str


@dataclass(frozen=True)
class Summary:
    """overview and paragraphs: None and empty in a plain edition, or where no indicator tree was accepted.

    far: numbers of the figures that only folded tables name; on paper figures.csv stands for them. standing: whether
    this is a draft, final or a correction. decided: figure_id → the adjustments by hand that it rests on.
    """

    edition: Edition
    tree: Tree | None
    overview: Overview | None
    paragraphs: tuple[Paragraph, ...]
    differences: tuple[Difference, ...]
    numbers: Counter[str]
    groups: tuple[Group, ...]
    bars: tuple[Bar, ...]
    quality: Quality
    timeliness: Timeliness | None
    sources: tuple[StoredSubmission, ...]
    citations: Citations
    far: frozenset[int]
    standing: Standing
    decided: Mapping[str, tuple[Decided, ...]]


def figures_of(home: Home, edition: Edition) -> list[StoredFigure]:
    """The figures an edition publishes: all in a plain one, else those of the year or filed for it, by figure_id."""
    if edition.form != PARAGRAPHS:
        return home.figures()
    filed = {s.id for s in submissions_of(home, edition)}
    return [f for f in home.figures() if f.period.year == edition.year or f.submission in filed]


def submissions_of(home: Home, edition: Edition) -> list[StoredSubmission]:
    return home.submissions(edition.year if edition.form == PARAGRAPHS else None)


def write_summary(home: Home, edition: Edition, standing: Standing = UNSIGNED) -> Summary:
    """Everything the summary says, in the order in which it says it (figures are numbered by that order)."""
    figures, submissions, citations = figures_of(home, edition), submissions_of(home, edition), Citations()
    tree = read_tree(home, edition.year) if edition.form == PARAGRAPHS else None
    tree = tree if tree and tree.items else None
    attached = attach_figures(home, edition.year, tree, figures) if tree else {}
    overview = write_overview(home, edition, tree, figures, citations) if tree else None
    binder = Binder(tuple(figures), edition.filers, edition.bureau_code, edition.year)
    paragraphs = [_paragraph(edition, i, binder, attached[i.code], citations) for i in tree.items] if tree else []
    bars = draw_targets(edition, figures, citations)
    cited = len(citations.figures)
    groups = group_figures(edition, figures, tree, attached, citations)
    return Summary(
        edition=edition,
        tree=tree,
        overview=overview,
        paragraphs=tuple(paragraphs),
        differences=tuple(_differences(tree, paragraphs, citations)) if tree else (),
        numbers=_count_numbers(paragraphs),
        groups=tuple(groups),
        bars=tuple(bars),
        quality=measure_quality(home, edition, submissions),
        timeliness=measure_timeliness(home.deadlines(edition.year)),
        sources=_sources(submissions, figures),
        citations=citations,
        far=frozenset(n for g in groups if g.long for line in g.lines if (n := line.value.number) > cited),
        standing=standing,
        decided=decisions(home, figures),
    )


def _paragraph(
    edition: Edition, item: Item, binder: Binder, attached: frozenset[str], citations: Citations
) -> Paragraph:
    place = Place(f"{item.file} {item.place}", edition.bureau_code, attached_to_row(binder.figures, attached, None))
    title = tuple(binder.read(item.title, place, citations))
    nodes = [
        Stated(
            node,
            edition.filer_name(node.department) if node.department else "",
            tuple(_told(edition, report, binder, attached, citations) for report in node.reports),
        )
        for node in item.nodes
    ]
    return Paragraph(item, title, tuple(nodes))


def _told(edition: Edition, report: Report, binder: Binder, attached: frozenset[str], citations: Citations) -> Told:
    own = attached_to_row(binder.figures, attached, report)

    def read(text: str, field: str) -> tuple[Piece, ...]:
        place = Place(f"{report.file} {report.places[field]}", report.filer, own)
        return tuple(binder.read(text, place, citations))

    return Told(
        report=report,
        filer=edition.filer_name(report.filer),
        place=report.places["narrative"],
        narrative=read(report.narrative, "narrative"),
        problem=() if report.done else read(report.problem, "problem"),
    )


def _differences(tree: Tree, paragraphs: Iterable[Paragraph], citations: Citations) -> Iterable[Difference]:
    for paragraph in paragraphs:
        told = [t for stated in paragraph.nodes for t in stated.told]
        prose = [(tree.submission, paragraph.title), *((t.report.submission, (*t.narrative, *t.problem)) for t in told)]
        for submission, pieces in prose:
            for piece in pieces:
                if piece.kind == "differs" and piece.figure is not None:
                    counted = citations.cite(piece.figure, figure_text(piece.figure))
                    yield Difference(paragraph.item.number, piece, counted, submission)


def _count_numbers(paragraphs: Iterable[Paragraph]) -> Counter[str]:
    """Numbers in filed prose by what became of them: figure, differs, date, document_number, name, quote."""
    shown = {
        "date": "date",
        "year_range": "date",
        "document_number": "document_number",
        "name": "name",
        "ordinal": "name",
    }
    counts: Counter[str] = Counter()
    for paragraph in paragraphs:
        told = [t for stated in paragraph.nodes for t in stated.told]
        for piece in [*paragraph.title, *(p for t in told for p in (*t.narrative, *t.problem))]:
            if piece.kind in ("figure", "differs"):
                counts[piece.kind] += 1
            elif piece.kind == "quote":
                counts[shown.get(piece.span or "", "quote")] += 1
    return counts


def _sources(submissions: Sequence[StoredSubmission], figures: Iterable[StoredFigure]) -> tuple[StoredSubmission, ...]:
    """Submissions that stand or that a figure comes from, in the order of arrival."""
    used = {source.submission for figure in figures for source in figure.sources}
    return tuple(s for s in submissions if s.stands or s.id in used)

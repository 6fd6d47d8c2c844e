"""The right rows of every kind that ships, in a setting in which each of its rules has something to say.

The rows stand in contracts/kinds/<code>.toml, none of them here; whoever needs a table, a typed frame or a judgment of
them gets it here, by the real parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from contracts.context import References
from contracts.examples import Right, discover_examples
from contracts.judge import Judgment
from contracts.kind import Kind, discover_kinds
from contracts.waivers import Waiver
from transforms.example_forms import ExampleForms, make_table, texts_frame, typed

__all__ = ["EXAMPLES", "FORMS", "RIGHT", "judge_right", "kinds", "make_table", "references", "texts_frame", "typed"]


@cache
def kinds() -> dict[str, Kind]:
    return discover_kinds()


EXAMPLES = discover_examples(kinds().values())
RIGHT = {code: examples.right for code, examples in EXAMPLES.items()}
FORMS = ExampleForms(kinds(), EXAMPLES)


def references(code: str, right: Right) -> References:
    """What the right rows of a kind are compared with, for each of its contexts."""
    return FORMS.references(code, right)


def judge_right(
    code: str, right: Right, given: References | None = None, waivers: Sequence[Waiver] = (), kind: Kind | None = None
) -> Judgment:
    """The judgment on these rows in their setting; `given` replaces what they are compared with."""
    return FORMS.judge(code, right, given=given, waivers=waivers, kind=kind)

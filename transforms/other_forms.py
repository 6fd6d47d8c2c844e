"""A book in which a form's headings are not found: which other form has headings like the book's?

For a file that was filed as the wrong form. Only headings are looked at, and nothing is read as that other form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.field import Field
from transforms.book import Book, Sheet
from transforms.heading_match import best_block, head_height
from transforms.sheets import blanks_as_nulls, grid_merges


def best_fitting(book: Book, forms: Mapping[str, Sequence[Field]]) -> str | None:
    """The form, by its key, of which the book has the largest share of the headings; None where none has half.

    A form's required headings count, as they do where its own table is sought.
    """
    shares = {key: max((_share(sheet, fields) for sheet in book.sheets), default=0.0) for key, fields in forms.items()}
    best = max(shares, key=lambda key: shares[key], default=None)
    return best if best is not None and shares[best] >= 1 / 2 else None


def _share(sheet: Sheet, fields: Sequence[Field]) -> float:
    needed = [field.name for field in fields if not field.optional_column]
    if sheet.prose or not sheet.grid.width or not needed:
        return 0.0
    head = blanks_as_nulls(sheet.grid.head(head_height(sheet.grid.width)))
    block = best_block(head.rows(), grid_merges(sheet), fields)
    return sum(name in block.matched for name in needed) / len(needed) if block else 0.0

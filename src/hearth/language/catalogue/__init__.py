"""The catalogue: every function, operator, attribute and literal word, with signatures, documentation, examples.

The one place that says what exists; checker, compiler and reference evaluator read it, and so do the manual and
whoever completes what an author writes. What an entry computes is in `operations` and, independently, in `reference`.
"""

from hearth.language.catalogue.functions import (
    ALL_STRUCTURES,
    ANY,
    FUNCTIONS,
    NUMERIC,
    ORDER_DOCUMENTATION,
    ORDERED,
    SEVERAL,
    SORT_ORDERS,
    SYMBOLS,
    SYNONYMS,
    Function,
    Overload,
    Parameter,
)
from hearth.language.catalogue.operators import (
    ARITHMETIC,
    COMPARABLE,
    OPERATORS,
    Operator,
)
from hearth.language.catalogue.words import (
    ATTRIBUTES,
    GROUP_ATTRIBUTES,
    SELECTOR_DOCUMENTATION,
    SELECTORS,
    STRUCTURE_EXAMPLES,
    TRAITS,
    VECTOR_ATTRIBUTES,
    WORDS,
    AttributeEntry,
    Word,
    attribute_documentation,
)

__all__ = [
    "ALL_STRUCTURES",
    "ANY",
    "ARITHMETIC",
    "ATTRIBUTES",
    "COMPARABLE",
    "FUNCTIONS",
    "GROUP_ATTRIBUTES",
    "NUMERIC",
    "OPERATORS",
    "ORDERED",
    "ORDER_DOCUMENTATION",
    "SELECTORS",
    "SELECTOR_DOCUMENTATION",
    "SEVERAL",
    "SORT_ORDERS",
    "STRUCTURE_EXAMPLES",
    "SYMBOLS",
    "SYNONYMS",
    "TRAITS",
    "VECTOR_ATTRIBUTES",
    "WORDS",
    "AttributeEntry",
    "Function",
    "Operator",
    "Overload",
    "Parameter",
    "Word",
    "attribute_documentation",
]

"""Every case of the corpus, on the reference evaluator and on the compiled one."""

import pytest
from tests.conformance.language_check import verify
from tests.conformance.language_corpus import Case, cases

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.expression[:40]}")
def test_case(case: Case) -> None:
    verify(case)

"""Each house rule catches what it is there for, passes what is allowed, and the tree is clean."""

from textwrap import dedent

import pytest
from tests.architecture.house_rules import check, check_tree

DOCSTRING = '"""What it holds."""\n'


def broken(path: str, text: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in check(path, DOCSTRING + dedent(text))]


def test_the_tree_keeps_the_house_rules():
    assert [str(finding) for finding in check_tree()] == []


@pytest.mark.parametrize(
    "text",
    [
        "import time\nnow = time.time()",
        "import time as t\nnow = t.time_ns()",
        "from time import time_ns\nnow = time_ns()",
        "import time\nclock = time.monotonic",
        "from datetime import UTC, datetime\nnow = datetime.now(UTC)",
        "import datetime\nnow = datetime.datetime.utcnow()",
        "from datetime import date\nday = date.today()",
        "import random\nn = random.random()",
        "from random import choice\nn = choice('ab')",
        "import secrets\ns = secrets.token_hex()",
        "from uuid import uuid4\nnew = uuid4()",
        "import os\nsalt = os.urandom(8)",
        "import numpy as np\nn = np.random.default_rng(1)",
    ],
)
def test_the_clock_and_chance_are_read_by_connectors_alone(text):
    assert broken("src/hearth/services/x.py", text) == [(3, "clock-and-chance")]
    assert broken("src/hearth/connectors/x.py", text) == []


def test_a_duration_an_instant_and_a_comparison_are_no_clock():
    text = """\
        import secrets
        from datetime import datetime, time, timedelta
        def late(at: datetime, token: str) -> bool:
            return secrets.compare_digest(token, "x") and at.time() > time(22) and timedelta(0) < at - at
        """
    assert broken("src/hearth/services/x.py", text) == []


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("np.random.default_rng(7)", []),
        ("np.random.default_rng(seed=7)", []),
        ("np.random.Generator(np.random.PCG64(7))", []),
        ("np.random.Generator(np.random.PCG64())", [(3, "clock-and-chance")]),
        ("np.random.default_rng()", [(3, "clock-and-chance")]),
        ("np.random.normal(1, 2)", [(3, "clock-and-chance")]),
    ],
)
def test_the_kit_draws_from_a_seed_alone(call, found):
    assert broken("src/hearth/testing/households/x.py", f"import numpy as np\nn = {call}") == found


@pytest.mark.parametrize("path", ["src/hearth/cli/x.py", "src/hearth/bootstrap.py"])
def test_the_command_line_and_bootstrap_may_measure_a_wait(path):
    assert broken(path, "import time\nstart = time.monotonic()") == []
    assert broken(path, "import time\nstart = time.time()") == [(3, "clock-and-chance")]


@pytest.mark.parametrize(
    "text",
    [
        "for n in {1, 2}: f(n)",
        "for n in set(a): f(n)",
        "for n in frozenset(a) | b: f(n)",
        "for n in a.keys() - b.keys(): f(n)",
        "for n in a.union(b): f(n)",
        "ns = [n for n in {m for m in a}]",
        "ns = {n: 1 for n in set(a)}",
        "ns = list({1, 2})",
        "text = ', '.join(set(a))",
        "total = sum(n for n in set(floats))",
        "ns = [*set(a)]",
    ],
)
def test_the_order_of_a_set_does_not_show(text):
    assert broken("src/hearth/engine/x.py", text) == [(2, "set-order")]


@pytest.mark.parametrize(
    "text",
    [
        "for n in sorted({1, 2}): f(n)",
        "for n in [1, 2]: f(n)",
        "ns = {n for n in set(a)}",
        "ns = {*set(a), 1}",
        "found = any(n > 1 for n in set(a))",
        "first = sorted(n for n in set(a))",
        "there = 1 in {1, 2}",
        "rest = a - b",
    ],
)
def test_a_set_may_be_used_where_its_order_is_lost(text):
    assert broken("src/hearth/engine/x.py", text) == []


def test_a_repository_takes_a_customer():
    text = """\
        class RuleRepository(Protocol):
            def add(self, rule: Rule) -> None: ...
            def add_all(self, rules: Iterable[Rule]) -> None: ...
            def find(self, customer_id: str, rule_id: str) -> Rule | None: return self._row(customer_id, rule_id)
            def list_for_operator(self) -> list[Rule]: ...
            def find_for_token(self, client_id: str) -> Client | None: ...
            def count_minutes(self, counts: Mapping[tuple[str, int], int]) -> None: ...
            def find_by_id(self, rule_id: str) -> Rule | None: ...
            def _row(self, rule_id: str) -> None: ...
        """
    found = [(9, "repository-takes-customer")]
    assert broken("src/hearth/ports.py", text) == found
    assert broken("src/hearth/store/rules.py", text) == found
    assert broken("src/hearth/services/rules.py", text) == []


def test_a_repository_uses_its_customer():
    text = """\
        class SqlRuleRepository:
            def find(self, customer_id: str, rule_id: str) -> Rule | None:
                return self._one(rules.c.id == rule_id)
        """
    assert broken("src/hearth/store/rules.py", text) == [(3, "repository-takes-customer")]
    assert broken("src/hearth/ports.py", text) == []


def test_a_class_that_implements_a_repository_is_one():
    text = """\
        class SqlRules(ports.RuleRepository):
            def find_by_id(self, rule_id: str) -> Rule | None: ...
        """
    assert broken("src/hearth/store/rules.py", text) == [(3, "repository-takes-customer")]


@pytest.mark.parametrize("text", ["price = 0.2", "price = float('0.2')", "def f(price: float) -> None: ..."])
def test_billing_knows_no_float(text):
    assert broken("src/hearth/billing/x.py", text) == [(2, "no-float-in-billing")]
    assert broken("src/hearth/insights/x.py", text) == []


def test_a_module_begins_with_a_docstring():
    assert [finding.rule for finding in check("src/hearth/engine/x.py", "n = 1\n")] == ["module-docstring"]
    assert check("bench/run.py", "n = 1\n") == []


def test_a_file_has_at_most_700_lines():
    assert broken("tests/unit/test_x.py", "n = 1\n" * 699) == []
    assert broken("tests/unit/test_x.py", "n = 1\n" * 700) == [(1, "file-length")]
    generated = '"""What it holds.\n\nGenerated by `make client`; never edited.\n"""\n'
    assert check("clients/python/src/x.py", generated + "n = 1\n" * 700) == []


def test_only_the_command_line_prints():
    assert broken("src/hearth/services/x.py", "print('hello')") == [(2, "no-print")]
    assert broken("src/hearth/cli/x.py", "print('hello')") == []


@pytest.mark.parametrize("path", ["src/hearth/utils.py", "src/hearth/store/rule_helpers.py", "tests/common/test_x.py"])
def test_a_module_is_named_for_what_it_holds(path):
    assert broken(path, "") == [(1, "telling-name")]

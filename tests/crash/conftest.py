"""What these tests share asserts in their place: its failures show their values as well."""

import pytest

pytest.register_assert_rewrite("tests.crash.killing", "tests.crash.ticks")

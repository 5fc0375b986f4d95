"""What `make fuzz` begins with breaks no promise, and what it would find is told with a way to replay it."""

import pytest
from tests.fuzz.fuzz_language import DATASETS, changed, dictionary, run_one, seeds, summary

from hearth.language import Scope, check

SEEDS = seeds()


def test_the_seeds_break_no_promise():
    assert len(SEEDS) >= 300
    assert sum(seed.startswith("|") for seed in SEEDS) >= 20
    for seed in SEEDS:
        run_one(seed.encode())


def test_a_broken_promise_is_found(monkeypatch):
    monkeypatch.setattr("tests.fuzz.fuzz_language.printed", lambda tree: "1")
    run_one(b"1")
    with pytest.raises(AssertionError):
        run_one(b"2")


def test_a_change_by_tokens_follows_from_its_seed_and_often_stays_right():
    texts = [changed(b"AVG($P) > 500 AND $Q = 4", seed).decode() for seed in range(100)]
    assert texts == [changed(b"AVG($P) > 500 AND $Q = 4", seed).decode() for seed in range(100)]
    assert len(set(texts)) > 50
    assert sum(not check(text, Scope(DATASETS, "condition")).has_errors for text in texts) > 10
    for text in texts:
        run_one(text.encode())


def test_the_dictionary_has_the_words_of_the_catalogue():
    words = [bytes.fromhex(line.strip('"').replace("\\x", "")).decode() for line in dictionary().splitlines()]
    assert {"GROUP_BY_DEVICE", "lastZeroHour", "::", "AND", "$P", "byGroupKey", "‰"} <= set(words)
    assert len(words) == len(set(words))


def test_a_run_without_a_finding_says_what_it_did(capsys):
    output = "#2000 NEW cov: 210 ft: 900 corp: 77/17Kb lim: 104\nstat::number_of_executed_units: 23477\n"
    assert summary(output, 0) == 0
    assert capsys.readouterr().out == "\nfuzz: 23,477 executions, 210 edges and 900 features covered, 77 inputs kept\n"


def test_a_finding_is_shown_with_how_to_replay_it(tmp_path, monkeypatch, capsys):
    found = tmp_path / "crash-1"
    found.write_bytes(b"|Z")
    monkeypatch.setattr("tests.fuzz.fuzz_language.ROOT", tmp_path)
    assert summary(f"artifact_prefix='{tmp_path}/'; Test unit written to {found}\n", 77) == 1
    shown = capsys.readouterr().out
    assert "FOUND '|Z'" in shown
    assert "fuzz_language.py --replay crash-1\n" in shown


def test_a_fuzzer_that_could_not_run_is_no_success(capsys):
    assert summary("no memory\n", 1) == 1
    assert "0 executions" in capsys.readouterr().out

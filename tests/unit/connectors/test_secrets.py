"""Secrets at rest: compared by hash, opened by key, and never over somebody else's key file."""

import stat
import threading
import time

import pytest
from cryptography.fernet import Fernet

from hearth.connectors.secrets import Argon2Hasher, FernetSealer, open_sealer
from hearth.core.problems import Problem


@pytest.fixture(scope="module")
def hasher():
    return Argon2Hasher()


def test_a_secret_matches_its_own_hash_alone(hasher):
    secret_hash = hasher.hash("correct horse")
    assert secret_hash.startswith("$argon2id$")
    assert "correct horse" not in secret_hash
    assert hasher.matches(secret_hash, "correct horse")
    assert not hasher.matches(secret_hash, "wrong horse")
    assert hasher.hash("correct horse") != secret_hash


def test_an_unknown_name_takes_as_long_as_a_wrong_secret(hasher):
    secret_hash = hasher.hash("correct horse")
    hasher.matches(None, "warm up")

    def shortest(of_hash: str | None) -> float:
        durations = []
        for _ in range(5):
            started = time.perf_counter()
            assert not hasher.matches(of_hash, "wrong horse")
            durations.append(time.perf_counter() - started)
        return min(durations)

    assert shortest(None) > shortest(secret_hash) / 2


def test_a_broken_hash_is_a_fault(hasher):
    with pytest.raises(ValueError, match="no Argon2 hash"):
        hasher.matches("plain text", "plain text")


def test_a_sealed_text_is_opened_by_the_next_start(tmp_path):
    path = tmp_path / "secret.key"
    sealed = open_sealer(path).seal("whsec_x")
    assert "whsec_x" not in sealed
    assert open_sealer(path).open(sealed) == "whsec_x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]


def test_processes_starting_together_agree_on_one_key(tmp_path):
    path = tmp_path / "secret.key"
    together = threading.Barrier(8)
    sealed: list[str] = []

    def start() -> None:
        together.wait()
        sealed.append(open_sealer(path).seal("same"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealer = open_sealer(path)
    assert [sealer.open(text) for text in sealed] == ["same"] * 8


def test_after_a_change_of_keys_the_old_key_still_opens(tmp_path):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = FernetSealer([old]).seal("kept")
    both = FernetSealer([new, old])
    assert both.open(sealed) == "kept"
    assert FernetSealer([new]).open(both.seal("fresh")) == "fresh"


def test_a_foreign_key_is_told_with_the_remedy():
    sealed = FernetSealer([Fernet.generate_key().decode()]).seal("kept")
    with pytest.raises(Problem, match=r"Put back the secret\.key"):
        FernetSealer([Fernet.generate_key().decode()]).open(sealed)


@pytest.mark.parametrize("content", ["", "not a key\n"])
def test_an_unusable_key_file_is_told_with_the_remedy(tmp_path, content):
    path = tmp_path / "secret.key"
    path.write_text(content)
    with pytest.raises(Problem, match="holds no usable key"):
        open_sealer(path)

"""kill -9 at random instants under load, of ingest, of the delivering process, of both, or of the whole server at once.

No acknowledged event is missing, no notification is there twice or never or with a wrong count, and each was delivered.
`make crash` kills 200 times; by itself the test is content with 20.
"""

import os
import random
import time
from pathlib import Path

import pytest
from tests.crash.killing import Trial, kill, trial_in, wait_until

KILLS = int(os.environ.get("KILLS", "20"))
_INGEST, _DELIVER = ("ingest",), ("deliver",)
_BOTH, _WHOLE_SERVER = _INGEST + _DELIVER, ()
_SHARES = {_INGEST: 5, _DELIVER: 5, _BOTH: 4, _WHOLE_SERVER: 1}


@pytest.mark.timeout(120 + 20 * KILLS)
def test_random_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(20)
    with trial_in(tmp_path) as trial:
        trial.most_unheard = 200  # events go on while nothing is delivered for a while
        trial.begin("home", delivered_to=4, fetching=2)
        for _ in range(KILLS):
            # Most kills meet a server that has gone on since the last one; some meet it while it starts.
            if chance.random() < 0.8:
                _wait_for_progress(trial)
            time.sleep(chance.uniform(0.0, 0.4))
            parts = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
            for part in parts:
                kill(trial.server, part)
            if parts == _WHOLE_SERVER:
                trial.server.kill_all()
                trial.server.start()
        trial.server.wait_until_ready()
        trial.wait_for_events(3)
        trial.expect_everything_once()


def _wait_for_progress(trial: Trial) -> None:
    def progress() -> int:
        return sum(home.acknowledged for home in trial.homes) + len(trial.receiver.received)

    before = progress()
    wait_until(lambda: progress() > before, "the server goes on")

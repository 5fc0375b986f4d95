"""An import's state on its way, on both databases: nothing else that is sealed passes for one, and none lasts for ever."""

from importlib.resources import files
from typing import Any

import msgspec
import pytest
from cryptography.fernet import Fernet
from tests.services.test_live_view import MINE, building

from hearth.connectors.secrets import FernetSealer
from hearth.core.instants import DAY_MS
from hearth.core.problems import Problem
from hearth.domain.audit import Actor
from hearth.domain.catalogue import read_catalogue
from hearth.domain.customers import Customer
from hearth.ports import Store
from hearth.runtime.live import LiveDriver
from hearth.services.history_imports import HistoryImports, Mapping
from hearth.services.intake import Intake
from hearth.services.stop_links import StopLinks
from hearth.testing.clocks import MovableClock

NOW_MS = 1_772_000_000_000
BY = Actor(kind="member", id="m" * 24, name="Ada")
MAPPING = Mapping(timestamp="time", values={"POWER_CONSUMPTION": "w"}, device_id="meter", source="GATEWAY")


class _NobodyToWake:
    def wake(self) -> None:
        """Nobody delivers here."""


class Importing:
    """A home, and an import of its history that has begun."""

    def __init__(self, store: Store) -> None:
        catalogue = read_catalogue((files("hearth.domain") / "catalogue.toml").read_text(encoding="utf-8"))
        self.clock = MovableClock(NOW_MS)
        self.sealer = FernetSealer([Fernet.generate_key().decode()])
        intake = Intake(store, catalogue, self.clock, LiveDriver(store, catalogue, self.clock, _NobodyToWake()))
        self.imports = HistoryImports(store, intake, self.sealer, self.clock, catalogue)
        with store.write() as session:
            session.customers.add(Customer(id=MINE, name=MINE, created_at_ms=0))
            session.buildings.add(building(MINE))
        self.resume = self.imports.begin(MINE, "home-1", "a.csv", 1, "time,w\n", MAPPING, BY)

    def changed(self, **changes: Any) -> str:
        """The state with other fields; None takes one away."""
        fields = {**msgspec.json.decode(self.sealer.open(self.resume)), **changes}
        kept = {name: value for name, value in fields.items() if value is not None}
        return self.sealer.seal(msgspec.json.encode(kept).decode())


@pytest.fixture
def importing(store: Store) -> Importing:
    return Importing(store)


def test_what_is_no_state_of_an_import_is_stale(importing: Importing) -> None:
    link = StopLinks(importing.sealer, "").link(MINE, "n" * 24, "user").rpartition("/")[2]
    of_before_an_upgrade = importing.changed(purpose=None, begun_ms=None)
    for resume in (link, of_before_an_upgrade, importing.changed(purpose="stop"), importing.sealer.seal("no JSON"), "made up"):
        with pytest.raises(Problem) as caught:
            importing.imports.end(MINE, BY, resume, is_whole=True)
        assert caught.value.code == "conflict"
    importing.imports.end(MINE, BY, importing.resume, is_whole=True)


def test_an_import_is_stale_a_day_after_it_began(importing: Importing) -> None:
    importing.clock.move_to(NOW_MS + DAY_MS)
    importing.imports.end(MINE, BY, importing.resume, is_whole=False)
    importing.clock.move_to(NOW_MS + DAY_MS + 1)
    with pytest.raises(Problem) as caught:
        importing.imports.end(MINE, BY, importing.resume, is_whole=False)
    assert caught.value.code == "conflict"

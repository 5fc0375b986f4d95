"""The client against a real server: objects come back as they were sent, and a server that is down costs no event."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from tests.running import PATIENCE_SECONDS, Server

from hearth_client import (
    AsyncHearthClient,
    Building,
    Conflict,
    Device,
    Event,
    EventBatcher,
    Forbidden,
    HearthClient,
    InvalidRequest,
    NotFound,
    RefusedEvent,
    Retries,
    Rule,
    Unauthorized,
)
from hearth_client.models import (
    BacktestLine,
    BacktestRequest,
    Dataset,
    DynamicPrices,
    DynamicTariff,
    ExpressionQuestion,
    NotificationTemplate,
    PresentRequest,
    QuietHours,
    SeriesRequest,
    Settings,
    Slice,
    TariffSetting,
    TemplateTexts,
    WhyRequest,
)

pytestmark = pytest.mark.xdist_group("client-server")

HOUSE = "house-1"
START = datetime(2026, 3, 1, tzinfo=UTC)
POWER = Dataset(name="Power", kind="TIME_SERIES", event_types=["POWER_CONSUMPTION"], timespan_seconds=1_800)
RULE = Rule(
    name="Much power",
    rule_state="DRAFT",
    tags=["tried"],
    datasets=[POWER],
    condition="COUNT($Power) > 1 AND AVG($Power) > 1000",
    notification=NotificationTemplate(texts={"en": TemplateTexts(title="Much power", message='"You use much."')}),
)


@pytest.fixture(scope="module")
def customer(server: Server) -> dict[str, str]:
    return server.create_customer("Client")


@pytest.fixture
def client(server: Server, customer: dict[str, str]) -> Iterator[HearthClient]:
    with HearthClient(server.url, customer["clientId"], customer["clientSecret"], timeout_seconds=PATIENCE_SECONDS) as made:
        yield made


@pytest.fixture
def house(client: HearthClient) -> Iterator[str]:
    """A building with two hours of history."""
    client.add_building(Building(customer_building_id=HOUSE, time_zone_id="Europe/Zurich"))
    client.take_historical_events([power(START + timedelta(minutes=15 * step), 200.0 * step) for step in range(9)])
    yield HOUSE
    client.erase_building(HOUSE)


def power(at: datetime, value: float) -> Event:
    return Event(customer_building_id=HOUSE, device_id="meter-1", type="POWER_CONSUMPTION", value=value, timestamp=at.timestamp())


def test_a_building_is_read_changed_and_sent_back(client: HearthClient, house: str) -> None:
    building = client.get_building(house)
    building.devices = [Device(id="meter-1", type="SMART_METER")]
    building.settings = Settings(
        quiet_hours=QuietHours(start="22:00", end="06:00"),
        tariff=TariffSetting(type="DYNAMIC", currency="CHF", dynamic=DynamicPrices(slices=[])),
    )
    building.properties = {"persons": 3, "pvTilt": 30.5, "hasPool": True, "note": "ä"}
    building.user_ids = ["anna@example.org"]
    replaced = client.replace_building(building)
    assert client.get_building(house) == replaced
    assert (replaced.settings.quiet_hours, replaced.properties, replaced.id) == (
        building.settings.quiet_hours,
        building.properties,
        building.id,
    )
    assert client.replace_building(replaced) == replaced
    slices = [Slice(start=START.timestamp(), end=START.timestamp() + 3_600, price="0.25")]
    priced = client.replace_tariff_slices(house, DynamicTariff(slices=slices))
    assert priced.settings.tariff is not None
    assert priced.settings.tariff.dynamic == DynamicPrices(slices=slices)
    with pytest.raises(Conflict):
        client.add_building(building)


def test_events_come_back_page_by_page(client: HearthClient, house: str) -> None:
    events = list(client.list_events(house, from_=START, to=START + timedelta(hours=3), page_size=2))
    assert [event.value for event in events] == [200.0 * step for step in range(9)]
    days = client.list_daily_statistics(house, date(2026, 3, 1), date(2026, 3, 2))
    assert days == client.list_daily_statistics(house, date(2026, 3, 1), date(2026, 3, 2), event_types=[])
    assert client.list_hourly_statistics(house, date(2026, 3, 1), date(2026, 3, 1)) == []
    assert client.list_monthly_statistics(house, date(2026, 3, 1), date(2026, 3, 1)) == []
    assert client.list_daily_comparison(house, "ALL", date(2026, 3, 1), date(2026, 3, 1)) == []
    assert client.list_energy_forecasts(house, "ENERGY_CONSUMPTION_FORECAST_24H", START, START + timedelta(days=1)) == []
    assert {each.kind for each in client.list_building_forecasts(house)} <= {"CONSUMPTION", "GENERATION"}


def test_bad_events_are_named(client: HearthClient, house: str) -> None:
    good = power(START, 1.0)
    bad = msgspec.structs.replace(good, type="POWER_CONSUMTION")
    with pytest.raises(InvalidRequest) as caught:
        client.take_events([good, bad, bad])
    assert [error.pointer for error in caught.value.errors] == ["/1/type", "/2/type"]
    nowhere = msgspec.structs.replace(good, customer_building_id="nowhere")
    elsewhere = msgspec.structs.replace(good, customer_id="0" * 24)
    refused: list[RefusedEvent] = []
    with EventBatcher(client, refused.append, longest_wait_seconds=60) as batcher:
        batcher.add_all([nowhere, power(START, 7.0), elsewhere, msgspec.structs.replace(good, value=float("nan")), bad])
    assert sorted(one.errors[0].pointer for one in refused) == ["/customerBuildingId", "/customerId", "/type", "/value"]
    assert next(client.list_events(house, from_=START, to=START + timedelta(hours=3))).value == 7.0


def test_rules_from_the_draft_to_the_version_before(client: HearthClient, house: str) -> None:
    (doubt,) = client.check_rule(RULE)
    assert (doubt.severity, doubt.pointer) == ("warning", "/notification/texts")
    added = client.add_rule(RULE)
    assert added.id is not None
    assert client.get_rule(added.id) == added
    assert [rule.name for rule in client.list_rules(tags=["tried", "other"])] == ["Much power"]
    assert client.list_rule_tags() == ["tried"]
    changed = msgspec.structs.replace(added, condition="COUNT($Power) > 2")
    saved = client.save_rule(added.id, changed)
    assert (saved.version, saved.condition) == (2, "COUNT($Power) > 2")
    with pytest.raises(Conflict):
        client.save_rule(added.id, changed)
    assert client.restore_rule_version(added.id, 1).condition == RULE.condition
    assert [each.rule.version for each in client.list_rule_versions(added.id)] == [3, 2, 1]
    why = client.explain_saved_rule(added.id, house, timestamp=START + timedelta(hours=2))
    assert why.customer_building_id == house
    client.delete_rule(added.id)
    with pytest.raises(NotFound):
        client.get_rule(added.id)


def test_rules_are_tried(client: HearthClient, house: str) -> None:
    span = {"from_": START.timestamp(), "to": START.timestamp() + 7_200}
    lines: list[BacktestLine] = []
    tried = client.backtest_rules(BacktestRequest(rules=[RULE], per_home=True, **span), on_progress=lines.append)
    assert len(tried.rules) == 1
    assert sum(len(line.per_home or []) for line in lines) == 1
    assert client.explain_draft(WhyRequest(rule=RULE, customer_building_id=house)).customer_building_id == house
    present = client.show_present_values(PresentRequest(rule=RULE, customer_building_id=house))
    assert present.values[0].pointer == "/condition"
    series = client.show_series(SeriesRequest(datasets=[POWER], customer_building_id=house, **span))
    assert series.series[0].values[:2] == [0, 200]
    answer = client.help_with_expression(ExpressionQuestion(expression="AVG($Powr)", datasets=[POWER], place="condition"))
    assert answer.mistakes


def test_what_needs_no_token_and_what_a_scope_forbids(server: Server, customer: dict[str, str], client: HearthClient) -> None:
    assert (client.live().status, client.ready().status) == ("live", "ready")
    assert client.get_metadata().token_endpoint.endswith("/auth/token/v1")
    assert client.get_jwks().keys
    assert client.post_token("read:buildings").scope == "read:buildings"
    narrow = HearthClient(server.url, customer["clientId"], customer["clientSecret"], scope="read:buildings")
    with narrow, pytest.raises(Forbidden, match="write:buildings"):
        narrow.add_building(Building(customer_building_id="house-9"))
    with HearthClient(server.url, customer["clientId"], "wrong") as wrong, pytest.raises(Unauthorized):
        list(wrong.list_buildings())


async def test_async(server: Server, customer: dict[str, str]) -> None:
    async with AsyncHearthClient(server.url, customer["clientId"], customer["clientSecret"]) as client:
        for number in range(5):
            await client.add_building(Building(customer_building_id=f"async-{number}"))
        found = [each.customer_building_id async for each in client.list_buildings(page_size=2, search="async")]
        assert found == [f"async-{number}" for number in range(5)]


def test_a_server_that_is_killed_costs_no_event(server: Server, client: HearthClient) -> None:
    client.add_building(Building(customer_building_id="outage"))
    now = int(time.time()) - 1_000
    refused: list[RefusedEvent] = []
    killed = server.ingest_pid()
    pauses = Retries(first_pause_seconds=0.05, longest_pause_seconds=0.2)
    with EventBatcher(client, refused.append, most_per_request=10, longest_wait_seconds=0.01, pauses=pauses) as batcher:
        for number in range(100):
            event = power(datetime.fromtimestamp(now + number, UTC), number)
            batcher.add(msgspec.structs.replace(event, customer_building_id="outage"))
            if number == 30:
                server.kill_ingest()
        server.wait_until_ready()
        batcher.close(PATIENCE_SECONDS)
    assert server.ingest_pid() != killed
    assert refused == []
    stored = [event.value for event in client.list_events("outage", event_types=["POWER_CONSUMPTION"])]
    assert stored == list(range(100))

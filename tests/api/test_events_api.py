"""Events over HTTP: what the API does before the intake, and reading back."""

import gzip
from array import array
from typing import Any

import httpx2
import pytest

from hearth.api.wire.events import Event
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.customers import Customer
from hearth.domain.events import EventColumns, LogEntry, LogKind
from hearth.ports import Store
from hearth.testing.clocks import MovableClock


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


async def test_bodies_reach_the_intake_as_they_are(api: httpx2.AsyncClient, intake: Any, customer: Customer) -> None:
    one = await api.post("/events/v1", content=b'{"value": 1}')
    assert (one.status_code, one.content) == (201, b"")
    batch = await api.post("/events/batch/v1", content=b"[]")
    assert (batch.status_code, batch.content) == (200, b"")
    assert intake.taken == [(customer.id, b'{"value": 1}', False), (customer.id, b"[]", True)]
    assert one.headers["x-request-id"] != batch.headers["x-request-id"]


async def test_gzip_is_accepted(api: httpx2.AsyncClient, intake: Any) -> None:
    for plain in (b'{"value": 1}', b'["' + bytes(range(48, 58)) * 90_000 + b'"]'):
        answer = await api.post("/events/v1", content=gzip.compress(plain, mtime=0), headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 201
        assert intake.taken[-1][1] == plain


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"x" * 200_001, None, 413),
        (gzip.compress(b"0" * 1_000_001, mtime=0), "gzip", 413),
        (gzip.compress(b"0" * 100, mtime=0)[:-5], "gzip", 400),
        (gzip.compress(b"0" * 100, mtime=0) + b"more", "gzip", 400),
        (b"not gzip", "gzip", 400),
        (b"", "gzip", 400),
        (b"{}", "br", 415),
        (b"{}", "gzip, gzip", 415),
    ],
)
async def test_a_body_beyond_limits_or_unreadable_is_refused(
    api: httpx2.AsyncClient, intake: Any, body: bytes, encoding: str | None, status: int
) -> None:
    headers = {} if encoding is None else {"Content-Encoding": encoding}
    answer = await api.post("/events/v1", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert intake.taken == []


async def test_a_long_body_without_a_length_is_refused_too(api: httpx2.AsyncClient, intake: Any) -> None:
    async def chunks() -> Any:
        for _ in range(5):
            yield b"x" * 50_000

    assert (await api.post("/events/batch/v1", content=chunks())).status_code == 413
    assert intake.taken == []


async def test_what_the_intake_refuses_becomes_a_problem(api: httpx2.AsyncClient, intake: Any) -> None:
    intake.refusal = Problem("invalid", "two are wrong", (FieldProblem("/0/type", "unknown"), FieldProblem("/3/value", "NaN")))
    answer = await api.post("/events/v1", content=b"[]")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"pointer": "/0/type", "detail": "unknown"}, {"pointer": "/3/value", "detail": "NaN"}]
    for code, status in (("too_many_requests", 429), ("unavailable", 503)):
        intake.refusal = Problem(code, "later", retry_after_seconds=7)  # type: ignore[arg-type]
        answer = await api.post("/events/v1", content=b"[]")
        assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")


START = 1_766_275_200  # 2025-12-21T00:00Z, eleven days before the clock's present


@pytest.fixture
async def stored(api: httpx2.AsyncClient, api_store: Store, customer: Customer, clock: MovableClock) -> None:
    """Five quarter-hourly events of two series of house-1, and one ten days later."""
    building = (await api.post("/buildings/v1", json={"customerBuildingId": "house-1"})).json()
    with api_store.write() as session:
        power = session.series.find_or_add(customer.id, building["id"], "POWER_CONSUMPTION", "meter-1", "SMART_METER", "Meter")
        energy = session.series.find_or_add(customer.id, building["id"], "ENERGY_GENERATION", "inverter-1", "INVERTER", None)
        seconds = [START, START + 900, START + 900, START + 1_800, START + 2_700, START + 864_000]
        columns = EventColumns(
            series_ids=array("i", [power.id, power.id, energy.id, power.id, energy.id, power.id]),
            times_ms=array("q", [second * 1_000 for second in seconds]),
            values=array("d", [100.0, 200.5, 12.0, 300.0, 14.0, 999.0]),
        )
        session.events.append(
            [LogEntry(sequence=1, customer_id=customer.id, kind=LogKind.LIVE, received_at_ms=clock.now_ms(), columns=columns)]
        )


async def read(api: httpx2.AsyncClient, query: str) -> list[tuple[int, float]]:
    answer = await api.get(f"/events/v1?customerBuildingId=house-1&{query}")
    assert answer.status_code == 200, answer.text
    return [(one["timestamp"] - START, one["value"]) for one in answer.json()]


@pytest.mark.usefixtures("stored")
async def test_events_come_back_in_the_wire_form_and_in_order(api: httpx2.AsyncClient, customer: Customer) -> None:
    answer = await api.get(f"/events/v1?customerBuildingId=house-1&from={START}&to={START + 3_600}")
    events = answer.json()
    assert events[1] == {
        "timestamp": START + 900,
        "customerId": customer.id,
        "customerBuildingId": "house-1",
        "deviceId": "meter-1",
        "deviceName": "Meter",
        "value": 200.5,
        "type": "POWER_CONSUMPTION",
        "source": "SMART_METER",
        "forecastTimestamp": None,
    }
    assert [(one["timestamp"] - START, one["value"]) for one in events] == [
        (0, 100.0),
        (900, 200.5),
        (900, 12.0),
        (1_800, 300.0),
        (2_700, 14.0),
    ]
    for one in events:
        Event.model_validate(one)


@pytest.mark.usefixtures("stored")
async def test_from_is_inclusive_and_to_exclusive(api: httpx2.AsyncClient) -> None:
    only = "type=POWER_CONSUMPTION"
    assert await read(api, f"{only}&from={START + 900}&to={START + 1_800}") == [(900, 200.5)]
    assert await read(api, f"{only}&from=2025-12-21T00:15:00Z&to=2025-12-21T01:30:01%2B01:00") == [(900, 200.5), (1_800, 300.0)]
    assert await read(api, f"{only}&from={START + 900}000&to={START + 1_800}001") == [(900, 200.5), (1_800, 300.0)]
    assert await read(api, f"to={START + 864_001}") == [(864_000, 999.0)]  # from: a day before
    assert await read(api, "") == [(864_000, 999.0)]  # exactly a day ago, and from is inclusive
    assert await read(api, f"from={START}") == [
        (0, 100.0),
        (900, 200.5),
        (900, 12.0),
        (1_800, 300.0),
        (2_700, 14.0),
        (864_000, 999.0),
    ]


@pytest.mark.usefixtures("stored")
async def test_types_filter_repeated_or_with_commas(api: httpx2.AsyncClient) -> None:
    span = f"from={START}&to={START + 3_600}"
    assert await read(api, f"type=ENERGY_GENERATION&{span}") == [(900, 12.0), (2_700, 14.0)]
    both = await read(api, f"type=ENERGY_GENERATION,POWER_CONSUMPTION&{span}")
    assert both == await read(api, f"type=ENERGY_GENERATION&type=POWER_CONSUMPTION&{span}") == await read(api, span)


@pytest.mark.usefixtures("stored")
async def test_pages_follow_each_other_without_gap_or_repeat(api: httpx2.AsyncClient) -> None:
    whole = await read(api, f"from={START}")
    for limit in (1, 2, 4):
        url, seen = f"/events/v1?customerBuildingId=house-1&from={START}&to={START + 9 * 86_400 * 2}&limit={limit}", []
        while url:
            page = await api.get(url)
            assert 0 < len(page.json()) <= limit
            seen += [(one["timestamp"] - START, one["value"]) for one in page.json()]
            url = page.links.get("next", {}).get("url", "")
        assert seen == whole


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("type=POWER_CONSUMTION", "did you mean POWER_CONSUMPTION?"),
        ("from=yesterday", "ISO 8601"),
        ("from=2026-01-01T00:00:00", "offset"),
        ("from=nan", "epoch seconds"),
        ("to=1e300", "epoch seconds"),
        ("from=20&to=10", "from is later than to"),
        ("limit=0", "greater"),
        ("limit=10001", "less"),
        ("after=x", "Link header"),
    ],
)
async def test_a_wrong_parameter_is_400(api: httpx2.AsyncClient, query: str, words: str) -> None:
    answer = await api.get(f"/events/v1?customerBuildingId=house-1&{query}")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


@pytest.mark.usefixtures("stored")
async def test_events_of_an_unknown_or_foreign_building_are_404(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    assert (await api.get("/events/v1?customerBuildingId=never")).status_code == 404
    assert (await other_api.get(f"/events/v1?customerBuildingId=house-1&from={START}")).status_code == 404
    assert (await api.get("/events/v1")).status_code == 400

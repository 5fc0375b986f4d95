"""Prices by the API: what a tariff says of a span, dynamic slices and what is wrong with them; and the page that shows it.

To write what is answered now into the page: UPDATE=1 python -m pytest tests/api/test_tariffs_api.py
"""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.api.manual_calls import assert_calls_give_what_is_shown

from hearth.services.buildings import MOST_DAYS_OF_PRICES

PAGE = Path(__file__).parents[2] / "docs/integrate/tariffs.md"
PRICES = "/buildings/home-1/tariff/prices/v1"
NIGHT = {f"{day}{end}": text for day in ("monday", "tuesday") for end, text in (("StartTime", "22:00"), ("EndTime", "06:00"))}


async def add(api: httpx2.AsyncClient, tariff: dict[str, Any] | None, name: str = "home-1") -> None:
    settings = {"tariff": tariff}
    body = {"customerBuildingId": name, "timeZoneId": "Europe/Zurich", "settings": settings}
    assert (await api.post("/buildings/v1", json=body)).status_code == 201


async def prices(api: httpx2.AsyncClient, start: str, end: str) -> list[dict[str, Any]]:
    answer = await api.get(PRICES, params={"from": start, "to": end})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_what_a_tariff_says_of_a_span(api: httpx2.AsyncClient) -> None:
    await add(api, {"type": "DUAL", "minPrice": "0.1800", "maxPrice": "0.30", "dual": {"lowTariff": NIGHT}})
    assert await prices(api, "2026-06-01T12:00:00+02:00", "2026-06-02T12:00:00+02:00") == [
        {"start": 1780308000, "end": 1780344000, "price": "0.30", "isLowTariff": False},
        {"start": 1780344000, "end": 1780372800, "price": "0.1800", "isLowTariff": True},
        {"start": 1780372800, "end": 1780394400, "price": "0.30", "isLowTariff": False},
    ]
    assert await prices(api, "1780344000", "1780344001") == [
        {"start": 1780344000, "end": 1780344001, "price": "0.1800", "isLowTariff": True}
    ]


async def test_what_is_not_known_is_left_out(api: httpx2.AsyncClient) -> None:
    await add(api, {"type": "DUAL", "dual": {"lowTariff": NIGHT}})
    (low,) = await prices(api, "1780344000", "1780345000")
    assert low == {"start": 1780344000, "end": 1780345000, "price": None, "isLowTariff": True}
    await add(api, None, "home-2")
    assert (await api.get("/buildings/home-2/tariff/prices/v1?from=1780344000&to=1780345000")).json() == []
    slices = [{"start": 1780347600, "end": 1780351200, "price": "0.0000001"}]
    assert (await api.put("/buildings/home-2/tariff/v1", json={"slices": slices})).status_code == 200
    found = (await api.get("/buildings/home-2/tariff/prices/v1?from=1780344000&to=1780355000")).json()
    assert found == [{"start": 1780347600, "end": 1780351200, "price": "0.0000001", "isLowTariff": False}]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=1780344000", "to"),
        ("from=1780344000&to=1780344000", "empty"),
        ("from=1780344000&to=1780343000", "empty"),
        (f"from=0&to={MOST_DAYS_OF_PRICES * 86_400 + 1}", f"at most {MOST_DAYS_OF_PRICES} days"),
        ("from=yesterday&to=1780344000", "epoch seconds"),
    ],
)
async def test_a_span_that_cannot_be_answered_is_refused(api: httpx2.AsyncClient, query: str, words: str) -> None:
    await add(api, {"type": "SINGLE", "single": {"price": "0.27"}})
    answer = await api.get(f"{PRICES}?{query}")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    longest = await api.get(f"{PRICES}?from=0&to={MOST_DAYS_OF_PRICES * 86_400}")
    assert longest.json() == [{"start": 0, "end": MOST_DAYS_OF_PRICES * 86_400, "price": "0.27", "isLowTariff": False}]


async def test_prices_are_the_customers_own(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    await add(api, {"type": "SINGLE", "single": {"price": "0.27"}})
    assert (await other_api.get(f"{PRICES}?from=0&to=3600")).status_code == 404


async def foreseen(api: httpx2.AsyncClient, tariff: dict[str, Any] | None, start: str, end: str) -> httpx2.Response:
    return await api.post(PRICES, params={"from": start, "to": end}, json={"tariff": tariff})


@pytest.mark.parametrize(
    ("monday", "next_monday", "hours", "low"),
    [
        # Sunday, 29 March: 02:30 is skipped. The week lasts 167 hours.
        ("2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00", ("02:30", "04:00"), (1774746000, 1774749600)),
        # Sunday, 25 October: 02:30 comes twice, and so does 02:45. The week lasts 169 hours.
        ("2026-10-19T00:00:00+02:00", "2026-10-26T00:00:00+01:00", ("02:30", "02:45"), (1792888200, 1792892700)),
    ],
)
async def test_a_draft_says_of_a_week_in_which_clocks_are_moved_what_it_says_once_it_is_saved(
    api: httpx2.AsyncClient, monday: str, next_monday: str, hours: tuple[str, str], low: tuple[int, int]
) -> None:
    await add(api, {"type": "SINGLE", "single": {"price": "0.27"}})
    sunday = dict(zip(("sundayStartTime", "sundayEndTime"), hours, strict=True))
    draft = {"type": "DUAL", "minPrice": "0.18", "maxPrice": "0.30", "dual": {"lowTariff": sunday}}
    answer = await foreseen(api, draft, monday, next_monday)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(each["start"], each["end"], each["price"]) for each in found if each["isLowTariff"]] == [(*low, "0.18")]
    building = (await api.get("/buildings/home-1/v1")).json()
    assert building["settings"]["tariff"]["type"] == "SINGLE"  # nothing was stored
    assert (await api.put("/buildings/v1", json={**building, "settings": {"tariff": draft}})).status_code == 200
    assert found == await prices(api, monday, next_monday)


async def test_a_draft_is_refused_as_it_is_when_it_is_saved(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    await add(api, None)
    span = ("1780344000", "1780345000")
    assert (await foreseen(api, None, *span)).json() == []
    wrong = {"type": "SINGLE", "currency": "sfr", "single": {"price": "0,27"}}
    answer = await foreseen(api, wrong, *span)
    assert answer.status_code == 400
    body = {"customerBuildingId": "home-1", "settings": {"tariff": wrong}}
    saved = await api.put("/buildings/v1", json=body)
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/tariff/currency", "/tariff/single/price"]
    assert [each["pointer"] for each in saved.json()["errors"]] == ["/settings/tariff/currency", "/settings/tariff/single/price"]
    for lacking, words in (({"type": "SINGLE"}, "single.price"), ({"type": "DUAL"}, "dual.lowTariff")):
        refused = await foreseen(api, lacking, *span)
        assert (refused.status_code, words in refused.text) == (400, True)
    assert "empty" in (await foreseen(api, None, span[0], span[0])).json()["detail"]
    single = {"type": "SINGLE", "single": {"price": "0.27"}}
    assert (await foreseen(other_api, single, *span)).status_code == 404


def slice_of(start: object, end: object, price: object = "0.2") -> dict[str, Any]:
    return {"start": start, "end": end, "price": price}


@pytest.mark.parametrize(
    ("slices", "pointer", "words"),
    [
        ([slice_of(10, 20), slice_of(20, 20)], "/slices/1", "later than start"),
        ([slice_of(30, 40), slice_of(10, 31)], "/slices/0", "overlaps slice 1 at 30"),
        ([slice_of(10, 20), slice_of(10, 20)], "/slices/1", "overlaps slice 0 at 10"),
        ([slice_of(10, 20, "0,2")], "/slices/0/price", "pattern"),
        ([slice_of(10, 20, "1e3")], "/slices/0/price", "pattern"),
        ([slice_of(10, 20, 0.2)], "/slices/0/price", "string"),
        ([slice_of("10", 20)], "/slices/0/start", "number"),
        ([slice_of(1, 2)] * 40_001, "/slices", "40000"),
        (None, "/slices", "list"),
    ],
)
async def test_wrong_slices_are_refused_and_named(api: httpx2.AsyncClient, slices: Any, pointer: str, words: str) -> None:
    await add(api, None)
    answer = await api.put("/buildings/home-1/tariff/v1", json={"slices": slices})
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert any(each["pointer"].startswith(pointer) and words in each["detail"] for each in errors), errors
    assert (await api.get("/buildings/home-1/v1")).json()["settings"]["tariff"] is None


async def test_slices_are_refused_where_the_tariff_has_none(api: httpx2.AsyncClient) -> None:
    await add(api, {"type": "SINGLE", "single": {"price": "0.27"}})
    answer = await api.put("/buildings/home-1/tariff/v1", json={"slices": [slice_of(10, 20)]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/slices")
    assert "DYNAMIC" in answer.json()["detail"]


async def test_the_calls_of_the_page_give_what_it_shows(api: httpx2.AsyncClient) -> None:
    await add(api, None)
    await add(api, {"type": "DUAL", "minPrice": "0.1980", "maxPrice": "0.2735", "dual": {"lowTariff": NIGHT}}, "home-2")
    await assert_calls_give_what_is_shown(PAGE, api, calls=4)
    assert f"at most {MOST_DAYS_OF_PRICES} days" in PAGE.read_text(encoding="utf-8")

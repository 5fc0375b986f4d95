"""Buildings over HTTP: every field, every rule of api.md, and nothing of another customer."""

from typing import Any

import httpx2
import pytest

from hearth.domain.customers import Customer
from hearth.domain.limits import HouseholdLimits, QuietHours
from hearth.ports import Store
from hearth.testing.clocks import MovableClock


@pytest.fixture
def api_store(store: Store) -> Store:
    """Each database in turn."""
    return store


FULL: dict[str, Any] = {
    "customerBuildingId": "house-1",
    "zip": "3011",
    "city": "Bern",
    "countryCode": "CH",
    "timeZoneId": "Europe/Zurich",
    "kwp": 9.6,
    "registrationTimestamp": 1_700_000_000,
    "activationTimestamp": 1_700_000_100,
    "deactivatedTimestamp": None,
    "isEarlyAdopter": True,
    "userIds": ["anna@example.org", "ben:2"],
    "disabledNotifications": [{"ruleId": "a" * 24, "userId": "anna@example.org"}, {"ruleId": "b" * 24, "userId": None}],
    "inactiveRules": ["c" * 24],
    "activeRules": ["d" * 24],
    "rulesOperatorExclude": False,
    "devices": [{"id": "meter-1", "type": "SMART_METER", "name": "Main meter", "product_name": "EM 24"}],
    "settings": {
        "tariff": {
            "type": "DUAL",
            "currency": "CHF",
            "minPrice": "0.1",
            "maxPrice": "0.3150",
            "single": None,
            "dual": {
                "lowTariff": {
                    "mondayStartTime": "22:00",
                    "mondayEndTime": "06:00",
                    "sundayStartTime": "00:00",
                    "sundayEndTime": "23:59",
                }
            },
            "dynamic": None,
        }
    },
    "properties": {"pvTilt": 30, "persons": 4, "floorArea": 140.5, "heated": True, "note": "north wing"},
}


def minimal(building_id: str = "house-1", **more: Any) -> dict[str, Any]:
    return {"customerBuildingId": building_id, **more}


async def test_a_building_comes_back_as_it_was_added(api: httpx2.AsyncClient, customer: Customer, clock: MovableClock) -> None:
    added = await api.post("/buildings/v1", json=FULL)
    assert added.status_code == 201
    read = (await api.get("/buildings/house-1/v1")).json()
    assert read == added.json()
    device = read["devices"][0]
    seconds = clock.now_ms() // 1000
    assert device == {**FULL["devices"][0], "createdAt": seconds, "updatedAt": seconds, "discovered": False}
    low_tariff = read["settings"]["tariff"]["dual"]["lowTariff"]
    assert {key: value for key, value in low_tariff.items() if value is not None} == (
        FULL["settings"]["tariff"]["dual"]["lowTariff"]
    )
    assert {key: read["settings"]["tariff"][key] for key in ("type", "currency", "minPrice", "maxPrice")} == {
        "type": "DUAL",
        "currency": "CHF",
        "minPrice": "0.1",
        "maxPrice": "0.3150",
    }
    assert len(read["id"]) == 24
    assert read["customerId"] == customer.id
    assert read["geolocation"] == {"lat": 46.94809, "lon": 7.44744}
    assert read["profile"] is None
    unchanged = set(FULL) - {"devices", "settings"}
    assert {key: read[key] for key in unchanged} == {key: FULL[key] for key in unchanged}


async def test_the_geolocation_follows_the_city(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/buildings/v1", json=minimal(zip="3011", countryCode="CH"))).json()["geolocation"] is None
    moved = (await api.put("/buildings/v1", json=minimal(city="Genf", countryCode="CH"))).json()
    assert moved["geolocation"] == {"lat": 46.20222, "lon": 6.14569}
    sent = {**moved, "geolocation": {"lat": 1, "lon": 2}}
    assert (await api.put("/buildings/v1", json=sent)).json()["geolocation"] == moved["geolocation"]
    gone = (await api.put("/buildings/v1", json=minimal(city="Nirgendwo", countryCode="CH"))).json()
    assert gone["geolocation"] is None


async def test_what_is_not_sent_gets_its_default(api: httpx2.AsyncClient, clock: MovableClock) -> None:
    clock.advance(seconds=0.789)  # instants of ours are whole seconds
    building = (await api.post("/buildings/v1", json=minimal())).json()
    seconds = clock.now_ms() // 1000
    assert building["registrationTimestamp"] == building["activationTimestamp"] == seconds
    assert building["deactivatedTimestamp"] is None
    assert building["rulesOperatorExclude"] is True
    assert building["isEarlyAdopter"] is False
    assert building["timeZoneId"] == "Europe/Zurich"  # the customer's
    assert building["devices"] == building["userIds"] == building["inactiveRules"] == building["activeRules"] == []
    assert building["settings"]["tariff"] is None


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ({"countryCode": "DE"}, "Europe/Berlin"),
        ({"countryCode": "GB"}, "Europe/London"),
        ({"countryCode": "US", "city": "denver"}, "America/Denver"),
        ({"countryCode": "BR", "city": "São Paulo"}, "America/Sao_Paulo"),
        ({"countryCode": "DE", "timeZoneId": "Asia/Tokyo"}, "Asia/Tokyo"),
    ],
)
async def test_the_time_zone_follows_from_the_place_unless_named(
    api: httpx2.AsyncClient, place: dict[str, str], zone: str
) -> None:
    assert (await api.post("/buildings/v1", json=minimal(**place))).json()["timeZoneId"] == zone


async def test_adding_twice_is_409(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/buildings/v1", json=minimal())).status_code == 201
    again = await api.post("/buildings/v1", json=minimal())
    assert (again.status_code, again.json()["type"]) == (409, "urn:hearth:problem:conflict")


async def test_put_replaces_all_that_can_be_set_and_keeps_what_is_ours(api: httpx2.AsyncClient, clock: MovableClock) -> None:
    before = (await api.post("/buildings/v1", json=FULL)).json()
    clock.advance(seconds=60)
    answer = await api.put("/buildings/v1", json=minimal(devices=[{"id": "meter-1", "type": "SMART_METER", "name": "Renamed"}]))
    assert answer.status_code == 200
    after = answer.json()
    assert after["id"] == before["id"]
    assert after["registrationTimestamp"] == before["registrationTimestamp"]
    assert after["activationTimestamp"] == before["activationTimestamp"]
    assert after["zip"] is after["city"] is after["kwp"] is after["settings"]["tariff"] is None
    assert after["userIds"] == after["disabledNotifications"] == after["inactiveRules"] == []
    assert after["rulesOperatorExclude"] is True
    assert after["properties"] == {}
    device = after["devices"][0]
    assert device["name"] == "Renamed"
    assert device["product_name"] is None
    assert device["createdAt"] == before["devices"][0]["createdAt"]
    assert device["updatedAt"] == before["devices"][0]["updatedAt"] + 60


async def test_what_was_read_can_be_sent_back(api: httpx2.AsyncClient, clock: MovableClock) -> None:
    building = (await api.post("/buildings/v1", json=FULL)).json()
    clock.advance(seconds=60)
    assert (await api.put("/buildings/v1", json=building)).json() == building


async def test_put_of_an_unknown_building_is_404(api: httpx2.AsyncClient) -> None:
    assert (await api.put("/buildings/v1", json=minimal())).status_code == 404


async def test_deactivated_and_reactivated(api: httpx2.AsyncClient) -> None:
    await api.post("/buildings/v1", json=minimal(deactivatedTimestamp=1_760_000_000))
    assert (await api.get("/buildings/house-1/v1")).json()["deactivatedTimestamp"] == 1_760_000_000
    await api.put("/buildings/v1", json=minimal())
    assert (await api.get("/buildings/house-1/v1")).json()["deactivatedTimestamp"] is None


async def test_milliseconds_are_recognised(api: httpx2.AsyncClient) -> None:
    building = (await api.post("/buildings/v1", json=minimal(registrationTimestamp=1_700_000_000_500))).json()
    assert building["registrationTimestamp"] == 1_700_000_000.5


async def test_the_customer_id_cannot_be_another(api: httpx2.AsyncClient, customer: Customer, other_customer: Customer) -> None:
    assert (await api.post("/buildings/v1", json=minimal(customerId=other_customer.id))).status_code == 403
    assert (await api.post("/buildings/v1", json=minimal(customerId=customer.id))).status_code == 201
    assert (await api.put("/buildings/v1", json=minimal(customerId=other_customer.id))).status_code == 403


async def test_the_older_spelling_of_the_low_tariff_is_accepted(api: httpx2.AsyncClient) -> None:
    hours = {"tuesdayStartTime": "21:00", "tuesdayEndTime": "05:30"}
    building = (await api.post("/buildings/v1", json=minimal(settings={"lowTariffHourSetting": hours}))).json()
    tariff = building["settings"]["tariff"]
    assert tariff["type"] == "DUAL"
    assert tariff["dual"]["lowTariff"]["tuesdayStartTime"] == "21:00"
    assert tariff["dual"]["lowTariff"]["mondayStartTime"] is None
    assert building["settings"]["lowTariffHourSetting"] is None
    completed = minimal(settings={"tariff": {"type": "DUAL", "currency": "CHF"}, "lowTariffHourSetting": hours})
    tariff = (await api.put("/buildings/v1", json=completed)).json()["settings"]["tariff"]
    assert (tariff["currency"], tariff["dual"]["lowTariff"]["tuesdayEndTime"]) == ("CHF", "05:30")


async def test_limits_of_a_household_are_set_read_and_unset(
    api: httpx2.AsyncClient, api_store: Store, customer: Customer
) -> None:
    limits = {"quietHours": {"start": "22:00", "end": "07:00"}, "maxNotificationsPerDay": 3}
    building = (await api.post("/buildings/v1", json=minimal(settings=limits))).json()
    assert {key: building["settings"][key] for key in limits} == limits
    assert (await api.put("/buildings/v1", json=building)).json() == building
    with api_store.read() as session:
        stored = session.buildings.find(customer.id, "house-1")
    assert stored.limits == HouseholdLimits(quiet_hours=QuietHours(start="22:00", end="07:00"), most_per_day=3)
    building = (await api.put("/buildings/v1", json=minimal(settings={"maxNotificationsPerDay": 0}))).json()
    assert (building["settings"]["quietHours"], building["settings"]["maxNotificationsPerDay"]) == (None, 0)
    settings = (await api.put("/buildings/v1", json=minimal())).json()["settings"]
    assert settings["quietHours"] is settings["maxNotificationsPerDay"] is None


async def test_dynamic_slices_are_replaced_and_the_rest_stays(api: httpx2.AsyncClient) -> None:
    dynamic = {"slices": [{"start": 1_767_225_600, "end": 1_767_229_200, "price": "0.21"}]}
    tariff = {"type": "DYNAMIC", "currency": "EUR", "maxPrice": "0.9", "dynamic": dynamic}
    await api.post("/buildings/v1", json=minimal(city="Bern", settings={"tariff": tariff}))
    new = [
        {"start": 1_767_315_600, "end": 1_767_319_200, "price": "-0.0123"},
        {"start": 1_767_312_000, "end": 1_767_315_600, "price": "0.18"},
    ]
    answer = await api.put("/buildings/house-1/tariff/v1", json={"slices": new})
    assert answer.status_code == 200
    building = (await api.get("/buildings/house-1/v1")).json()
    assert building == answer.json()
    assert building["city"] == "Bern"
    assert building["settings"]["tariff"]["maxPrice"] == "0.9"
    assert building["settings"]["tariff"]["dynamic"]["slices"] == [new[1], new[0]]
    assert (await api.put("/buildings/unknown/tariff/v1", json={"slices": []})).status_code == 404


def slices(*pairs: tuple[int, int]) -> dict[str, Any]:
    listed = [{"start": start, "end": end, "price": "1"} for start, end in pairs]
    return {"tariff": {"type": "DYNAMIC", "dynamic": {"slices": listed}}}


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"customerBuildingId": "no spaces"}, "/customerBuildingId", "pattern"),
        ({"customerBuildingId": "a" * 101}, "/customerBuildingId", "pattern"),
        ({"customerBuildingId": "newline\n"}, "/customerBuildingId", "pattern"),
        ({"customerBuildingId": None}, "/customerBuildingId", "string"),
        ({"customerId": "short"}, "/customerId", "pattern"),
        ({"countryCode": "Switzerland"}, "/countryCode", "pattern"),
        ({"countryCode": "XX"}, "/countryCode", "ISO 3166-1"),
        ({"timeZoneId": "Europe/Berne"}, "/timeZoneId", "IANA"),
        ({"kwp": -1}, "/kwp", "greater"),
        ({"kwp": "9.6"}, "/kwp", "number"),
        ({"registrationTimestamp": -5}, "/registrationTimestamp", "epoch seconds"),
        ({"isEarlyAdopter": 1}, "/isEarlyAdopter", "boolean"),
        ({"userIds": ["a b"]}, "/userIds/0", "pattern"),
        ({"inactiveRules": ["a" * 23]}, "/inactiveRules/0", "pattern"),
        ({"activeRules": ["a" * 24, 5]}, "/activeRules/1", "string"),
        ({"disabledNotifications": [{"userId": "a"}]}, "/disabledNotifications/0/ruleId", "required"),
        ({"devices": [{"id": "ab"}]}, "/devices/0/id", "pattern"),
        ({"devices": [{"id": "abc", "type": "SMART_METRE"}]}, "/devices/0/type", "did you mean SMART_METER?"),
        ({"devices": [{"id": "abc", "name": ""}]}, "/devices/0/name", "pattern"),
        ({"devices": [{"id": "abc", "productName": "x"}]}, "/devices/0/productName", "did you mean product_name?"),
        ({"devices": [{"id": "abc"}, {"id": "abc"}]}, "/devices/1/id", "twice"),
        ({"custmerId": "x"}, "/custmerId", "did you mean customerId?"),
        ({"a/b~c": "x"}, "/a~1b~0c", "not known"),
        ({"city": "a\u0000b"}, "/city", "NUL"),
        ({"properties": {"deep": {"er": 1}}}, None, "valid"),
        ({"settings": {"quietHours": {"start": "22:00"}}}, "/settings/quietHours/end", "required"),
        ({"settings": {"quietHours": {"start": "22:00", "end": "7:00"}}}, "/settings/quietHours/end", "pattern"),
        ({"settings": {"quietHours": {"begin": "22:00"}}}, "/settings/quietHours/begin", "known are start, end"),
        ({"settings": {"quietHour": None}}, "/settings/quietHour", "did you mean quietHours?"),
        ({"settings": {"maxNotificationsPerDay": -1}}, "/settings/maxNotificationsPerDay", "greater"),
        ({"settings": {"maxNotificationsPerDay": 1_001}}, "/settings/maxNotificationsPerDay", "less"),
        ({"settings": {"maxNotificationsPerDay": "3"}}, "/settings/maxNotificationsPerDay", "integer"),
        ({"settings": {"tarif": {}}}, "/settings/tarif", "did you mean tariff?"),
        ({"settings": {"tariff": {"type": "TRIPLE"}}}, "/settings/tariff/type", "SINGLE"),
        ({"settings": {"tariff": {"type": "SINGLE"}}}, "/settings/tariff", "single.price"),
        ({"settings": {"tariff": {"type": "DUAL"}}}, "/settings", "dual.lowTariff"),
        ({"settings": {"tariff": {"type": "SINGLE", "single": {"price": 0.2}}}}, "/settings/tariff/single/price", "string"),
        ({"settings": {"tariff": {"type": "SINGLE", "single": {"price": "1,2"}}}}, "/settings/tariff/single/price", "pattern"),
        (
            {"settings": {"lowTariffHourSetting": {"mondayStartTime": "24:00", "mondayEndTime": "06:00"}}},
            "/settings/lowTariffHourSetting/mondayStartTime",
            "pattern",
        ),
        ({"settings": {"lowTariffHourSetting": {"mondayStartTime": "22:00"}}}, "/settings/lowTariffHourSetting", "mondayEndTime"),
        ({"settings": slices((20, 10))}, "/settings/tariff/dynamic/slices/0", "later"),
        ({"settings": slices((20, 40), (10, 30))}, "/settings/tariff/dynamic/slices/0", "overlaps slice 1"),
    ],
)
async def test_a_wrong_field_is_400_and_named(
    api: httpx2.AsyncClient, change: dict[str, Any], pointer: str | None, words: str
) -> None:
    answer = await api.post("/buildings/v1", json={**minimal(), **change})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "urn:hearth:problem:invalid"
    if pointer is not None:
        assert problem["errors"][0]["pointer"] == pointer
    assert words in problem["errors"][0]["detail"]
    assert (await api.get("/buildings/v1")).json() == []


async def test_all_wrong_fields_are_named_at_once(api: httpx2.AsyncClient) -> None:
    problem = (await api.post("/buildings/v1", json=minimal("a b", kwp="x", userIds=["", "ok"]))).json()
    assert {error["pointer"] for error in problem["errors"]} == {"/customerBuildingId", "/kwp", "/userIds/0"}


async def test_the_list_is_paged_by_links(api: httpx2.AsyncClient) -> None:
    names = [f"house-{number:02}" for number in range(7)]
    for name in reversed(names):
        await api.post("/buildings/v1", json=minimal(name))
    everything = await api.get("/buildings/v1")
    assert [one["customerBuildingId"] for one in everything.json()] == names
    assert "link" not in everything.headers
    url, seen, pages = "/buildings/v1?limit=3", [], 0
    while url:
        page = await api.get(url)
        seen += [one["customerBuildingId"] for one in page.json()]
        pages += 1
        url = page.links.get("next", {}).get("url", "")
    assert (seen, pages) == (names, 3)
    exact = await api.get("/buildings/v1?limit=7")
    assert "link" not in exact.headers
    for bad in ("limit=0", "limit=1001", "limit=x", "after=a%20b"):
        answer = await api.get(f"/buildings/v1?{bad}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == bad.partition("=")[0]


async def test_erasing_is_202_and_final(api: httpx2.AsyncClient) -> None:
    await api.post("/buildings/v1", json=minimal())
    erased = await api.delete("/buildings/house-1/v1")
    assert (erased.status_code, erased.content) == (202, b"")
    assert (await api.get("/buildings/house-1/v1")).status_code == 404
    assert (await api.delete("/buildings/house-1/v1")).status_code == 404
    assert (await api.post("/buildings/v1", json=minimal())).status_code == 201


async def test_nothing_of_another_customer_is_visible(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    await api.post("/buildings/v1", json=minimal(city="Bern"))
    assert (await other_api.get("/buildings/v1")).json() == []
    unknown = (await other_api.get("/buildings/never/v1")).json()
    foreign = await other_api.get("/buildings/house-1/v1")
    assert {**foreign.json(), "requestId": ""} == {**unknown, "requestId": ""}
    assert foreign.status_code == 404
    assert (await other_api.put("/buildings/v1", json=minimal(city="Basel"))).status_code == 404
    assert (await other_api.put("/buildings/house-1/tariff/v1", json={"slices": []})).status_code == 404
    assert (await other_api.delete("/buildings/house-1/v1")).status_code == 404
    assert (await other_api.post("/buildings/v1", json=minimal(city="Basel"))).status_code == 201
    assert (await api.get("/buildings/house-1/v1")).json()["city"] == "Bern"


@pytest.mark.parametrize("building_id", ["a%20b", "a%00b", "%2e%2e", "x" * 200])
async def test_an_id_that_fits_no_pattern_is_404(api: httpx2.AsyncClient, building_id: str) -> None:
    assert (await api.get(f"/buildings/{building_id}/v1")).status_code == 404


async def test_each_change_is_announced_to_the_engine(api: httpx2.AsyncClient, api_store: Store, customer: Customer) -> None:
    building = (await api.post("/buildings/v1", json=minimal())).json()
    await api.put("/buildings/v1", json=minimal(city="Bern"))
    await api.put("/buildings/house-1/tariff/v1", json={"slices": []})
    await api.delete("/buildings/house-1/v1")
    await api.post("/buildings/v1", json=minimal(kwp="wrong"))
    with api_store.read() as session:
        changes = session.changes.list_since_for_operator(0)
    assert [(one.customer_id, one.kind, one.building_id) for one in changes] == [(customer.id, "buildings", building["id"])] * 4


async def test_a_device_seen_in_events_stays_until_it_is_registered(
    api: httpx2.AsyncClient, api_store: Store, customer: Customer
) -> None:
    import msgspec

    from hearth.domain.buildings import Device

    await api.post("/buildings/v1", json=minimal())
    with api_store.write() as session:
        stored = session.buildings.find(customer.id, "house-1")
        assert stored is not None
        session.buildings.replace(msgspec.structs.replace(stored, devices=(Device(id="plug-9", discovered=True),)))
    building = (await api.get("/buildings/house-1/v1")).json()
    assert building["devices"][0]["discovered"] is True
    assert (await api.put("/buildings/v1", json=building)).json()["devices"] == building["devices"]
    assert (await api.put("/buildings/v1", json=minimal())).json()["devices"] == building["devices"]
    registered = (await api.put("/buildings/v1", json=minimal(devices=[{"id": "plug-9", "type": "SMART_PLUG"}]))).json()
    assert [(one["id"], one["type"], one["discovered"]) for one in registered["devices"]] == [("plug-9", "SMART_PLUG", False)]


async def test_buildings_are_searched_by_id_city_and_postal_code(api: httpx2.AsyncClient) -> None:
    for name, place in {
        "lake-1": {"city": "Thun", "zip": "3600", "countryCode": "CH"},
        "lake-2": {"city": "Bern", "zip": "3011", "countryCode": "CH"},
        "hill-1": {"city": "Bern", "zip": "3012", "countryCode": "CH"},
        "hill-2": {"city": "Zürich", "zip": "8001", "countryCode": "CH"},
        "hill-3": {"city": "Großenhain", "zip": "01558", "countryCode": "DE"},
    }.items():
        (await api.post("/buildings/v1", json={"customerBuildingId": name, **place})).raise_for_status()

    async def found(search: str, **asked: Any) -> list[str]:
        listed = (await api.get("/buildings/v1", params={"search": search, **asked})).raise_for_status().json()
        return [each["customerBuildingId"] for each in listed]

    assert await found("LAKE") == ["lake-1", "lake-2"]
    assert await found("bern") == ["hill-1", "lake-2"]
    assert await found("lake bern") == ["lake-2"]
    assert await found("360") == ["lake-1"]
    assert await found("zurich") == await found("ZÜRICH") == await found("Zu\u0308rich") == ["hill-2"]
    assert await found("grossen") == await found("großen") == ["hill-3"]
    assert await found("nowhere") == await found("%") == await found("_") == []
    assert (await api.get("/buildings/v1", params={"search": "x" * 201})).status_code == 400
    page = await api.get("/buildings/v1", params={"search": "bern", "limit": 1})
    assert [each["customerBuildingId"] for each in page.json()] == ["hill-1"]
    following = await api.get(page.links["next"]["url"])
    assert [each["customerBuildingId"] for each in following.json()] == ["lake-2"]
    assert "next" not in following.links

"""A member edits what a building costs and what stands in it: each change is the public API's, and noted in the audit log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, Author, new_author
from tests.browser.barriers import LOOKS_AND_LANGUAGES, assert_no_barrier, looking
from tests.running import Server, until

DUAL = {"type": "DUAL", "currency": "CHF", "minPrice": "0.1980", "maxPrice": "0.2735"}
NIGHT = {"mondayStartTime": "22:00", "mondayEndTime": "06:00"}
HEARD = {"customerBuildingId": HOME, "source": "GATEWAY", "type": "GRID_POWER_CONSUMPTION", "value": 230}


@pytest.fixture(scope="module")
def town(server: Server) -> Iterator[Author]:
    with new_author(server) as author:
        yield author


def add(author: Author, name: str, **given: Any) -> None:
    home = {"customerBuildingId": name, "timeZoneId": "Europe/Zurich", **given}
    author.api.post("/buildings/v1", json=home).raise_for_status()


def of(author: Author, name: str) -> dict[str, Any]:
    found: dict[str, Any] = author.api.get(f"/buildings/{name}/v1").raise_for_status().json()
    return found


def hours(page: Page) -> Locator:
    return page.get_by_role("region", name="Hours of high and low tariff").get_by_role("row")


def test_a_tariff_is_set_seen_before_it_is_saved_and_changed_in_its_kind(town: Author, page: Page) -> None:
    add(town, "house-1", kwp=4.5, settings={"maxNotificationsPerDay": 3})
    town.sign_in(page, "/buildings/house-1?tab=tariffs")
    page.get_by_role("button", name="Set a tariff").click()
    price = page.get_by_role("textbox", name="Price, per kWh")
    page.get_by_role("textbox", name="Currency").fill("sfr")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Give a number such as 0.2735")).to_be_visible()  # none was given: the server's word
    price.fill("0,2735x")
    expect(page.get_by_text("Give a number such as 0.2735")).to_be_visible()
    expect(page.get_by_text("No price of this week is known.")).to_be_visible()
    price.fill("0,2735")
    preview = page.get_by_role("region", name="This week, if you save it so")
    expect(preview.get_by_role("img", name="Step chart of the price")).to_be_visible()
    page.get_by_role("textbox", name="Currency").fill("CH")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Use three letters, such as CHF or EUR.")).to_be_visible()
    page.get_by_role("textbox", name="Currency").fill("chf")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_role("region", name="Tariff", exact=True)).to_contain_text("0.2735 CHF")

    page.get_by_role("button", name="Change …").click()
    page.get_by_label("Kind").select_option("High and low")
    page.get_by_role("textbox", name="High tariff, per kWh").fill("0.2735")
    page.get_by_role("textbox", name="Low tariff, per kWh").fill("0.1980")
    page.get_by_label("Monday, low from").fill("22:00")
    expect(page.get_by_text("Give both times, or none.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Give both times, or none.")).to_be_visible()
    page.get_by_label("Monday, low until").fill("06:00")
    expect(page.get_by_text("until the next day")).to_be_visible()
    expect(hours(page).filter(has_text="Tuesday")).to_contain_text("06:00 – 24:0000:00 – 06:00")
    low_price = page.get_by_role("textbox", name="Low tariff, per kWh")
    low_price.fill("0.1980x")
    expect(page.get_by_text("Give a number such as 0.2735")).to_be_visible()
    expect(hours(page).filter(has_text="Tuesday")).to_contain_text("06:00 – 24:0000:00 – 06:00")  # the last that could be
    low_price.fill("0.1980")
    expect(page.get_by_text("Give a number such as 0.2735")).to_have_count(0)
    page.get_by_role("button", name="All days like Monday").click()
    page.get_by_label("Sunday, low from").fill("00:00")
    page.get_by_label("Sunday, low until").fill("00:00")
    expect(page.get_by_text("a whole day")).to_be_visible()
    expect(hours(page).filter(has_text="Sunday")).to_contain_text("Never00:00 – 24:00")
    foreseen = hours(page).all_inner_texts()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(hours(page).filter(has_text="Sunday")).to_contain_text("Never00:00 – 24:00")
    assert hours(page).all_inner_texts() == foreseen
    home = of(town, "house-1")
    tariff = home["settings"]["tariff"]
    assert tariff | DUAL == tariff
    assert tariff["dual"]["lowTariff"] | NIGHT == tariff["dual"]["lowTariff"]
    assert (home["kwp"], home["settings"]["maxNotificationsPerDay"]) == (4.5, 3)

    page.goto(f"{town.console}/settings/audit?search=house-1")
    expect(page.get_by_role("listitem").filter(has_text="Building changed").first).to_contain_text(town.email)


def test_a_dynamic_tariff_keeps_its_prices_and_anothers_change_is_not_overwritten(town: Author, page: Page) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    slices = [
        {
            "start": int((now + timedelta(hours=at)).timestamp()),
            "end": int((now + timedelta(hours=at + 1)).timestamp()),
            "price": f"0.{at}",
        }
        for at in (1, 2)
    ]
    add(town, "house-2", settings={"tariff": {"type": "DYNAMIC", "dynamic": {"slices": slices}}})
    town.sign_in(page, "/buildings/house-2?tab=tariffs&dialog=tariff")
    expect(page.get_by_text("2 prices are stored. Prices are replaced through the API")).to_be_visible()
    page.get_by_role("textbox", name="Currency").fill("EUR")
    town.api.put("/buildings/v1", json={**of(town, "house-2"), "city": "Bern"}).raise_for_status()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this building meanwhile.")
    page.get_by_role("button", name="Load anew").click()
    expect(page.get_by_role("textbox", name="Currency")).to_have_value("")
    page.get_by_role("textbox", name="Currency").fill("EUR")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Tariff", exact=True)).to_contain_text("Stored prices2")
    home = of(town, "house-2")
    assert (home["city"], home["settings"]["tariff"]["currency"]) == ("Bern", "EUR")
    assert home["settings"]["tariff"]["dynamic"]["slices"] == slices

    page.get_by_role("button", name="Change …").click()
    page.get_by_label("Kind").select_option("None")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("No tariff is known")).to_be_visible()
    assert of(town, "house-2")["settings"]["tariff"] is None


def devices(page: Page, name: str) -> Locator:
    region = page.get_by_role("region", name="Devices").get_by_role("table")
    return region.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def test_devices_are_added_edited_taken_over_and_removed(town: Author, page: Page) -> None:
    town.sign_in(page, f"/buildings/{HOME}?tab=profile")
    expect(devices(page, "battery")).to_contain_text("Discovered in events")
    page.get_by_role("button", name="Add device").click()
    dialog = page.get_by_role("dialog", name="Add device")
    dialog.get_by_label("Id").fill("a b")
    expect(dialog.get_by_text("Use 3 to 64 letters")).to_be_visible()
    dialog.get_by_label("Id").fill("plug-1")
    dialog.get_by_label("Name").fill("Washing machine")
    dialog.get_by_role("combobox", name="Type").click()
    page.get_by_role("option", name="SMART_PLUG").click()
    dialog.get_by_label("Product").fill("Plug 3")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(devices(page, "plug-1")).to_contain_text("Washing machineSMART_PLUGPlug 3Registered")

    page.get_by_role("button", name="Add device").click()
    dialog.get_by_label("Id").fill("plug-1")
    expect(dialog.get_by_text("There is a device of this id already.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.get_by_role("button", name="Take over battery").click()
    taking = page.get_by_role("dialog", name="Take over battery")
    expect(taking.get_by_label("Id")).to_be_disabled()
    taking.get_by_label("Name").fill("Cellar")
    taking.get_by_role("button", name="Take over").click()
    expect(devices(page, "battery")).to_contain_text("CellarBATTERY–Registered")

    page.get_by_role("button", name="Edit plug-1").click()
    editing = page.get_by_role("dialog", name="Edit plug-1")
    town.api.put("/buildings/v1", json={**of(town, HOME), "city": "Bern"}).raise_for_status()
    editing.get_by_label("Name").fill("Dryer")
    editing.get_by_role("button", name="Save").click()
    expect(editing.get_by_role("alert")).to_contain_text("Somebody else has changed this building meanwhile.")
    editing.get_by_role("button", name="Load anew").click()
    expect(editing.get_by_label("Name")).to_have_value("Washing machine")
    editing.get_by_label("Name").fill("Dryer")
    editing.get_by_role("button", name="Save").click()
    expect(devices(page, "plug-1")).to_contain_text("Dryer")
    entered = [(each["id"], each["name"], each["type"]) for each in of(town, HOME)["devices"] if not each["discovered"]]
    assert entered == [("plug-1", "Dryer", "SMART_PLUG"), ("battery", "Cellar", "BATTERY")]

    page.get_by_role("button", name="Remove battery").click()
    removing = page.get_by_role("dialog", name="Remove battery?")
    removing.get_by_role("button", name="Cancel").last.click()  # the first is the cross
    expect(devices(page, "battery")).to_be_visible()
    page.get_by_role("button", name="Remove battery").click()
    removing.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status").filter(has_text="The device is removed.")).to_be_visible()
    expect(devices(page, "battery")).to_have_count(0)
    # As the dialog says: whatever goes on sending is discovered again.
    town.api.post("/events/v1", json={**HEARD, "deviceId": "battery"}).raise_for_status()
    until(lambda: [each["id"] for each in of(town, HOME)["devices"] if each["discovered"]] == ["meter", "battery"])


def test_who_may_only_read_is_offered_nothing_to_change(town: Author, page: Page) -> None:
    add(town, "house-3", devices=[{"id": "meter-1"}], settings={"tariff": {"type": "SINGLE", "single": {"price": "0.3"}}})
    town.add_member("reader@example.com", role="Viewer")
    town.sign_in(page, "/buildings/house-3?tab=tariffs&dialog=tariff", email="reader@example.com")
    expect(page.get_by_role("region", name="Tariff", exact=True)).to_contain_text("0.3")
    main = page.locator(".building-main")
    expect(main.get_by_role("button")).to_have_count(0)
    page.goto(f"{town.console}/buildings/house-3?tab=profile&dialog=removeDevice&device=meter-1")
    expect(devices(page, "meter-1")).to_be_visible()
    expect(main.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_the_forms_keep_nobody_out(town: Author, browser: Browser, scheme: str, width: int, language: str) -> None:
    name = f"look-{scheme}-{width}"
    add(town, name, devices=[{"id": "meter-1"}], settings={"tariff": {**DUAL, "dual": {"lowTariff": NIGHT}}})
    with looking(browser, scheme, width, language) as page:
        town.sign_in(page, f"/buildings/{name}?tab=tariffs&dialog=tariff", language=language)
        preview = page.locator(".tariff-preview svg").first
        expect(preview).to_be_visible()
        page.locator(".low-day input").nth(2).fill("01:00")  # a field with what is wrong
        expect(page.locator(".low-day [aria-invalid=true]")).to_be_visible()
        assert_no_barrier(page, preview)
        for dialog in ("device", "removeDevice"):
            page.goto(f"{town.console}/buildings/{name}?tab=profile&dialog={dialog}&device=meter-1")
            assert_no_barrier(page, page.get_by_role("dialog"))

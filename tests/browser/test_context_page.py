"""The page of context services: cells on a map and in a table, and a building's forecasts with their accuracy."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.authors import HOME, Author
from tests.browser.barriers import LOOKS, assert_no_barrier, looking

from hearth.connectors.system import SystemClock
from hearth.core.instants import HOUR_MS, utc_day
from hearth.domain.forecasts import DayScore, Forecast, HorizonScore, HourQuantiles


def tell_forecasts(author: Author, hours_ago: int = 0) -> None:
    """A forecast of consumption of the author's home, which stands in Bern, and how right the like of it was yesterday."""
    place = {"city": "Bern", "countryCode": "CH"}
    author.api.put("/buildings/v1", json={"customerBuildingId": HOME, "timeZoneId": "UTC", **place}).raise_for_status()
    hour_ms = SystemClock().now_ms() // HOUR_MS * HOUR_MS - hours_ago * HOUR_MS
    hours = tuple(HourQuantiles(100.0, 200.0 + 10 * (hour % 24), 700.0) for hour in range(73))
    forecast = Forecast(kind="CONSUMPTION", issued_at_ms=hour_ms, method="regression", hours=hours, learned_share=0.75)
    baselines = {"persistence": 3000.0, "yesterday": 7200.0, "last_week": 9600.0, "median_14_days": 4800.0}
    horizon = HorizonScore(
        first_hour=1, last_hour=24, hours=24, error_wh=2400.0, baseline_errors_wh=baselines, lit_hours=24, covered=18
    )
    score = DayScore(kind="CONSUMPTION", utc_day=utc_day(hour_ms) - 1, horizons=(horizon,))
    with author.server.opened() as installation, installation.store.write() as session:
        building = session.buildings.find(author.customer_id, HOME)
        assert building is not None
        session.forecasts.add(author.customer_id, building.id, forecast)
        session.forecasts.replace_score(author.customer_id, building.id, score)


def test_forecasts_and_cells_are_seen_and_a_stale_one_is_told(author: Author, page: Page) -> None:
    tell_forecasts(author)
    author.sign_in(page, "/context-services")
    consumption = page.get_by_role("region", name="Forecast of consumption", exact=True)
    expect(consumption).to_contain_text("73 hours, to")
    expect(consumption).to_contain_text("learned from the home’s past · 75 % learned")
    expect(consumption.get_by_role("img", name=re.compile(r"kWh in the next 24 hours"))).to_be_visible()
    row = consumption.get_by_role("row", name="1–24")
    expect(row).to_contain_text(re.compile(r"0\.1.*0\.3.*0\.4.*0\.2.*75 %"))
    counts = page.get_by_role("region", name="Forecasts", exact=True)
    expect(counts).to_contain_text("1of 1 building, fresh")
    expect(counts).to_contain_text("There was no run yet.")  # of generation

    page.get_by_role("combobox", name="Building").fill("nowhere")
    expect(page.get_by_text("There is no such building")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?building=nowhere$"))


def test_a_forecast_that_was_not_renewed_is_stale_on_the_page(author: Author, page: Page) -> None:
    tell_forecasts(author, hours_ago=4)
    author.sign_in(page, f"/context-services?building={HOME}")
    expect(
        page.get_by_role("region", name="Forecast of consumption", exact=True).get_by_text("stale", exact=True)
    ).to_be_visible()
    expect(page.get_by_role("region", name="Forecasts", exact=True)).to_contain_text("1 stale")


def test_a_buildings_page_and_this_one_are_visited_in_turn(author: Author, page: Page) -> None:
    tell_forecasts(author)
    author.sign_in(page, f"/buildings/{HOME}")
    menu = page.get_by_role("navigation", name="Main")
    on_building = page.get_by_role("region", name="Forecast against actual")
    on_context = page.get_by_role("region", name="Forecast of consumption", exact=True)
    for _ in range(2):
        expect(on_building).to_contain_text("No day of the last four weeks was foreseen")
        expect(on_building.get_by_role("img", name=re.compile(r"kWh in the next 24 hours"))).to_be_visible()
        menu.get_by_role("link", name="Context services").click()
        expect(on_context).to_contain_text("73 hours, to")
        expect(on_context.get_by_role("row", name="1–24")).to_be_visible()
        menu.get_by_role("link", name="Buildings").click()
        page.get_by_role("link", name=HOME, exact=True).click()
    expect(on_building.get_by_role("img", name=re.compile(r"kWh in the next 24 hours"))).to_be_visible()
    on_building.get_by_text("As a table").click()
    expect(on_building.get_by_role("region", name="As a table: The next 72 hours")).to_contain_text("0.1 – 0.7 kWh")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(author: Author, browser: Browser, scheme: Any, width: int) -> None:
    tell_forecasts(author)
    with looking(browser, scheme, width) as page:
        author.sign_in(page, "/context-services")
        expect(page.get_by_role("region", name="Forecast of consumption", exact=True)).to_be_visible()
        page.get_by_text("The cell as a table").click()
        expect(page.get_by_role("img", name="Map with 1 weather cell")).to_be_visible()
        assert_no_barrier(page, page.get_by_role("row", name="46.9° / 7.4°"))

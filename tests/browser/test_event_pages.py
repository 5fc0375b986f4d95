"""A member before the pages of events: what arrives, a search, a graph, and a real home's file that is imported."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.authors import HOME, Author, entry, new_author
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.metered_homes import file_of
from tests.running import Server

BATTERY = {"customerBuildingId": HOME, "deviceId": "battery", "source": "BATTERY", "type": "STATE_OF_CHARGE_RATE"}
METERED = "house-4711"


@pytest.fixture(scope="module")
def member(server: Server) -> Iterator[Author]:
    """Somebody with two homes, for all tests of this module: each looks at what no other changes."""
    with new_author(server) as author:
        home = {"customerBuildingId": METERED, "timeZoneId": "America/Los_Angeles"}
        author.api.post("/buildings/v1", json=home).raise_for_status()
        yield author


def arrive(member: Author, value: float) -> None:
    """Now: what came before may have been moved out of the log, of which Live shows the newest."""
    member.api.post("/events/v1", json={**BATTERY, "value": value}).raise_for_status()


def rows(page: Page) -> Locator:
    return page.get_by_role("table").get_by_role("row")


def broken_file(folder: Path) -> Path:
    """A real home's year, with a row that holds no number."""
    lines = file_of(1).read_text().splitlines(keepends=True)
    lines[69] = lines[69].rsplit(",", 1)[0] + ",n/a\n"
    path = folder / "home_01.csv"
    path.write_text("".join(lines))
    return path


def choose_file(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="CSV file").click()
    chooser.value.set_files(path)


def test_a_real_homes_file_is_imported_and_its_broken_row_told(member: Author, page: Page, tmp_path: Path) -> None:
    path = broken_file(tmp_path)
    member.sign_in(page, "/events")
    page.get_by_role("link", name="Import CSV").click()
    entry(page, "Building").fill(METERED)
    choose_file(page, path)

    preview = page.get_by_role("region", name="Preview").first
    expect(preview).to_contain_text("First 500 rows: 999 readings can be stored, 1 would be refused.")
    expect(entry(page, "consumption_wh")).to_have_value("ENERGY_CONSUMPTION (Wh)")
    expect(entry(page, "Time zone")).to_have_value("America/Los_Angeles")
    expect(preview.locator("td[data-wrong]")).to_have_text("n/a")
    expect(preview).to_contain_text("Line 70, generation_wh 'n/a' is not a finite number")

    page.get_by_role("button", name="Import the file").click()
    report = page.get_by_role("region", name="home_01.csv is imported")
    expect(report).to_contain_text("100% of the file: 17,519 readings stored, 1 refused.")
    expect(report).to_contain_text("Line 70, generation_wh")
    with page.expect_download() as download:
        report.get_by_role("button", name="Download what was refused").click()
    assert download.value.suggested_filename == "home_01-refused.csv"
    refused = Path(download.value.path()).read_text()
    assert refused == '"line","column","reason"\n"70","generation_wh","\'n/a\' is not a finite number"\n'

    report.get_by_role("link", name="See the graph").click()
    expect(page).to_have_url(re.compile(f"view=graph&building={METERED}&from=2016-08-01&to=2017-07-31"))
    graph = page.get_by_role("img", name=re.compile("ENERGY_CONSUMPTION · gateway.*ENERGY_GENERATION · gateway"))
    expect(graph).to_be_visible()
    page.get_by_role("radiogroup", name="View").get_by_text("Table").click()
    expect(page.get_by_role("table", name=re.compile("ENERGY_GENERATION · gateway"))).to_be_visible()
    expect(page).to_have_url(re.compile("as=table"))


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(member: Author, page: Page, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("when;kWh\n01.02.2024;1,5\n")
    member.sign_in(page, f"/events/import?building={METERED}")
    choose_file(page, path)
    expect(page.get_by_role("region", name="Preview").first).to_contain_text("0 readings can be stored")
    begin = page.get_by_role("button", name="Import the file")
    expect(begin).to_be_disabled()
    entry(page, "kWh").click()
    page.get_by_role("option", name="ENERGY_IMPORT (Wh)").click()
    expect(page.get_by_text("'01.02.2024' is no timestamp")).to_be_visible()
    entry(page, "Device id").fill("a b")
    expect(page.get_by_text("A device id has 3 to 64 characters")).to_be_visible()
    expect(begin).to_be_disabled()
    path.write_bytes("time,größe\n1,2\n".encode("latin-1"))
    choose_file(page, path)
    expect(page.get_by_text("This file is not UTF-8 text.")).to_be_visible()


def test_an_event_shows_as_it_arrives_and_not_while_paused(member: Author, page: Page) -> None:
    member.sign_in(page, "/events?building=home-1&types=%5B%22STATE_OF_CHARGE_RATE%22%5D")
    expect(page.get_by_role("status").filter(has_text="Listening")).to_be_visible()
    arrive(member, 41.5)
    expect(rows(page).nth(1)).to_contain_text("41.5 %")
    page.get_by_role("button", name="Pause").click()
    other = page.context.new_page()
    other.goto(page.url)
    for value in (42.5, 43.5):  # between two that another page sees this one has looked once
        arrive(member, value)
        expect(rows(other).nth(1)).to_contain_text(f"{value} %")
    other.close()
    expect(rows(page).nth(1)).to_contain_text("41.5 %")
    expect(rows(page).filter(has_text="42.5 %")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(rows(page).nth(1)).to_contain_text("43.5 %")
    expect(rows(page).filter(has_text="42.5 %")).to_have_count(1)


def test_who_has_paused_stays_so_when_searching_for_something_else(member: Author, page: Page) -> None:
    member.sign_in(page, f"/events?building={HOME}")
    expect(page.get_by_role("status").filter(has_text="Listening")).to_be_visible()
    arrive(member, 40.5)
    expect(rows(page).nth(1)).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    entry(page, "Building").fill("home-1x")
    expect(page.get_by_text("You have no building with this id.").first).to_be_visible()
    arrive(member, 40.5)  # what came before may have been compacted by now, and is no news then
    entry(page, "Building").fill(HOME)
    expect(rows(page).nth(1)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Paused")).to_be_visible()


def test_a_search_stands_in_the_address_and_is_exported(member: Author, page: Page) -> None:
    member.sign_in(page, f"/events?view=list&building={HOME}&from={member.first_day}&to={member.first_day}")
    expect(rows(page)).to_have_count(101)
    entry(page, "Device").fill("meter")
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(97)
    expect(page).to_have_url(re.compile("device=meter"))
    expect(rows(page).nth(1)).to_contain_text("GRID_POWER_CONSUMPTION")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == f"events-{HOME}.csv"
    assert len(Path(download.value.path()).read_text().splitlines()) == 97
    entry(page, "Building").fill("no-such-home")
    expect(page.get_by_text("You have no building with this id.")).to_be_visible()


def test_of_a_home_with_very_many_lines_one_chooses_first(member: Author, page: Page) -> None:
    member.api.post("/buildings/v1", json={"customerBuildingId": "hotel"}).raise_for_status()
    event = {**BATTERY, "customerBuildingId": "hotel", "timestamp": int(time.time()) - 60, "value": 50}
    names = [f"battery-{number}" for number in range(25)]
    other = {**event, "deviceId": "battery-0", "type": "POWER_CONSUMPTION"}
    sent = [{**event, "deviceId": name} for name in names] + [other]
    member.api.post("/events/batch/v1", json=sent).raise_for_status()
    member.sign_in(page, "/events?view=graph&building=hotel")
    hint = page.get_by_text("26 lines are too many for a graph; choose a device, or a few types.")
    expect(hint).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    types = entry(page, "Event types")
    types.click()
    page.get_by_role("option", name="POWER_CONSUMPTION").click()
    expect(page.get_by_role("img", name=re.compile("POWER_CONSUMPTION · battery-0"))).to_be_visible()
    page.goto(f"{member.console}/buildings/hotel?tab=events&types=%5B%22STATE_OF_CHARGE_RATE%22%5D")
    expect(page.get_by_text("25 lines are too many for a graph; choose a device, or a few types.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_import_that_is_cut_off_says_how_far_it_went_and_goes_on(member: Author, page: Page, tmp_path: Path) -> None:
    """Behind those who look at what arrived: it fills the log, which is then moved away."""
    path = tmp_path / "long.csv"
    start = 1_600_000_000
    path.write_text("timestamp,POWER_CONSUMPTION\n" + "".join(f"{start + 60 * each},{each % 500}\n" for each in range(40_000)))
    member.sign_in(page, f"/events/import?building={METERED}")
    choose_file(page, path)
    taken = []

    def cut(route: Any) -> None:
        taken.append(route)
        if len(taken) == 2:
            problem = {"code": "conflict", "detail": "Cut off."}
            route.fulfill(status=409, json=problem)
        else:
            route.continue_()

    lost = iter([True])

    def lose(route: Any) -> None:
        if next(lost, False):
            route.fulfill(status=409, json={"code": "conflict", "detail": "Lost."})
        else:
            route.continue_()

    page.route("**/imports/parts", cut)
    page.route("**/imports/end", lose)
    page.get_by_role("button", name="Import the file").click()
    report = page.get_by_role("region", name="The import was interrupted")
    expect(report).to_contain_text("Cut off.")
    expect(report).to_contain_text(re.compile(r"Everything up to line 1\d,\d{3} is stored"))
    expect(entry(page, "Building")).to_be_disabled()
    report.get_by_role("button", name="Go on").click()
    expect(report).to_contain_text("Lost.")
    report.get_by_role("button", name="Go on").click()  # nothing is left but to say that it ended
    done = page.get_by_role("region", name="long.csv is imported")
    expect(done).to_contain_text("100% of the file: 40,000 readings stored, 0 refused.")
    done.get_by_role("button", name="Import another file").click()
    expect(entry(page, "Building")).to_be_enabled()


def test_whoever_has_very_many_homes_is_told_what_to_choose(server: Server, page: Page) -> None:
    with new_author(server) as author:
        for hotel in ("hotel-a", "hotel-b", "hotel-c"):
            author.api.post("/buildings/v1", json={"customerBuildingId": hotel}).raise_for_status()
            event = {**BATTERY, "customerBuildingId": hotel, "timestamp": int(time.time()) - 60, "value": 50}
            sent = [{**event, "deviceId": f"battery-{number}"} for number in range(700)]
            sent.append({**event, "type": "POWER_CONSUMPTION"})
            author.api.post("/events/batch/v1", json=sent).raise_for_status()
        author.sign_in(page, "/events?view=list")
        hint = page.get_by_text(re.compile("^2[0-9]{3} series of all homes are too many to search at once; name a building"))
        expect(hint).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        entry(page, "Event types").click()
        page.get_by_role("option", name="POWER_CONSUMPTION", exact=True).click()
        expect(rows(page).filter(has_text="hotel-")).to_have_count(3)
        expect(hint).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(member: Author, browser: Browser, tmp_path: Path, scheme: Any, width: int) -> None:
    with looking(browser, scheme, width) as page:
        member.sign_in(page, f"/events?building={HOME}")
        expect(page.get_by_role("status").filter(has_text="Listening")).to_be_visible()
        arrive(member, 40.5)
        assert_no_barrier(page, rows(page).nth(1))
        page.goto(f"{member.console}/events?view=graph&building={HOME}&from={member.first_day}")
        assert_no_barrier(page, page.get_by_role("img", name=re.compile("STATE_OF_CHARGE_RATE")))
        page.goto(f"{member.console}/events/import?building={HOME}")
        path = tmp_path / "home.csv"
        path.write_text("time,consumption_wh\n2024-01-01T00:00Z,1\n2024-01-01T01:00Z,x\n")
        choose_file(page, path)
        assert_no_barrier(page, page.get_by_text("Line 3, consumption_wh"))

"""The pages of buildings, on a real server: a silent home is found, its year read, many changed at once, one erased."""

import csv
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.browser.authors import PASSWORD, Author, entry, new_author
from tests.browser.barriers import LOCALES, LOOKS_AND_LANGUAGES, assert_no_barrier, looking
from tests.browser.held_saves import edit_while_saving
from tests.browser.storytelling import Look, in_each_look, telling
from tests.metered_homes import file_of
from tests.running import Server, until

SILENT = "shed-7"
_ids = count(1)
Hour = tuple[datetime, float, float]


@pytest.fixture(scope="module")
def town(server: Server) -> Iterator[Author]:
    """A customer with a home that is heard of, one that fell silent, and some that were never heard."""
    with new_author(server) as author:
        for number in range(1, 7):
            add(author, f"flat-{number}", city="Bern" if number % 2 else "Zürich", countryCode="CH")
        add(author, SILENT, city="Thun", countryCode="CH", timeZoneId="UTC")
        # Later than the days of the home that is heard of, so that the server has seen both when it has seen this one.
        send(author, SILENT, [(datetime.now(UTC) - timedelta(days=3), 230.0)])
        send(author, "home-1", [(datetime.now(UTC), 230.0)])
        until(lambda: counts(author)["ACTIVE"] == 1 and counts(author)["SILENT"] == 1)
        yield author


def add(author: Author, name: str, **given: Any) -> None:
    author.api.post("/buildings/v1", json={"customerBuildingId": name, **given}).raise_for_status()


def readings_of(name: str, readings: list[tuple[datetime, float]]) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": at.timestamp(),
            "customerBuildingId": name,
            "deviceId": "meter",
            "source": "GATEWAY",
            "type": "GRID_POWER_CONSUMPTION",
            "value": value,
        }
        for at, value in readings
    ]


def send(author: Author, name: str, readings: list[tuple[datetime, float]]) -> None:
    """As history, at which no rule looks."""
    author.api.post("/events/batch/v1", json=readings_of(name, readings)).raise_for_status()


def counts(author: Author) -> dict[str, int]:
    """How many buildings there are of each status."""
    from hearth.connectors.system import SystemClock
    from hearth.services.building_lists import Asked, BuildingLists

    with author.server.opened() as installation:
        found = BuildingLists(installation.store, SystemClock()).list_page(author.customer_id, Asked(), None, 1).counts
    return {"ACTIVE": 0, "SILENT": 0, **found}


@pytest.fixture
def signed_in(town: Author, page: Page) -> Page:
    town.sign_in(page, "/buildings")
    expect(page.get_by_role("heading", name="Buildings", level=1)).to_be_visible()
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


@in_each_look
def test_a_silent_home_is_found_from_the_overview_opened_and_named_by_the_address(
    town: Author, browser: Browser, look: Look
) -> None:
    with telling(browser, look) as told:
        page, word = told.page, told.word
        page.goto(town.console)
        told.sign_in(town.email, PASSWORD)
        standing = page.get_by_role("region", name=word("standing.title"))
        standing.get_by_role("link", name=re.compile(word("standing.homes"))).click()
        expect(page).to_have_url(re.compile(r"stand=SILENT"))
        filters = page.get_by_role("navigation", name=word("buildings.byStatus"))
        chosen = filters.get_by_role("link", name=f"{word('buildings.status.SILENT')} 1")
        expect(chosen).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("row")).to_have_count(2)
        expect(page.get_by_role("status").filter(has_text=word("buildings.found_one", count=1))).to_have_count(1)
        expect(row(page, SILENT)).to_contain_text({"en": "3 days ago", "de": "vor 3 Tagen"}[told.language])
        page.reload()
        row(page, SILENT).get_by_role("link").click()
        expect(page.get_by_role("heading", name=SILENT, level=1)).to_be_visible()
        country = {"en": "Switzerland", "de": "Schweiz"}[told.language]
        expect(page.get_by_role("complementary", name=word("buildings.about"))).to_contain_text(f"Thun, {country}")
        tabs = page.get_by_role("navigation", name=word("buildings.tabs"))
        tabs.get_by_role("link", name=word("buildings.tab.events")).click()
        expect(page).to_have_url(re.compile(r"tab=events"))
        expect(page.get_by_role("img", name=re.compile("GRID_POWER_CONSUMPTION"))).to_be_visible()
        page.get_by_role("radiogroup", name=word("rule.view")).get_by_text(word("rule.asTable"), exact=True).click()
        expect(page).to_have_url(re.compile("as=table"))
        expect(page.get_by_role("table", name=re.compile("GRID_POWER_CONSUMPTION.*W"))).to_contain_text("230")
        tabs.get_by_role("link", name=word("buildings.tab.notifications")).click()
        page.get_by_role("link", name=word("buildings.toNotifications")).click()
        expect(page).to_have_url(re.compile(f"/notifications\\?building={SILENT}"))
        expect(page.get_by_role("heading", name=word("list.title"), level=1)).to_be_visible()


def test_the_list_is_searched_sorted_and_says_what_is_not_there(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("searchbox").fill("flat bern")
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="Building", exact=True).click()
    expect(page.get_by_role("columnheader", name="Building")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("flat-5")
    page.get_by_role("searchbox").fill("nowhere at all")
    expect(page.get_by_text("No building fits what you are looking for.")).to_be_visible()
    page.get_by_role("link", name="Show all buildings").click()
    expect(page.get_by_role("row")).to_have_count(9)


def test_many_are_changed_at_once_and_it_is_in_the_audit_log(town: Author, signed_in: Page) -> None:
    page = signed_in
    for name in ("flat-1", "flat-2"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("button", name="Change …").click()
    dialog = page.get_by_role("dialog", name="Change 2 buildings")
    tags = dialog.get_by_label("Add tags")
    tags.fill("pilot")
    tags.press("Enter")
    dialog.get_by_label("Early adopter").select_option("Yes")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="2 buildings changed.")).to_have_count(1)
    for name in ("flat-1", "flat-2"):
        expect(row(page, name)).to_contain_text("Early adopter")
        building = town.api.get(f"/buildings/{name}/v1").json()
        assert (building["isEarlyAdopter"], building["tags"]) == (True, ["pilot"])
    expect(row(page, "flat-3")).not_to_contain_text("pilot")
    page.goto(f"{town.console}/settings/audit?search=flat-2")
    expect(page.get_by_role("listitem").filter(has_text="Building changed").first).to_contain_text(town.email)


def test_a_home_is_quiet_until_it_sends_though_the_platform_knows_its_weather(town: Author, signed_in: Page) -> None:
    page = signed_in
    asked = f"{town.console}/api/events/kinds?building=flat-3"
    until(lambda: page.request.get(asked).json()["types"] == ["EXPECTED_OUTSIDE_TEMPERATURE"])
    page.goto(f"{town.console}/buildings/flat-3")
    expect(page.get_by_text("This building has not sent anything yet")).to_be_visible()
    expect(page.get_by_text("Never heard")).to_be_visible()


def test_a_home_edited_while_it_is_saved_is_told_of_as_saved(town: Author, signed_in: Page) -> None:
    page = signed_in
    page.goto(f"{town.console}/buildings/flat-5?tab=settings")
    field = page.get_by_label("Postal code", exact=True)
    edit_while_saving(page, "**/buildings/v1", page.get_by_role("button", name="Save"), field, "3011")


def test_what_is_edited_of_a_home_stays_where_asking_for_it_again_fails(town: Author, signed_in: Page) -> None:
    page, asked_again = signed_in, []
    page.clock.install()
    page.goto(f"{town.console}/buildings/flat-6?tab=settings")
    field = page.get_by_label("Postal code", exact=True)
    field.fill("3011")

    def fail(route: Route) -> None:
        asked_again.append(route)
        route.fulfill(status=500, json={"code": "internal"})

    page.route("**/buildings/flat-6/v1", fail)
    page.clock.fast_forward(60_000)  # it is no longer fresh, and asked for when the network is back
    page.evaluate("['offline', 'online'].forEach((each) => dispatchEvent(new Event(each)))")
    until(lambda: asked_again or page.wait_for_timeout(20))
    page.clock.run_for(1_000)
    expect(field).to_have_value("3011")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def test_a_home_is_added_set_and_erased_by_name_alone(town: Author, signed_in: Page) -> None:
    page, name = signed_in, f"new-{next(_ids)}"
    page.get_by_role("link", name="Add building").click()
    dialog = page.get_by_role("dialog", name="Add building")
    dialog.get_by_label("Id").fill("flat-1")
    dialog.get_by_label("City").fill("Bern")
    dialog.get_by_label("Country").fill("ch")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("There is a building of this id already.")).to_be_visible()
    dialog.get_by_label("Id").fill(name)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text("This building has not sent anything yet")).to_be_visible()

    page.get_by_role("navigation", name="Parts of this building").get_by_role("link", name="Settings").click()
    page.get_by_role("switch", name="Early adopter").check()
    users = page.get_by_role("combobox", name="Users")
    users.fill("anna@example.org")
    users.press("Enter")
    page.get_by_role("radio", name="All are off but those turned on here").check()
    page.get_by_role("checkbox", name="Quiet hours of its own").check()
    page.get_by_role("button", name="Add property").click()
    page.get_by_label("Name of property 1").fill("persons")
    page.get_by_label("Value of persons").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    building = town.api.get(f"/buildings/{name}/v1").json()
    assert (building["isEarlyAdopter"], building["userIds"], building["properties"]) == (
        True,
        ["anna@example.org"],
        {"persons": 4},
    )
    assert (building["rulesOperatorExclude"], building["city"]) == (False, "Bern")
    assert building["settings"]["quietHours"] == {"start": "22:00", "end": "07:00"}

    # What another has changed meanwhile is not overwritten.
    town.api.put("/buildings/v1", json={**building, "kwp": 5.5}).raise_for_status()
    page.get_by_role("switch", name="Early adopter").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this building meanwhile.")
    page.get_by_role("button", name="Load anew").click()
    expect(page.get_by_label("Installed PV power")).to_have_value("5.5")

    page.get_by_role("button", name="Actions").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="Export everything (ZIP)").click()
    assert downloading.value.suggested_filename == f"{name}.zip"
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Erase …").click()
    erasing = page.get_by_role("dialog", name=f"Erase {name}?")
    confirm = erasing.get_by_role("button", name="Erase for ever")
    erasing.get_by_label(f"Type {name} to confirm").fill(name[:-1])
    expect(confirm).to_be_disabled()
    erasing.get_by_label(f"Type {name} to confirm").fill(name)
    confirm.click()
    expect(page.get_by_role("heading", name="Buildings", level=1)).to_be_visible()
    expect(row(page, "flat-1")).to_be_visible()
    expect(row(page, name)).to_have_count(0)
    assert town.api.get(f"/buildings/{name}/v1").status_code == 404
    page.goto(f"{town.console}/buildings/{name}")
    expect(page.get_by_text("There is no such building, or it was erased.")).to_be_visible()


def zone_by_day() -> ZoneInfo:
    """A zone whose midnight is hours away: "yesterday" is the same day to a test and to the server, later."""
    zones = (ZoneInfo(name) for name in ("America/Los_Angeles", "Europe/Zurich"))
    return next(zone for zone in zones if 1 <= datetime.now(zone).hour < 22)


def rows_of_home(zone: ZoneInfo) -> list[Hour]:
    """(hour, consumption Wh, generation Wh) of the first metered home, its year moved to end yesterday."""
    with file_of(1).open() as file:
        rows = [
            (datetime.fromisoformat(line["hour_start_utc"]), float(line["consumption_wh"]), float(line["generation_wh"]))
            for line in csv.DictReader(file)
        ]
    today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    shift = timedelta(days=(today - rows[-1][0]).days)
    return [(at + shift, used, made) for at, used, made in rows]


@in_each_look
def test_the_file_of_a_real_home_is_imported_and_its_dashboard_equals_what_it_adds_up_to(
    town: Author, browser: Browser, look: Look, tmp_path: Path
) -> None:
    _, width, language = look
    home = f"metered-{language}-{width}"
    zone = zone_by_day()
    hours = rows_of_home(zone)
    path = tmp_path / "home_01.csv"
    lines = [f"{at:%Y-%m-%dT%H:%MZ},{used},{made}" for at, used, made in hours]
    path.write_text("\n".join(["hour_start_utc,consumption_wh,generation_wh", *lines]))
    add(town, home, timeZoneId=str(zone), countryCode="US")

    yesterday = datetime.now(zone).date() - timedelta(days=1)
    first_day = yesterday - timedelta(days=364)
    local = [(at.astimezone(zone), used, made) for at, used, made in hours]
    year = [(at, used, made) for at, used, made in local if first_day <= at.date() <= yesterday]
    used_kwh, made_kwh = (sum(each) / 1_000 for each in (([used for _, used, _ in year]), ([made for _, _, made in year])))
    night_kwh = sum(used for at, used, _ in year if at.hour >= 22 or at.hour < 6) / 1_000
    winter_kwh = sum(used for at, used, _ in year if at.month in (10, 11, 12, 1, 2, 3)) / 1_000
    month = (yesterday.replace(day=1) - timedelta(days=1)).replace(day=1)
    month_kwh = sum(used for at, used, _ in local if (at.year, at.month) == (month.year, month.month)) / 1_000

    with telling(browser, look) as told:
        page, word, press = told.page, told.word, told.press

        def written(value: float) -> str:
            return str(page.evaluate(f"{value:.0f}..toLocaleString('{LOCALES[language]}')"))

        page.goto(f"{town.console}/events")
        told.sign_in(town.email, PASSWORD)
        page.get_by_role("link", name=word("events.import.open")).click()
        entry(page, word("card.building")).fill(home)
        with page.expect_file_chooser() as chooser:
            press("events.import.file")
        chooser.value.set_files(path)
        press("events.import.begin")
        report = page.get_by_role("region", name=word("events.import.state.done", file="home_01.csv"))
        expect(report).to_contain_text(word("events.import.taken", share="100%", accepted=written(2 * len(hours)), refused=0))

        if width == 360:
            press("nav.menu")
        page.get_by_role("navigation", name=word("nav.label")).get_by_role("link", name=word("buildings.title")).click()
        row(page, home).get_by_role("link").click()
        figures = page.get_by_role("region", name=word("buildings.totals"))
        shown = {
            "energy.ENERGY_CONSUMPTION": f"{written(used_kwh)} kWh",
            "energy.ENERGY_GENERATION": f"{written(made_kwh)} kWh",
            "winterShare": f"{winter_kwh / used_kwh:.0%}",
            "nightShare": f"{night_kwh / used_kwh:.0%}",
        }
        for key, value in shown.items():
            expect(figures).to_contain_text(word(f"buildings.{key}") + value)
        expect(figures).to_contain_text(word("buildings.peakUnknown"))
        table = f"{word('buildings.asTable')}: {word('buildings.monthsTable')}"
        page.get_by_text(table).click()
        expect(page.get_by_role("region", name=table)).to_contain_text(f"{month:%Y}{written(month_kwh)}")
        points = page.get_by_role("region", name=word("buildings.points"))
        expect(points.get_by_role("listitem").filter(has_text="ENERGY_GENERATION").first).to_contain_text(written(len(hours)))
        expect(page.get_by_text(word("buildings.peersNone.GROUP_TOO_SMALL"))).to_be_visible()


@in_each_look
def test_a_pilot_home_alone_hears_the_early_adopters_rule_and_once_erased_nothing_of_it_is_left(
    author: Author, browser: Browser, look: Look
) -> None:
    common = {"condition": "COUNT($Power) >= 1", "ruleState": "ACTIVE"}
    rules = {name: author.add_rule(name=name, **common) for name in ("For everybody", "For pilots")}
    _, width, language = look
    pilot, user, other = f"pilot-{language}-{width}", f"zoe-{language}-{width}@example.org", "other-house"
    for name in (pilot, other):
        add(author, name, userIds=[user] if name == pilot else [])
    with telling(browser, look) as told:
        page, word, press = told.page, told.word, told.press
        page.goto(f"{author.console}/rules/{rules['For pilots']['id']}")
        told.sign_in(author.email, PASSWORD)
        page.get_by_role("switch", name=word("rule.place.isRestrictedToEarlyAdopters")).check()
        press("rule.save")
        expect(page.get_by_role("status").filter(has_text=re.compile(word("rule.saved")))).to_be_visible()
        page.goto(f"{author.console}/buildings/{pilot}?tab=settings")
        page.get_by_role("switch", name=word("buildings.early")).check()
        press("buildings.save")
        expect(page.get_by_role("status").filter(has_text=word("profile.saved"))).to_be_visible()
        for name in (other, pilot):
            author.api.post("/events/v1", json=readings_of(name, [(datetime.now(UTC), 230.0)])).raise_for_status()
        heard = {pilot: ["For everybody", "For pilots"], other: ["For everybody"]}
        names = {rule["id"]: name for name, rule in rules.items()}

        def heard_by(name: str) -> list[str]:
            found = author.api.get(f"/pushnotifications/buildings/{name}/v1").raise_for_status().json()
            return sorted(names[each["ruleId"]] for each in found)

        until(lambda: heard_by(pilot) == heard[pilot] and heard_by(other) == heard[other])
        for name, expected in heard.items():
            page.goto(f"{author.console}/buildings/{name}?tab=notifications")
            page.get_by_text(f"{word('buildings.asTable')}: {word('buildings.byRule')}").click()
            expect(page.get_by_role("table", name=word("buildings.byRule")).get_by_role("rowheader")).to_have_text(expected)

        home = author.api.get(f"/buildings/{pilot}/v1").json()
        made = author.api.get(f"/pushnotifications/buildings/{pilot}/v1").json()
        with database(author.server) as found:
            series_ids = {each for (each,) in found.execute("SELECT id FROM series WHERE building_id = ?", (home["id"],))}
            marks = [pilot, home["id"], user, *(each["id"] for each in made)]
            tables = tables_with(found, marks, series_ids)
        assert {"buildings", "series", "notifications", "outbox", "listed_buildings", "rule_states", "changes"} <= tables
        page.goto(f"{author.console}/buildings/{pilot}?dialog=erase")
        erasing = page.get_by_role("dialog", name=word("buildings.eraseTitle", id=pilot))
        erasing.get_by_label(word("buildings.eraseType", id=pilot)).fill(pilot)
        press("buildings.eraseIt", erasing)
        expect(page.get_by_role("heading", name=word("buildings.title"), level=1)).to_be_visible()
        expect(row(page, other)).to_be_visible()
        expect(row(page, pilot)).to_have_count(0)
    # Who erased what was called so; and to the engine, that a building of this random number is gone.
    with database(author.server) as found:
        assert tables_with(found, marks[:1], series_ids) == {"audit_log"}
        assert tables_with(found, marks[1:2], series_ids) == {"changes"}
        assert tables_with(found, marks[2:], series_ids) == set()


@contextmanager
def database(server: Server) -> Iterator[sqlite3.Connection]:
    """To look into beside the server."""
    with closing(sqlite3.connect(f"file:{server.folder / 'hearth.sqlite3'}?mode=ro", uri=True)) as found:
        yield found


def tables_with(found: sqlite3.Connection, marks: list[str], series_ids: set[int]) -> set[str]:
    """The tables with a row in which one of the marks stands, or that is of one of these series."""
    names = [name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = set()
    for name in names:
        rows = found.execute(f'SELECT * FROM "{name}"')
        columns = [column for column, *_ in rows.description]
        for values in rows:
            texts = [value if isinstance(value, bytes) else str(value).encode() for value in values]
            is_of_series = dict(zip(columns, values, strict=True)).get("series_id") in series_ids
            if is_of_series or any(mark.encode() in text for mark in marks for text in texts):
                tables.add(name)
    return tables


def test_who_may_only_read_is_offered_nothing_to_change(town: Author, page: Page) -> None:
    email = f"viewer{time.monotonic_ns()}@example.com"
    town.add_member(email, role="Viewer")
    town.sign_in(page, "/buildings", email=email)
    expect(row(page, "flat-1")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("link", name="Add building")).to_have_count(0)
    page.goto(f"{town.console}/buildings/flat-1?tab=settings")
    expect(page.get_by_role("switch", name="Early adopter")).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_the_pages_keep_nobody_out(town: Author, browser: Browser, scheme: str, width: int, language: str) -> None:
    with looking(browser, scheme, width, language) as page:
        town.sign_in(page, "/buildings", language=language)
        assert_no_barrier(page, page.get_by_role("link", name="flat-1", exact=True))
        page.goto(f"{town.console}/buildings/home-1")
        ready = (
            "#points-title",
            "#devices-title",
            ".building-main .tab-choices",
            ".event-graph canvas",
            ".building-main .panel.empty",
            "#properties-title",
        )
        tabs = page.locator(".building-main > .filters a")
        for number, shown in enumerate(ready):
            tabs.nth(number).click()
            assert_no_barrier(page, page.locator(shown).first)

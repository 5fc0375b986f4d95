"""Each predefined rule fires when it should and stays silent when it should not, with right figures in its texts."""

import csv
from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.metered_homes import file_of

import hearth
from hearth.domain.buildings import Building
from hearth.domain.catalogue import read_catalogue
from hearth.domain.events import EventColumns, LogEntry, LogKind, Series
from hearth.engine.buildings import BuildingState
from hearth.engine.compiled import compile_rule
from hearth.engine.effects import Effects
from hearth.engine.step import step
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rule_files import read_files

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text())
LANGUAGES = ("en", "de", "fr")
DRAFTS, DIAGNOSTICS = read_files(predefined_rule_texts(), CATALOGUE, LANGUAGES)
RULES = {draft.name: replace(draft, id=f"{index:024x}", customer_id="c", version=1) for index, draft in enumerate(DRAFTS)}
MORNING = datetime(2026, 6, 3, 6, tzinfo=UTC)  # 8 o'clock in Zurich
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def told(name, events, zone="Europe/Zurich"):
    """Feeds (instant, type, source, value) as live events in order -> generated and dropped notifications."""
    building = Building(
        id="b", customer_id="c", customer_building_id="home", time_zone_id=zone, registration_at_ms=0, activation_at_ms=0
    )
    state = BuildingState(building, [compile_rule(RULES[name], CATALOGUE)], {})
    keys = list(dict.fromkeys((kind, source) for _, kind, source, _ in events))
    for number, (kind, source) in enumerate(keys):
        state.add_series(
            Series(id=number, customer_id="c", building_id="b", event_type=kind, device_id=source.lower(), source=source)
        )
    columns = EventColumns(
        series_ids=array("i", [keys.index((kind, source)) for _, kind, source, _ in events]),
        times_ms=array("q", [round(at.timestamp() * 1000) for at, *_ in events]),
        values=array("d", [value for *_, value in events]),
    )
    effects = Effects()
    step(state.buffers, LogEntry(sequence=1, customer_id="c", kind=LogKind.LIVE, received_at_ms=0, columns=columns), effects)
    assert effects.faults == []
    notifications = [outcome.notification for outcome in effects.outcomes]
    return [each for each in notifications if each.drop_reason is None]


def message(notification, language="en"):
    return notification.content.texts[language].message


def test_all_check_without_any_remark_in_three_languages():
    assert DIAGNOSTICS == []
    assert len(RULES) >= 8
    for rule in RULES.values():
        assert rule.state == "ACTIVE"
        assert rule.time_between_triggers_seconds >= 20 * 3600, "no household gets a flood"
        for template in [rule.notification, *(case.notification for case in rule.cases)]:
            if template is not None:
                assert sorted(template.texts) == sorted(LANGUAGES)
                assert [text.title for text in template.texts.values() if not 0 < len(text.title) <= 40] == []


def yesterday(consumption, generation=None, at=MORNING):
    midnight = at.replace(hour=22) - DAY
    events = [(midnight, "ENERGY_CONSUMPTION_YESTERDAY", "GATEWAY", consumption)]
    if generation is not None:
        events.append((midnight, "ENERGY_GENERATION_YESTERDAY", "GATEWAY", generation))
    return [*events, *((at + 15 * MINUTE * n, "ENERGY_CONSUMPTION", "GATEWAY", 100) for n in range(-40, 8))]


@pytest.mark.parametrize(
    ("events", "case", "said"),
    [
        (yesterday(9_400), "Without solar power", "9.4 kWh"),
        (yesterday(9_400, 4_250), "With solar power", "made 4.2 kWh"),
        (yesterday(9_400, 31_260), "More produced than used", "31.3 kWh, more than the 9.4 kWh"),
    ],
)
def test_the_daily_report_comes_once_in_the_morning(events, case, said):
    (report,) = told("Daily energy report", events)
    assert report.created_at_ms == round((MORNING - HOUR).timestamp() * 1000)
    assert report.case_label == case
    assert said in message(report)


def test_there_is_no_daily_report_without_yesterdays_figures():
    assert told("Daily energy report", yesterday(9_400)[1:]) == []
    assert told("Daily energy report", yesterday(9_400, at=MORNING)[:20]) == []


def powers(*rows, every=15 * MINUTE):
    """Rows of {(type, source): value}, one per interval."""
    return [(MORNING + every * n, kind, source, value) for n, row in enumerate(rows) for (kind, source), value in row.items()]


GRID, SUN = ("GRID_POWER_CONSUMPTION", "GATEWAY"), ("POWER_GENERATION", "GATEWAY")
CHARGER, MODE = ("POWER_CONSUMPTION", "CAR_CHARGER"), ("CHARGING_MODE", "CAR_CHARGER")
LOW_TARIFF = ("IS_LOW_TARIFF_HOURS", "PLATFORM")


def test_high_excess_is_told_once_a_day():
    feeding = powers(*({GRID: -2000 if n % 2 else -1400} for n in range(60)))
    (advice,) = told("High excess energy available", feeding)
    assert "feeding 1.7 kW" in message(advice)
    assert "1,7 kW" in message(advice, "de")
    assert told("High excess energy available", powers(*({GRID: -1400} for _ in range(60)))) == []
    assert told("High excess energy available", powers({GRID: -9000})) == []


def test_solar_surplus_needs_both_energies_of_the_hour_and_no_grid_power():
    def hours(generation):
        return [
            (MORNING + HOUR * n, kind, "GATEWAY", value)
            for n in range(6)
            for kind, value in (("ENERGY_CONSUMPTION", 300), ("ENERGY_GENERATION", generation))
        ]

    (advice,) = told("Solar surplus this hour", hours(2_700))
    assert advice.created_at_ms == round(MORNING.timestamp() * 1000)
    assert "2.4 kWh more" in message(advice)
    assert told("Solar surplus this hour", hours(2_250)) == []
    grid = [(MORNING - HOUR + 15 * MINUTE * n, *GRID, -2000) for n in range(30)]
    assert told("Solar surplus this hour", sorted([*grid, *hours(2_700)])) == []
    alone = [event for event in hours(9_000) if event[1] == "ENERGY_GENERATION"]
    assert told("Solar surplus this hour", alone) == []


def test_solar_surplus_sums_quarter_hours():
    rows = [
        (MORNING + 15 * MINUTE * n, kind, "GATEWAY", value)
        for n in range(4)
        for kind, value in (("ENERGY_CONSUMPTION", 100), ("ENERGY_GENERATION", 725))
    ]
    (advice,) = told("Solar surplus this hour", rows)
    assert "2.5 kWh more" in message(advice)
    assert told("Solar surplus this hour", rows[:6]) == []


def charging(**changes):
    row = {MODE: 0, LOW_TARIFF: 0, SUN: 3000, GRID: 5000, CHARGER: 7400}
    row.update(
        {{"mode": MODE, "low": LOW_TARIFF, "sun": SUN, "grid": GRID, "charger": CHARGER}[k]: v for k, v in changes.items()}
    )
    steady = {key: row[key] for key in (SUN, GRID, CHARGER)}
    return powers(row, *([steady] * 8))


def test_a_car_that_charges_from_the_grid_under_the_sun_is_told_once():
    (advice,) = told("Car is charging with grid power", charging())
    assert "takes 7.4 kW; 5.0 kW come from the grid" in message(advice)
    for changes in ({"mode": 1}, {"sun": 0}, {"grid": 100}, {"charger": 0}):
        assert told("Car is charging with grid power", charging(**changes)) == []


def test_a_car_that_charges_in_high_tariff_hours_is_told_once():
    (advice,) = told("Car is charging in high tariff hours", charging(sun=0))
    assert "7.4 kW at the high tariff" in message(advice)
    without_panels = [event for event in charging(sun=0) if event[1] != "POWER_GENERATION"]
    assert len(told("Car is charging in high tariff hours", without_panels)) == 1
    for changes in ({"low": 1, "sun": 0}, {"sun": 3000}, {"grid": 0, "sun": 0}, {"charger": 0, "sun": 0}):
        assert told("Car is charging in high tariff hours", charging(**changes)) == []


def hourly(*values):
    """Wh per hour, the last one at MORNING."""
    last = len(values) - 1
    return [(MORNING + HOUR * (n - last), "ENERGY_CONSUMPTION", "GATEWAY", value) for n, value in enumerate(values)]


def test_unusually_high_consumption_compares_with_the_days_before():
    (advice,) = told("Unusually high consumption", hourly(*[500] * 13 * 24, *[800] * 24))
    assert "19.2 kWh in the last 24 hours; usual are 12.0 kWh" in message(advice)
    assert told("Unusually high consumption", hourly(*[500] * 13 * 24, *[740] * 24)) == []
    assert told("Unusually high consumption", hourly(*[500] * 11 * 24, *[800] * 24)) == [], "too short a past"


def test_always_on_consumption_compares_the_quietest_hours():
    day = [200, *[500] * 23]
    (advice,) = told("Always-on consumption above usual", hourly(*day * 13, *[600] * 24))
    # 13 days with a quietest hour of 200 Wh and one of 600: (13 * 200 + 600) / 14 = 229
    assert "never took less than 600 W in the last 24 hours; usual are 229 W" in message(advice)
    assert told("Always-on consumption above usual", hourly(*day * 13, *[320] * 24)) == []
    assert told("Always-on consumption above usual", hourly(*day * 11, *[600] * 24)) == [], "too short a past"


def test_the_self_sufficiency_streak_counts_days():
    def days(*rates):
        return [(MORNING + DAY * n, "SELF_SUFFICIENCY_RATE_YESTERDAY", "GATEWAY", rate) for n, rate in enumerate(rates)]

    found = told("Self-sufficiency streak", days(90, 85, 80, 99, 91, 92, 93, 70, 90, 90, 88))
    assert [each.case_label for each in found] == ["First three days", "Full weeks", "First three days"]
    assert found[1].content.texts["de"].title == "7 Tage mit eigener Sonne"
    assert "for 7 days in a row; yesterday it was 93 %" in message(found[1])
    assert told("Self-sufficiency streak", days(90, 85, 79, 90, 90)) == []


@pytest.mark.parametrize("home", range(1, 11))
def test_three_rules_fire_on_a_real_home_without_flooding_it(home):
    with file_of(home).open(newline="") as file:
        rows = list(csv.DictReader(file))[: 180 * 24]
    events = [
        (datetime.fromisoformat(row["hour_start_utc"]), kind, "GATEWAY", float(row[column]))
        for row in rows
        for kind, column in (("ENERGY_CONSUMPTION", "consumption_wh"), ("ENERGY_GENERATION", "generation_wh"))
    ]
    counts = {name: len(told(name, events, "America/Los_Angeles")) for name in RULES}
    fired = [name for name, count in counts.items() if count]
    assert len(fired) >= 3, counts
    assert sum(counts.values()) <= 180, counts

"""CSV rows become events or refusals; a bad row never stops the good ones."""

from zoneinfo import ZoneInfo

import pytest

from hearth.core.problems import Problem
from hearth.services.histories import (
    HistoryColumns,
    HistoryEvent,
    HistoryOptions,
    Refusal,
    read_history,
    read_limit,
    refused_by_platform,
)

WIDE = HistoryColumns(
    timestamp="hour_start_utc", values={"ENERGY_CONSUMPTION": "consumption_wh", "ENERGY_GENERATION": "generation_wh"}
)


def options(**changes):
    return HistoryOptions(**{"customer_building_id": "home-1", "device_id": "gateway", **changes})


def read(text, given):
    found = list(read_history(text.splitlines(keepends=True), given))
    return [each for each in found if isinstance(each, HistoryEvent)], [each for each in found if isinstance(each, Refusal)]


def test_a_wide_file_gives_an_event_per_column():
    text = "hour_start_utc,consumption_wh,generation_wh\n2016-08-01T07:00Z,2188.8,0.0\n2016-08-01T08:00Z,1370.7,12\n"
    events, refusals = read(text, options(columns=WIDE, source="GATEWAY"))
    assert refusals == []
    shared = {"customerBuildingId": "home-1", "deviceId": "gateway", "source": "GATEWAY"}
    assert [event.body for event in events] == [
        {**shared, "timestamp": 1470034800, "type": "ENERGY_CONSUMPTION", "value": 2188.8},
        {**shared, "timestamp": 1470034800, "type": "ENERGY_GENERATION", "value": 0.0},
        {**shared, "timestamp": 1470038400, "type": "ENERGY_CONSUMPTION", "value": 1370.7},
        {**shared, "timestamp": 1470038400, "type": "ENERGY_GENERATION", "value": 12.0},
    ]


def test_a_long_file_with_the_apis_names_needs_no_options():
    text = (
        "timestamp,customerBuildingId,deviceId,deviceName,type,source,value\n"
        '1470034800,other,pump-1,"Pump, cellar",POWER_CONSUMPTION,HEAT_PUMP,1500\n'
        "1470034800123,other,meter-1,,POWER_CONSUMPTION,,2e2\n"
    )
    events, refusals = read(text, HistoryOptions(customer_building_id="home-1"))
    assert refusals == []
    assert [event.body for event in events] == [
        {
            "timestamp": 1470034800,
            "customerBuildingId": "home-1",
            "deviceId": "pump-1",
            "deviceName": "Pump, cellar",
            "source": "HEAT_PUMP",
            "type": "POWER_CONSUMPTION",
            "value": 1500.0,
        },
        {
            "timestamp": 1470034800.123,
            "customerBuildingId": "home-1",
            "deviceId": "meter-1",
            "type": "POWER_CONSUMPTION",
            "value": 200.0,
        },
    ]


def test_bad_rows_are_refused_with_line_column_and_reason_and_the_others_taken():
    text = (
        "timestamp;type;value\n"
        "2016-08-01T07:00Z;POWER_CONSUMPTION;1\n"
        "yesterday;POWER_CONSUMPTION;1\n"
        "2016-08-01T07:15Z;POWER_CONSUMPTION;n/a\n"
        "2016-08-01T07:30Z;POWER_CONSUMPTION;nan\n"
        "2016-08-01T07:45Z;POWER_CONSUMPTION;1,5\n"
        "2016-08-01T08:00;POWER_CONSUMPTION;1\n"
        "2016-08-01T08:15Z;POWER_CONSUMPTION\n"
        "\n"
        "2016-08-01T08:30Z;POWER_CONSUMPTION;1e999\n"
        "2016-08-01T08:45Z;POWER_CONSUMPTION;2\n"
    )
    events, refusals = read(text, options())
    assert [(event.line, event.body["value"]) for event in events] == [(2, 1.0), (11, 2.0)]
    assert [(refusal.line, refusal.column) for refusal in refusals] == [
        (3, "timestamp"), (4, "value"), (5, "value"), (6, "value"), (7, "timestamp"), (8, None), (10, "value")
    ]  # fmt: skip
    reasons = [refusal.reason for refusal in refusals]
    assert "2016-08-01T07:00Z or epoch seconds" in reasons[0]
    assert "'n/a' is not a finite number" in reasons[1]
    assert "decimal point" in reasons[3]
    assert "--timezone" in reasons[4]
    assert "2 cells" in reasons[5]


def test_a_bad_cell_of_a_wide_row_leaves_the_other_cell_and_an_empty_one_is_a_gap():
    text = "hour_start_utc,consumption_wh,generation_wh\n2016-08-01T07:00Z,5,x\n2016-08-01T08:00Z,,7\nx,1,2\n"
    events, refusals = read(text, options(columns=WIDE))
    assert [(event.line, event.body["value"]) for event in events] == [(2, 5.0), (3, 7.0)]
    assert [(refusal.line, refusal.column) for refusal in refusals] == [(2, "generation_wh"), (4, "hour_start_utc")]


def test_the_hour_that_comes_twice_is_told_apart_by_the_order_of_the_rows():
    times = ["01:45", "02:00", "02:15", "02:30", "02:45", "02:00", "02:15", "02:30", "02:45", "03:00"]
    rows = [f"2025-10-26T{time},{kind},1\n" for time in times for kind in ("POWER_CONSUMPTION", "POWER_GENERATION")]
    events, refusals = read("timestamp,type,value\n" + "".join(rows), options(zone=ZoneInfo("Europe/Zurich")))
    assert refusals == []
    for kind in ("POWER_CONSUMPTION", "POWER_GENERATION"):
        instants = [event.body["timestamp"] for event in events if event.body["type"] == kind]
        assert instants == [1761435900 + 900 * index for index in range(10)]  # 2025-10-25T23:45Z on, without a gap


def test_a_local_time_that_was_skipped_is_refused():
    text = "timestamp,type,value\n2025-03-30T02:30,POWER_CONSUMPTION,1\n2025-03-30T03:00,POWER_CONSUMPTION,1\n"
    events, refusals = read(text, options(zone=ZoneInfo("Europe/Zurich")))
    assert [event.line for event in events] == [3]
    assert "does not exist in Europe/Zurich" in refusals[0].reason


def test_limits_are_those_of_the_file_and_the_shift_comes_after():
    rows = "".join(f"2016-08-0{day}T00:00Z,POWER_CONSUMPTION,{day}\n" for day in range(1, 6))
    given = options(from_ms=read_limit("2016-08-02", None), to_ms=read_limit("2016-08-04T00:00Z", None), shift_ms=3_600_000)
    events, refusals = read("timestamp,type,value\n" + rows, given)
    assert refusals == []
    assert [(event.body["value"], event.body["timestamp"]) for event in events] == [(2.0, 1470099600), (3.0, 1470186000)]


def test_a_day_as_limit_begins_in_the_zone():
    assert read_limit("2025-07-01", ZoneInfo("Europe/Zurich")) == 1751320800000
    with pytest.raises(ValueError, match="no timestamp"):
        read_limit("soon", None)


@pytest.mark.parametrize(
    ("header", "given", "said"),
    [
        ("hour_start,consumption_wh,generation_wh", {"columns": WIDE}, "did you mean hour_start?"),
        ("hour_start_utc,consumption", {"columns": WIDE}, "--column"),
        ("timestamp,value", {}, "--type-column"),
        ("timestamp,type,value", {"device_id": None}, "--device-id"),
        ("", {}, "no first line"),
    ],
)
def test_a_missing_column_stops_before_anything_is_read(header, given, said):
    with pytest.raises(Problem) as raised:
        read(header + "\n" if header else "", options(**given))
    assert raised.value.code == "invalid"
    assert said in raised.value.detail


def test_the_platforms_refusals_are_those_of_the_lines():
    batch = [HistoryEvent(line, {}) for line in (2, 3, 4)]
    problem = {
        "errors": [
            {"pointer": "/2/type", "detail": "unknown event type 'X'"},
            {"pointer": "/0/value", "detail": "must be finite"},
            {"pointer": "/0/source", "detail": "a second mistake of the same event"},
            {"pointer": "", "detail": "nobody's"},
        ]
    }
    assert refused_by_platform(problem, batch) == {
        2: Refusal(4, "type", "unknown event type 'X'"),
        0: Refusal(2, "value", "must be finite"),
    }
    alone = {"errors": [{"pointer": "/type", "detail": "unknown"}]}
    assert refused_by_platform(alone, batch[:1]) == {0: Refusal(2, "type", "unknown")}
    assert refused_by_platform({}, batch) == {}


def test_a_forecast_says_what_instant_it_is_for():
    text = "timestamp,deviceId,type,value,forecastTimestamp\n60,p,T,1,2016-08-01T07:00Z\n120,p,T,2,\n180,p,T,3,soon\n"
    events, refusals = read(text, HistoryOptions(customer_building_id="home-1", shift_ms=10_000))
    assert [event.body.get("forecastTimestamp") for event in events] == [1470034810, None]
    assert [(refusal.line, refusal.column) for refusal in refusals] == [(4, "forecastTimestamp")]


@pytest.mark.parametrize(
    ("cell", "name"), [("'=Meter", "=Meter"), ("'-1", "-1"), ("'s-Gravenhage", "'s-Gravenhage"), ("''=a", "''=a")]
)
def test_the_apostrophe_that_an_export_puts_before_a_formula_is_no_part_of_a_name(cell, name):
    text = f"timestamp,type,value,deviceId,deviceName\n1470034800,POWER_CONSUMPTION,1,meter,{cell}\n"
    [event], _ = read(text, HistoryOptions(customer_building_id="home-1"))
    assert event.body["deviceName"] == name

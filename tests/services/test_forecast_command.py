"""`hearth forecast evaluate`: what it says of good files, and how it refuses wrong ones."""

import csv
import json
import subprocess
import sys

import pytest
import typer
from tests.metered_homes import file_of
from tests.unit.forecasting.made_homes import SITE, START_MS, consumption, generation
from typer.testing import CliRunner

from hearth.cli.forecast import evaluate
from hearth.core.instants import HOUR_MS, datetime_of_instant
from hearth.core.problems import Problem

PLACE = ("--latitude", str(SITE.latitude), "--longitude", str(SITE.longitude), "--timezone", "Europe/Zurich")
FONTANA = ("--latitude", "34.09", "--longitude", "-117.43", "--timezone", "America/Los_Angeles")


def run(*arguments):
    app = typer.Typer()
    app.command()(evaluate)
    result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def write(path, columns):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["hour_start_utc", *columns])
        for hour, row in enumerate(zip(*columns.values(), strict=True)):
            moment = datetime_of_instant(START_MS + hour * HOUR_MS)
            writer.writerow([moment.strftime("%Y-%m-%dT%H:%MZ"), *row])
    return path


@pytest.fixture
def home(tmp_path):
    energies = {"consumption_wh": consumption(80).energy_wh, "generation_wh": generation(80).energy_wh}
    return write(tmp_path / "home.csv", energies)


def test_each_horizon_is_judged_beside_rules_of_thumb(home):
    answer = json.loads(run(home, *PLACE, "--train-until", "2024-03-20", "--json"))
    assert answer["trainUntil"] == "2024-03-19T23:00Z"
    [judged] = answer["homes"]
    for kind in ("consumption", "generation"):
        first, second = judged[kind]["horizons"]
        assert (first["fromHour"], first["toHour"], second["fromHour"], second["toHour"]) == (1, 24, 25, 48)
        assert set(first["baselinesMaeWh"]) == {"persistence", "yesterday", "lastWeek", "median14Days"}
        assert first["maeWh"] < first["baselinesMaeWh"]["lastWeek"]
        assert 0.6 < first["coverage"] <= 1
    assert judged["consumption"]["method"] == "regression"
    assert 3_000 < judged["generation"]["array"]["effectiveCapacityW"] < 6_000
    assert "generationWithNeighbours" not in judged


def test_people_get_a_table_and_the_last_forecast_beside_what_came(home):
    shown = run(home, *PLACE)
    assert "Consumption" in shown
    assert "P10–P90" in shown
    assert "Hours 1–24:" in shown
    assert "effective capacity" in shown
    assert "▁" in shown


def test_without_a_place_only_consumption_is_forecast_and_it_is_said(home):
    shown = run(home, "--timezone", "Europe/Zurich")
    assert "Generation is not forecast without --latitude and --longitude." in shown
    assert "effective capacity" not in shown


def test_little_to_learn_from_is_said_at_the_home(home):
    shown = run(home, "--timezone", "Europe/Zurich", "--train-until", "2024-02-05")
    assert "median of 14 days" in shown


@pytest.mark.parametrize(("train_until", "method"), [("2024-03-15", "regression"), ("2024-02-05", "weather")])
def test_the_weather_of_a_file_serves_generation(home, tmp_path, train_until, method):
    from hearth.forecasting.solar import clear_sky, unit_power

    sky = clear_sky(SITE, START_MS, 80 * 24)
    clear = unit_power(sky, 25, 225)
    share = generation(80).energy_wh / 5_000 / clear.clip(1e-9)
    weather = write(tmp_path / "weather.csv", {"global_irradiance_w_m2": sky.ghi.mean(axis=0) * share})
    judged = json.loads(run(home, *PLACE, "--weather", weather, "--train-until", train_until, "--json"))["homes"][0]
    assert judged["generationWithWeather"]["method"] == method
    with_weather, alone = (judged[kind]["horizons"][0]["maeWh"] for kind in ("generationWithWeather", "generation"))
    assert with_weather < alone / 2


def test_a_direct_irradiance_without_a_diffuse_one_leaves_it_to_the_global_one(home, tmp_path):
    columns = {"global_irradiance_w_m2": [300.0] * 24 * 90, "direct_irradiance_w_m2": [400.0] * 24 * 90}
    weather = write(tmp_path / "weather.csv", columns)
    judged = json.loads(run(home, *PLACE, "--weather", weather, "--train-until", "2024-03-15", "--json"))["homes"][0]
    assert judged["generationWithWeather"]["horizons"][0]["maeWh"] > 0


def test_the_installed_power_bounds_the_capacity(home):
    judged = json.loads(run(home, *PLACE, "--kwp", "2.5", "--json"))["homes"][0]
    assert judged["generation"]["array"]["effectiveCapacityW"] == 2_500
    assert max(judged["generation"]["sample"]["p90Wh"]) <= 2_500


def test_negative_energies_and_empty_cells_are_unknown(home):
    lines = home.read_text().splitlines()
    lines[100] = lines[100].split(",")[0] + ",-5,0"
    lines[101] = lines[101].split(",")[0] + ",,"
    home.write_text("\n".join(lines))
    assert "1 negative energies were taken as unknown" in run(home, "--timezone", "Europe/Zurich")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no column hour_start_utc"),
        ("time,consumption_wh\n2024-01-01T00:00Z,1\n", "it names time, consumption_wh"),
        ("hour_start_utc,generation_wh\n2024-01-01T00:00Z,1\n", "has no column consumption_wh"),
        ("hour_start_utc,consumption_wh\n", "has no hours"),
        ("hour_start_utc,consumption_wh\nyesterday,1\n", ":2: hour_start_utc: "),
        ("hour_start_utc,consumption_wh\n2024-01-01T00:15Z,1\n", "is no full hour"),
        ("hour_start_utc,consumption_wh\n2024-01-01T00:00Z,1\n2024-01-01T00:00Z,1\n", ":3: hour_start_utc: "),
        ("hour_start_utc,consumption_wh\n2024-01-01T00:00Z,much\n", ":2: consumption_wh: 'much' is no number"),
        ("hour_start_utc,consumption_wh\n1924-01-01T00:00Z,1\n2024-01-01T00:00Z,1\n", "more than 20 years"),
        ("hour_start_utc,consumption_wh\n2024-01-01T00:00Z,1\n2024-01-01T01:00Z,1\n", "less than 14 days to learn from"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, text, words):
    path = tmp_path / "home.csv"
    path.write_text(text)
    with pytest.raises(Problem) as refused:
        run(path)
    assert str(path) in refused.value.detail
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--latitude", "47"), "both --latitude and --longitude"),
        (("--kwp", "5"), "needs --latitude and --longitude"),
        ((*PLACE, "--kwp", "5", "--kwp", "6"), "2 times for 1 homes"),
        (("--timezone", "Mars/Olympus"), "Mars/Olympus"),
        (("--timezone", "Europe/Zurich", "--train-until", "2024-04-04"), "less than 48 hours to judge by"),
        (("--timezone", "Europe/Zurich", "--train-until", "2024-01-20"), "less than 14 days to learn from"),
    ],
)
def test_a_wrong_option_is_refused_in_words(home, options, words):
    with pytest.raises(Problem, match=words):
        run(home, *options)


def test_what_is_no_csv_file_and_no_weather_is_refused(home, tmp_path):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(Problem, match="no CSV file in UTF-8"):
        run(picture)
    with pytest.raises(Problem, match="has no irradiance"):
        run(home, *PLACE, "--weather", home)
    with pytest.raises(Problem, match="cannot be read"):
        run(tmp_path / "nowhere.csv")


def test_help_comes_without_the_libraries_of_numbers():
    code = (
        "import sys; from hearth.cli import main; sys.argv = ['hearth', 'forecast', 'evaluate', '--help']\n"
        "try: main.main()\nexcept SystemExit: pass\n"
        "sys.exit('pvlib' in sys.modules or 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--train-until" in done.stdout


def test_metered_homes_are_forecast_as_well_as_the_manual_says():
    """Four of the ten homes, of each orientation; the manual has all of them."""
    homes = [file_of(number) for number in (1, 2, 5, 7)]
    answer = json.loads(run(*homes, *FONTANA, "--train-until", "2017-05-01", "--json"))
    consumed, generated, with_neighbours = (
        answer["mean"][kind][0] for kind in ("consumption", "generation", "generationWithNeighbours")
    )
    assert consumed["gain"]["lastWeek"] >= 0.25
    assert all(home["consumption"]["horizons"][0]["gain"]["median14Days"] >= -0.02 for home in answer["homes"])
    assert generated["gain"]["yesterday"] >= 0.10
    assert with_neighbours["gain"]["yesterday"] >= 0.50
    for each in (consumed, generated, with_neighbours):
        assert 0.75 <= each["coverage"] <= 0.85

"""`hearth forecast …`: forecasts judged over files, without a server.

Reads files and shows figures; what a forecast is and how it is judged is decided in `forecasting` and
`services.forecast_evaluation`.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hearth.cli.lang_session import opened, zone_of
from hearth.cli.rule_trials import finished, limit
from hearth.core.problems import invalid
from hearth.forecasting.solar import Site
from hearth.services.forecast_evaluation import Evaluation, Plan, evaluation_body
from hearth.services.forecast_evaluation import evaluate as steps_of
from hearth.services.forecast_files import read_home, read_weather

app = typer.Typer(help="Forecasts of consumption and generation.", no_args_is_help=True)

_TITLES = {
    "consumption": "Consumption",
    "generation": "Generation, from the home's own past",
    "generationWithWeather": "Generation, with the weather of the file",
    "generationWithNeighbours": "Generation, with the clearness the other homes saw (as if a weather forecast were perfect)",
}
# Said where too little was known for the regression.
_METHODS = {"median-14-days": "median of 14 days", "seasonal-naive": "same hour last week", "weather": "weather alone"}
_BASELINES = {
    "persistence": "the last hour",
    "yesterday": "yesterday's hour",
    "lastWeek": "last week's",
    "median14Days": "the median of 14 days",
}
_BLOCKS = "▁▂▃▄▅▆▇█"


@app.callback()
def forecast() -> None:
    """Forecasts of consumption and generation."""


@app.command()
def evaluate(
    homes: Annotated[
        list[Path],
        typer.Argument(metavar="HOME.csv…", help="One file per home: hour_start_utc, consumption_wh and, if any, generation_wh."),
    ],
    latitude: Annotated[
        float | None, typer.Option(min=-90, max=90, help="Degrees north. Without a place generation is not forecast.")
    ] = None,
    longitude: Annotated[float | None, typer.Option(min=-180, max=180, help="Degrees east.")] = None,
    timezone: Annotated[str, typer.Option(help="IANA zone of the homes, such as Europe/Zurich.")] = "UTC",
    train_until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="Learn from what was before this local day, judge by the rest. Default: three quarters."
        ),
    ] = None,
    weather: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Weather of the same hours, taken as a perfect forecast: hour_start_utc, direct_irradiance_w_m2 (normal to the "
            "sun) and diffuse_irradiance_w_m2, or global_irradiance_w_m2; temperature_c if there.",
        ),
    ] = None,
    kwp: Annotated[
        list[float] | None,
        typer.Option(min=0.01, help="Installed power in kWp: once for all homes, or once per home in their order."),
    ] = None,
    every: Annotated[int, typer.Option(min=1, max=168, help="Hours from one forecast to the next.")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show how good forecasts would have been for homes whose past is known.

    Each home learns from its hours before --train-until, and from what the homes have in common; then it forecasts 48 hours,
    again and again, from what was known at that time. Mean absolute errors stand beside rules of thumb; P10–P90 is how much of
    what came lay between the two (80 % is meant). Nothing is stored or sent.
    """
    zone = zone_of(timezone)
    if (latitude is None) != (longitude is None):
        raise invalid("", "A place needs both --latitude and --longitude.")
    if latitude is None and (weather is not None or kwp):
        raise invalid("", "--weather and --kwp are about generation, which needs --latitude and --longitude.")
    if kwp and len(kwp) not in (1, len(homes)):
        raise invalid("", f"--kwp stands {len(kwp)} times for {len(homes)} homes; give it once, or once per home.")
    if len(set(homes)) < len(homes):
        raise invalid("", "A file is named twice; each home counts once.")
    read = []
    for path in homes:
        with opened(path) as lines:
            read.append(read_home(str(path), lines, zone))
    weather_file = None
    if weather is not None:
        with opened(weather) as lines:
            weather_file = read_weather(str(weather), lines)
    most_w = [each * 1_000 for each in kwp or []]
    plan = Plan(
        read,
        limit(train_until, "--train-until", zone),
        every,
        None if latitude is None or longitude is None else Site(latitude, longitude),
        weather_file,
        most_w * len(homes) if len(most_w) == 1 else most_w,
    )
    evaluation: Evaluation = finished(steps_of(plan), "forecasting")
    body = evaluation_body(evaluation)
    if as_json:
        print(json.dumps(body, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for file in read:
        if file.negative_hours:
            console.print(
                Text(f"{file.name}: {file.negative_hours:,} negative energies were taken as unknown.", "yellow"), soft_wrap=True
            )
    _show(body, console)
    if latitude is None and any(file.generation is not None for file in read):
        console.print(Text("Generation is not forecast without --latitude and --longitude.", "yellow"), soft_wrap=True)


def _show(body: dict[str, Any], console: Console) -> None:
    homes, means = body["homes"], body["mean"]
    console.print(
        f"Learned until {body['trainUntil']}, judged until {body['testUntil']}, a forecast every {body['everyHours']} h. "
        "Mean absolute errors in Wh an hour.",
        soft_wrap=True,
    )
    for kind, title in _TITLES.items():
        if kind not in means:
            continue
        with_kind = [home for home in homes if kind in home]
        console.print()
        console.print(Text(title, "bold"), soft_wrap=True)
        console.print(_table(with_kind, kind, means[kind]))
        for row in means[kind]:
            against = ", ".join(f"{_than(row['gain'][name])} {words}" for name, words in _BASELINES.items())
            console.print(f"Hours {row['fromHour']}–{row['toHour']}: {against}.", soft_wrap=True)
        if kind in ("consumption", "generation"):
            for home in with_kind:
                _draw(home["home"], home[kind]["sample"], console)
    console.print()
    for home in homes:
        if "generation" in home:
            array = home["generation"]["array"]
            found = f"{array['effectiveCapacityW'] / 1_000:.2f} kW, tilt {array['tilt']:.0f}°, azimuth {array['azimuth']:.0f}°"
            console.print(f"{_name(home['home'])}: effective capacity {found}", soft_wrap=True)


def _table(homes: list[dict[str, Any]], kind: str, means: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("home", overflow="fold")
    for name in ("hours", "ours", "last hour", "yesterday", "last week", "median", "P10–P90"):
        table.add_column(name, justify="right", no_wrap=True)
    for home in homes:
        method = _METHODS.get(home[kind]["method"])
        for row in home[kind]["horizons"]:
            table.add_row(_name(home["home"]) + (f" ({method})" if method else ""), *_cells(row))
    if len(homes) > 1:
        for row in means:
            table.add_row("mean", *_cells(row), style="bold")
    return table


def _cells(row: dict[str, Any]) -> list[str]:
    theirs = [f"{row['baselinesMaeWh'][name]:.0f}" for name in _BASELINES]
    return [f"{row['fromHour']}–{row['toHour']}", f"{row['maeWh']:.0f}", *theirs, f"{row['coverage']:.0%}"]


def _than(gain: float) -> str:
    return f"{abs(gain):.0%} {'below' if gain >= 0 else 'above'}"


def _draw(name: str, sample: dict[str, list[float | None]], console: Console) -> None:
    """The last forecast and what came, hour by hour."""
    top = max((each for key in ("p50Wh", "cameWh") for each in sample[key] if each is not None), default=0.0) or 1.0
    for label, key in (("forecast", "p50Wh"), ("came", "cameWh")):
        line = "".join(" " if each is None else _BLOCKS[min(7, int(8 * each / top))] for each in sample[key])
        console.print(Text.assemble((f"{_name(name) if key == 'p50Wh' else '':<12} {label:<9}", "dim"), line), soft_wrap=True)


def _name(file: str) -> str:
    return Path(file).stem

"""The bodies of trials: the one JSON form of a simulation, a backtest and an explanation.

The commands print it with `--json`, the public API answers it. Decides nothing and reads nothing; what an answer
says is the simulations' and the engine's. Instants are local times with their offset, as people compare them.
"""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from hearth.core.instants import datetime_of_instant, seconds_of_instant, zone_named
from hearth.domain.catalogue import Catalogue
from hearth.domain.goals import Goal
from hearth.domain.notifications import Notification
from hearth.engine.slots import Counters
from hearth.insights.backtests import BacktestFigures, HomeRun, comparison_of, days_of, hours_of
from hearth.insights.goals import GoalFigures
from hearth.insights.graphs import shares_of, telling_points
from hearth.services.expressions import explained_body
from hearth.services.notification_body import notification_body
from hearth.services.present_values import Present
from hearth.services.simulations import SeenSeries, Simulated, Why


def simulation_body(simulated: Simulated) -> dict[str, Any]:
    """What a rule would have said in a home. The data it looked at is `series_bodies`, for whoever draws it."""
    result, zone = simulated.result, zone_named(simulated.building.time_zone_id)
    return {
        "rule": simulated.rule.name,
        "ruleVersion": simulated.rule.version,
        "customerBuildingId": simulated.building.customer_building_id,
        "from": shown_instant(simulated.from_ms, zone),
        "to": shown_instant(simulated.to_ms, zone),
        "evaluations": result.evaluations,
        "notifications": [_notification(each, result.goals.get(each.id), zone) for each in result.notifications],
        "dropped": [_notification(each, None, zone) for each in result.dropped],
        "counts": [
            {"at": shown_instant(each.at_ms, zone), "matches": each.matches, "streak": each.streak, "delivered": each.delivered}
            for each in result.counts
        ],
        "faults": [{"at": shown_instant(fault.occurred_at_ms, zone), "error": fault.error} for fault in result.faults],
        "notes": list(simulated.notes),
    }


def series_bodies(seen: Sequence[SeenSeries], catalogue: Catalogue) -> list[dict[str, Any]]:
    """The data that datasets look at, by dataset and series; of many points the telling ones. Epoch seconds, for graphs."""
    shares = shares_of([len(each.points.times_ms) for each in seen])
    return [_series(each, most, catalogue) for each, most in zip(seen, shares, strict=True)]


def present_body(present: Present) -> dict[str, Any]:
    """What the expressions and datasets of a draft are in a home. The `path` of a value is that in a rule file."""
    zone = zone_named(present.building.time_zone_id)
    return {
        "customerBuildingId": present.building.customer_building_id,
        "at": shown_instant(present.at_ms, zone),
        "datasets": [
            {
                "name": each.name,
                "unit": each.unit,
                "samples": each.samples,
                "newest": None
                if each.newest is None
                else {
                    "at": shown_instant(each.newest.time_ms, zone),
                    "value": each.newest.value,
                    "deviceId": each.newest.device_id,
                },
            }
            for each in present.datasets
        ],
        "values": [
            {
                "path": each.path,
                "type": each.type,
                "unit": each.unit,
                "value": each.value,
                "shown": each.shown,
                "missing": each.missing,
                "parts": [{"text": text, "shown": shown} for text, shown in each.parts],
            }
            for each in present.values
        ],
    }


def backtest_body(
    from_ms: int, to_ms: int, zone: ZoneInfo, names: Sequence[str], figures: Sequence[BacktestFigures]
) -> dict[str, Any]:
    """What one rule, or two of them, would have meant for many homes."""
    return {
        "from": shown_instant(from_ms, zone),
        "to": shown_instant(to_ms, zone),
        "comparison": compared(names, figures),
        "rules": [_figures(name, each) for name, each in zip(names, figures, strict=True)],
    }


def home_body(runs: Sequence[HomeRun]) -> dict[str, Any]:
    """What each rule would have meant for one home, by its local days and hours. It does not grow with what was sent."""
    return {
        "customerBuildingId": runs[0].building_id,
        "timeZoneId": runs[0].zone.key,
        "rules": [
            {
                "notifications": len(run.sent_ms),
                "days": [
                    {"day": each.day.isoformat(), "notifications": each.sent, "firstAtTimeMillis": each.first_ms}
                    for each in days_of(run)
                ],
                "hours": [{"hour": hour, "notifications": count} for hour, count in sorted(hours_of(run).items())],
                "dropped": dict(sorted(run.dropped.items())),
                "evaluations": run.evaluations,
                "faults": run.faults,
            }
            for run in runs
        ],
    }


def compared(names: Sequence[str], figures: Sequence[BacktestFigures]) -> str | None:
    """Two rules in a sentence; None of one."""
    return comparison_of(names[0], figures[0], names[1], figures[1]) if len(figures) == 2 else None


def why_body(answer: Why) -> dict[str, Any]:
    """Why a rule spoke or did not. `evaluation` is null where there was none."""
    zone = zone_named(answer.building.time_zone_id)
    evaluation = answer.evaluation
    return {
        "rule": answer.rule.name,
        "customerBuildingId": answer.building.customer_building_id,
        "asked": shown_instant(answer.asked_ms, zone),
        "notes": list(answer.notes),
        "evaluation": None
        if evaluation is None
        else {
            "at": shown_instant(evaluation.at_ms, zone),
            "outcome": evaluation.outcome,
            "ended": evaluation.ended,
            "before": counts_body(evaluation.before),
            "after": counts_body(evaluation.after),
            "parts": {name: explained_body(part) for name, part in evaluation.parts.items()},
        },
    }


def counts_body(counters: Counters) -> dict[str, int]:
    """What a rule counts."""
    return {"matches": counters.match_count, "streak": counters.streak_count, "delivered": counters.delivered_count}


def goals_body(goals: GoalFigures) -> dict[str, int | float | None]:
    """How often goals were achieved, and how soon."""
    return {
        "achieved": goals.achieved,
        "missed": goals.missed,
        "open": goals.is_open,
        "abandoned": goals.abandoned,
        "rate": None if goals.rate is None else round(goals.rate, 4),
        "typicalSeconds": None if goals.typical_ms is None else goals.typical_ms // 1000,
    }


def shown_instant(at_ms: int, zone: ZoneInfo) -> str:
    """Local time for people and for JSON: ISO 8601 with the offset."""
    return datetime_of_instant(at_ms, zone).isoformat(timespec="seconds")


def shown_minute(at_ms: int, zone: ZoneInfo) -> str:
    """Local time for a list that people read: `2026-03-07 01:45`."""
    return f"{datetime_of_instant(at_ms, zone):%Y-%m-%d %H:%M}"


def _notification(notification: Notification, goal: Goal | None, zone: ZoneInfo) -> dict[str, object]:
    body = {**notification_body(notification), "case": notification.case_label, "trace": notification.trace}
    if goal is None:
        return body
    ended = None if goal.ended_at_ms is None else shown_instant(goal.ended_at_ms, zone)
    return {**body, "goal": {"state": goal.state, "endedAt": ended}}


def _series(seen: SeenSeries, most: int, catalogue: Catalogue) -> dict[str, Any]:
    times_ms, values = seen.points.times_ms, seen.points.values
    kept = telling_points(times_ms, values, most)
    event_type = catalogue.find_event_type(seen.series.event_type)
    return {
        "dataset": seen.dataset.name,
        "deviceId": seen.series.device_id,
        "type": seen.series.event_type,
        "source": seen.series.source,
        "unit": None if event_type is None else event_type.unit,
        "points": len(times_ms),
        "timestamps": [seconds_of_instant(times_ms[position]) for position in kept],
        "values": [values[position] for position in kept],
    }


def _figures(name: str, figures: BacktestFigures) -> dict[str, Any]:
    return {
        "rule": name,
        "homes": figures.homes,
        "homesReached": figures.homes_reached,
        "shareReached": round(figures.share_reached, 4),
        "notifications": figures.sent,
        "dropped": dict(figures.dropped),
        "evaluations": figures.evaluations,
        "goals": goals_body(figures.goals),
        "perHomeAndDay": {"median": figures.median, "p90": figures.p90, "max": figures.most},
        "busiestHours": [{"hour": hour, "notifications": count} for hour, count in figures.busiest_hours],
        "samples": [
            {"customerBuildingId": each.building_id, "at": shown_instant(each.at_ms, each.zone), "text": each.text}
            for each in figures.samples
        ],
    }

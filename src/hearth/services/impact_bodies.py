"""The JSON of impact: one form for the API, the console and the command line.

The types describe it, the functions fill it; what a figure means is `insights.impact`'s to say. Invariant: where a share
is null, its counts are there.
"""

from collections.abc import Mapping

from typing_extensions import TypedDict  # before Python 3.12, pydantic takes no other

from hearth.insights import impact
from hearth.insights.impact import IGNORED_IN_A_ROW, REACTION_MS
from hearth.services.impact import ImpactOfRules, RuleImpact, Span

_DECIMALS = 4


class Share(TypedDict):
    """`count` of `of`, the share 0 to 1 and its interval (95 %, Wilson); null of fewer than five."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class StatusCounts(TypedDict):
    """Notifications by delivery status; the dropped ones by reason."""

    pending: int
    delivered: int
    failed: int
    dropped: dict[str, int]


class BehaviourChange(TypedDict):
    """Delivered notifications after which a device's state changed, beside the usual share of comparable days.

    `difference` is what lies between, with its interval; `isBeyondChance` where all of that lies above nothing.
    """

    changed: Share
    usual: float | None
    difference: float | None
    low: float | None
    high: float | None
    isBeyondChance: bool


class BehaviourChanges(BehaviourChange):
    """Any of the states looked at, and each type of them."""

    withinSeconds: int
    byEventType: dict[str, BehaviourChange]


class Weariness(TypedDict):
    """Ignored: no interaction within 48 hours. Opt-outs: of a thousand delivered ones; null of fewer than five."""

    ignored: Share
    optOutsPer1000: float | None


class Trend(TypedDict):
    """The last thirty days of the span, and the thirty before."""

    lastMonth: Weariness
    monthBefore: Weariness


class HomesIgnoring(TypedDict):
    """Homes that ignored more than so many in a row, up to now; null where several rules are taken together."""

    moreThan: int
    homes: int | None


class Fatigue(Weariness):
    """How tired homes are. `isIgnored`: 99 % are ignored, of fifty at least.

    `perHomeAndWeek`: how many a home gets in a week in which it gets any; null of fewer than five, and where several
    rules are taken together.
    """

    isIgnored: bool
    perHomeAndWeek: float | None
    homesIgnoring: HomesIgnoring
    trend: Trend


class Impact(TypedDict):
    """What notifications led to. `awareness`: opened; `directAction`: with OPENAPP, OPENWEB or COMMAND."""

    notifications: StatusCounts
    awareness: Share
    directAction: Share
    dismissed: Share
    optedOut: Share
    resumed: int
    goals: Share
    behaviourChange: BehaviourChanges
    fatigue: Fatigue


class ImpactOfRule(TypedDict):
    """One rule."""

    ruleId: str
    name: str
    tags: list[str]
    impact: Impact


class SpanOfDays(TypedDict):
    """UTC days, both included."""

    first: str
    last: str


class RuleImpactReport(ImpactOfRule):
    """One rule over a span of days."""

    span: SpanOfDays


class ImpactReport(TypedDict):
    """Several rules over a span of days: together, by tag, and each by its name."""

    span: SpanOfDays
    total: Impact
    tags: dict[str, Impact]
    rules: list[ImpactOfRule]


def rule_impact_body(span: Span, of_rule: RuleImpact) -> RuleImpactReport:
    """One rule."""
    return {**_of_rule(of_rule), "span": _span(span)}


def impact_body(report: ImpactOfRules) -> ImpactReport:
    """Several rules."""
    return {
        "span": _span(report.span),
        "total": _impact(report.total),
        "tags": {tag: _impact(each) for tag, each in report.tags.items()},
        "rules": [_of_rule(each) for each in report.rules],
    }


def _span(span: Span) -> SpanOfDays:
    return {"first": span.first.isoformat(), "last": span.last.isoformat()}


def _of_rule(of_rule: RuleImpact) -> ImpactOfRule:
    rule = of_rule.rule
    return {"ruleId": rule.id, "name": rule.name, "tags": list(rule.tags), "impact": _impact(of_rule.impact)}


def _impact(figures: impact.Impact) -> Impact:
    counts = figures.counts
    return {
        "notifications": {
            "pending": counts.pending,
            "delivered": counts.delivered,
            "failed": counts.failed,
            "dropped": {
                "time_between": counts.dropped_time_between,
                "quiet_hours": counts.dropped_quiet_hours,
                "household_cap": counts.dropped_household_cap,
                "switched_off": counts.dropped_switched_off,
            },
        },
        "awareness": _share(figures.awareness),
        "directAction": _share(figures.direct_action),
        "dismissed": _share(figures.dismissed),
        "optedOut": _share(figures.opted_out),
        "resumed": counts.resumed,
        "goals": _share(figures.goals),
        "behaviourChange": _behaviour(figures.behaviour, figures.by_event_type),
        "fatigue": {
            **_weariness(figures.weariness),
            "isIgnored": figures.is_ignored,
            "perHomeAndWeek": _rounded(figures.per_home_and_week),
            "homesIgnoring": {"moreThan": IGNORED_IN_A_ROW, "homes": figures.homes_ignoring},
            "trend": {"lastMonth": _weariness(figures.last_month), "monthBefore": _weariness(figures.month_before)},
        },
    }


def _behaviour(any_type: impact.Effect, by_event_type: Mapping[str, impact.Effect]) -> BehaviourChanges:
    return {
        **_effect(any_type),
        "withinSeconds": REACTION_MS // 1000,
        "byEventType": {name: _effect(each) for name, each in by_event_type.items()},
    }


def _effect(effect: impact.Effect) -> BehaviourChange:
    return {
        "changed": _share(effect.changed),
        "usual": _rounded(effect.usual),
        "difference": _rounded(effect.difference),
        "low": _rounded(effect.low),
        "high": _rounded(effect.high),
        "isBeyondChance": effect.is_beyond_chance,
    }


def _weariness(weariness: impact.Weariness) -> Weariness:
    return {"ignored": _share(weariness.ignored), "optOutsPer1000": _rounded(weariness.opt_outs_per_1000)}


def _share(share: impact.Share) -> Share:
    return {
        "count": share.count,
        "of": share.of,
        "share": _rounded(share.share),
        "low": _rounded(share.low),
        "high": _rounded(share.high),
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, _DECIMALS)

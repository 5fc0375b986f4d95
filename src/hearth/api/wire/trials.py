"""Trials on the wire: what is asked, and how the answers look. The bodies themselves are made by `services.trial_bodies`."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, StrictInt, WrapValidator, model_validator

from hearth.api.wire.base import CustomerBuildingId, EpochSeconds, RuleId, WireModel, instant_or_none
from hearth.api.wire.notifications import Notification
from hearth.api.wire.rules import MOST_IN_LIST, RULE_EXAMPLE, Dataset, Rule
from hearth.core.instants import instant_of_number
from hearth.domain.goals import GoalState
from hearth.services.present_values import MOST_PARTS
from hearth.services.trials import MOST_RULES, BacktestTrial, PresentTrial, SeriesTrial, SimulationTrial, WhyTrial

_FROM = Field(default=None, alias="from", description="Inclusive, epoch seconds; 30 days before `to` when absent.")
_MOST_CHOSEN = 1_000
_LOCAL = "Local time with its offset, ISO 8601."

SIMULATION_EXAMPLE: dict[str, Any] = {
    "rule": "Much power",
    "ruleVersion": 0,
    "customerBuildingId": "house-4711",
    "from": "2026-03-07T01:00:00+01:00",
    "to": "2026-03-07T02:00:00+01:00",
    "evaluations": 4,
    "notifications": [
        {
            "id": "665f1c2ab1e8a93d5c0f7e21",
            "customerId": "64a1b2c3d4e5f60718293a4b",
            "customerBuildingId": "house-4711",
            "ruleId": "000000000000000000000000",
            "userIds": [],
            "priority": "normal",
            "createdAtTimeMillis": 1772844300000,
            "ingestionTimestamp": 1772844300,
            "deliveryStatus": "PENDING",
            "notification": {
                "actionQualifier": {"primary": "OPENAPP", "dismiss": "DISMISS"},
                "texts": {"en": {"title": "Much power", "message": "You use 1,550 W.", "actions": {}}},
                "command": None,
            },
            "interaction": None,
            "case": None,
            "trace": {"ended": "generated"},
        }
    ],
    "dropped": [],
    "counts": [{"at": "2026-03-07T01:45:00+01:00", "matches": 0, "streak": 0, "delivered": 1}],
    "faults": [],
    "notes": ["The rule is not active (DRAFT)."],
    "series": [
        {
            "dataset": "Power",
            "deviceId": "meter-1",
            "type": "POWER_CONSUMPTION",
            "source": "SMART_METER",
            "unit": "W",
            "points": 4,
            "timestamps": [1772841600, 1772842500, 1772843400, 1772844300],
            "values": [200, 200, 1500, 1600],
        }
    ],
}
_BACKTEST_EXAMPLE: dict[str, Any] = {
    "from": "2026-03-07T00:00:00+00:00",
    "to": "2026-03-10T00:00:00+00:00",
    "comparison": None,
    "rules": [
        {
            "rule": "Much power",
            "homes": 3,
            "homesReached": 2,
            "shareReached": 0.6667,
            "notifications": 36,
            "dropped": {"time_between": 180},
            "evaluations": 864,
            "goals": {"achieved": 0, "missed": 0, "open": 0, "abandoned": 0, "rate": None, "typicalSeconds": None},
            "perHomeAndDay": {"median": 0, "p90": 6, "max": 6},
            "busiestHours": [{"hour": 1, "notifications": 6}],
            "samples": [
                {"customerBuildingId": "house-4711", "at": "2026-03-07T01:45:00+01:00", "text": "You use 1,550 W."},
            ],
        }
    ],
}
_WHY_EXAMPLE: dict[str, Any] = {
    "rule": "Much power",
    "customerBuildingId": "house-4711",
    "asked": "2026-03-07T01:30:00+01:00",
    "notes": [],
    "evaluation": {
        "at": "2026-03-07T01:30:00+01:00",
        "outcome": "not sent",
        "ended": "not sent: the condition does not hold: AVG($Power) > 1000 (AVG($Power) is 850 W)",
        "before": {"matches": 0, "streak": 0, "delivered": 0},
        "after": {"matches": 0, "streak": 0, "delivered": 0},
        "parts": {
            "condition": {
                "text": "AVG($Power) > 1000",
                "start": 0,
                "end": 18,
                "type": "Scalar<Boolean>",
                "unit": None,
                "value": False,
                "shown": "no",
                "missing": None,
                "parts": [],
            }
        },
    },
}
_PRESENT_EXAMPLE: dict[str, Any] = {
    "customerBuildingId": "house-4711",
    "at": "2026-03-07T01:45:00+01:00",
    "datasets": [
        {
            "name": "Power",
            "unit": "W",
            "samples": 2,
            "newest": {"at": "2026-03-07T01:45:00+01:00", "value": 1600, "deviceId": "meter-1"},
        }
    ],
    "values": [
        {
            "pointer": "/condition",
            "type": "Scalar<Boolean>",
            "unit": None,
            "value": True,
            "shown": "yes",
            "missing": None,
            "parts": [{"text": "AVG($Power)", "shown": "1,550 W"}],
        }
    ],
}
_REQUEST_EXAMPLE: dict[str, JsonValue] = {
    "rule": RULE_EXAMPLE,
    "customerBuildingId": "house-4711",
    "from": 1772841600,
    "to": 1772845200,
}


class SimulationRequest(WireModel):
    """A draft (`rule`) or a saved rule (`ruleId`), a building, a range."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REQUEST_EXAMPLE]})

    rule: Rule | None = Field(default=None, description="A draft; nothing of it is saved.")
    rule_id: RuleId | None = Field(default=None, description="A saved rule, in its newest version.")
    customer_building_id: CustomerBuildingId
    from_seconds: EpochSeconds | None = _FROM
    to_seconds: EpochSeconds | None = Field(
        default=None, alias="to", description="Exclusive, epoch seconds; behind the newest event when absent."
    )

    @model_validator(mode="after")
    def _names_one_rule(self) -> Self:
        if (self.rule is None) == (self.rule_id is None):
            raise ValueError("send either rule (a draft) or ruleId (a saved one)")
        return self

    def to_trial(self, customer_id: str) -> SimulationTrial:
        """-> trial."""
        return SimulationTrial(
            customer_id=customer_id,
            rules=(self.rule_id or "" if self.rule is None else self.rule.to_domain(),),
            customer_building_id=self.customer_building_id,
            from_ms=instant_or_none(self.from_seconds),
            to_ms=instant_or_none(self.to_seconds),
        )


class RuleReference(WireModel):
    """A saved rule, in its newest version."""

    rule_id: RuleId


def _draft_or_saved(given: Any, _both: Any) -> Rule | RuleReference:
    """Decided by `ruleId`, so that a mistake is told of the one that is meant."""
    if isinstance(given, Rule | RuleReference):
        return given
    return (RuleReference if isinstance(given, Mapping) and "ruleId" in given else Rule).model_validate(given)


class BacktestRequest(WireModel):
    """One rule, or two to compare: drafts or saved ones."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rules": [RULE_EXAMPLE], "from": 1772841600, "to": 1773100800, "sample": 200}]}
    )

    rules: list[Annotated[Rule | RuleReference, WrapValidator(_draft_or_saved)]] = Field(min_length=1, max_length=MOST_RULES)
    from_seconds: EpochSeconds | None = _FROM
    to_seconds: EpochSeconds | None = Field(default=None, alias="to", description="Exclusive, epoch seconds; now when absent.")
    sample: Annotated[StrictInt, Field(ge=1)] | None = Field(
        default=None, description="At most so many buildings, evenly chosen; all when absent."
    )
    customer_building_ids: list[CustomerBuildingId] | None = Field(
        default=None, min_length=1, max_length=_MOST_CHOSEN, description="Only these buildings; all when absent."
    )
    per_home: bool = Field(
        default=False,
        description="Whether the lines with the progress bring what each building would have got (`perHome`). "
        "Only with `Accept: application/x-ndjson`.",
    )

    def to_trial(self, customer_id: str) -> BacktestTrial:
        """-> trial."""
        return BacktestTrial(
            customer_id=customer_id,
            rules=tuple(each.to_domain() if isinstance(each, Rule) else each.rule_id for each in self.rules),
            from_ms=instant_or_none(self.from_seconds),
            to_ms=instant_or_none(self.to_seconds),
            most_homes=self.sample,
            customer_building_ids=None if self.customer_building_ids is None else tuple(self.customer_building_ids),
            per_home=self.per_home,
        )


class WhyRequest(WireModel):
    """A draft, a building, an instant."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rule": RULE_EXAMPLE, "customerBuildingId": "house-4711", "timestamp": 1772843400}]}
    )

    rule: Rule
    customer_building_id: CustomerBuildingId
    timestamp: EpochSeconds | None = Field(default=None, description="Epoch seconds UTC; the newest event when absent.")

    def to_trial(self, customer_id: str) -> WhyTrial:
        """-> trial."""
        return WhyTrial(
            customer_id=customer_id,
            rules=(self.rule.to_domain(),),
            customer_building_id=self.customer_building_id,
            at_ms=instant_or_none(self.timestamp),
        )


class PresentRequest(WireModel):
    """A draft, which need not be whole, and a building."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rule": RULE_EXAMPLE, "customerBuildingId": "house-4711"}]})

    rule: Rule = Field(description="With its `id`, where it is saved, expressions see what the rule has counted in the building.")
    customer_building_id: CustomerBuildingId

    def to_trial(self, customer_id: str) -> PresentTrial:
        """-> trial."""
        return PresentTrial(
            customer_id=customer_id,
            rules=(self.rule.to_domain(),),
            rule_id=self.rule.id,
            customer_building_id=self.customer_building_id,
        )


class SeriesRequest(WireModel):
    """Datasets, a building, a range."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "datasets": RULE_EXAMPLE["datasets"],
                    "customerBuildingId": "house-4711",
                    "from": 1772841600,
                    "to": 1772845200,
                }
            ]
        }
    )

    datasets: list[Dataset] = Field(max_length=MOST_IN_LIST)
    customer_building_id: CustomerBuildingId
    from_seconds: EpochSeconds = Field(alias="from", description="Inclusive, epoch seconds.")
    to_seconds: EpochSeconds = Field(alias="to", description="Exclusive, epoch seconds.")

    def to_trial(self, customer_id: str) -> SeriesTrial:
        """-> trial."""
        return SeriesTrial(
            customer_id=customer_id,
            datasets=tuple(each.to_domain() for each in self.datasets),
            customer_building_id=self.customer_building_id,
            from_ms=instant_of_number(self.from_seconds),
            to_ms=instant_of_number(self.to_seconds),
        )


class GoalShown(WireModel):
    """What became of the rule's goal after the notification, at the end of the range."""

    state: GoalState
    ended_at: str | None = Field(description=_LOCAL)


class TriedNotification(Notification):
    """A notification as it would have been; `case`: the label of the case that was chosen."""

    model_config = ConfigDict(json_schema_extra={"examples": SIMULATION_EXAMPLE["notifications"]})

    case: str | None
    trace: dict[str, Any] = Field(description="The counts, and the step that ended the evaluation in words.")
    goal: GoalShown | None = Field(default=None, description="Only where the rule has a goal.")


class Counts(WireModel):
    """What the rule counts."""

    matches: int
    streak: int
    delivered: int


class CountsAt(Counts):
    """What the rule counted from an instant on."""

    at: str = Field(description=_LOCAL)


class FaultAt(WireModel):
    """The rule failed: a bug of ours."""

    at: str = Field(description=_LOCAL)
    error: str


class SeriesShown(WireModel):
    """What a dataset looked at, for a graph: `timestamps` (epoch seconds) and `values` side by side.

    Where all series together have more than 5,000 points those are kept that draw the same line: of each of equally long
    stretches of time the first, the last, the lowest and the highest (the method M4). No peak is lost. A shorter range, asked
    with `POST /rules/series/v1`, shows more of its points.
    """

    dataset: str
    device_id: str
    type: str
    source: str
    unit: str | None
    points: int = Field(description="How many there are in the range; more than are listed where points were left out.")
    timestamps: list[float]
    values: list[float]


class SeriesList(WireModel):
    """The data that datasets look at."""

    series: list[SeriesShown]


class Simulation(WireModel):
    """What a rule would have said in a building."""

    model_config = ConfigDict(json_schema_extra={"examples": [SIMULATION_EXAMPLE]})

    rule: str = Field(description="Its name.")
    rule_version: int = Field(description="0 of a draft.")
    customer_building_id: CustomerBuildingId
    from_instant: str = Field(alias="from", description=_LOCAL)
    to_instant: str = Field(alias="to", description=_LOCAL)
    evaluations: int
    notifications: list[TriedNotification]
    dropped: list[TriedNotification] = Field(description="What would have been held back, with its dropReason.")
    counts: list[CountsAt] = Field(description="What the rule counted, whenever that changed.")
    faults: list[FaultAt]
    notes: list[str] = Field(description="Why the rule would not be sent in this building today, whatever its condition says.")
    series: list[SeriesShown]


class PerHomeAndDay(WireModel):
    """Notifications per building and local day, over all of both, also those without any."""

    median: int
    p90: int
    max: int


class BusyHour(WireModel):
    """A local hour of the day, with the notifications that fall in it."""

    hour: int
    notifications: int


class Sample(WireModel):
    """A message that a building would have got."""

    customer_building_id: CustomerBuildingId
    at: str = Field(description=_LOCAL)
    text: str


class GoalFigures(WireModel):
    """How often the rule's goal came about. `rate`: of the achieved and missed ones, 0 to 1; null while nothing is known."""

    achieved: int
    missed: int
    open: int
    abandoned: int
    rate: float | None
    typical_seconds: int | None = Field(description="How long the achieved ones took, the median.")


class Figures(WireModel):
    """What a rule would have meant for the buildings."""

    rule: str = Field(description="Its name; of two that bear one name, with (first) and (second).")
    homes: int
    homes_reached: int
    share_reached: float = Field(description="0 to 1.")
    notifications: int
    dropped: dict[str, int] = Field(description="By reason.")
    evaluations: int
    goals: GoalFigures
    per_home_and_day: PerHomeAndDay
    busiest_hours: list[BusyHour]
    samples: list[Sample]


class Backtest(WireModel):
    """Figures of each rule, and two of them in a sentence."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BACKTEST_EXAMPLE]})

    from_instant: str = Field(alias="from", description="UTC, ISO 8601.")
    to_instant: str = Field(alias="to", description="UTC, ISO 8601.")
    comparison: str | None
    rules: list[Figures]


class DayInHome(WireModel):
    """A local day of a building on which it would have got something. `firstAtTimeMillis`: when the first of it."""

    day: str = Field(description="ISO 8601.")
    notifications: int
    first_at_time_millis: int


class RuleInHome(WireModel):
    """What a rule would have meant for one building; `days` and `hours` are local, those without any are left out."""

    notifications: int
    days: list[DayInHome]
    hours: list[BusyHour]
    dropped: dict[str, int] = Field(description="By reason.")
    evaluations: int
    faults: int = Field(description="How often the rule failed: a bug of ours.")


class HomeTried(WireModel):
    """One building of a backtest, with each rule in the order of the request."""

    customer_building_id: CustomerBuildingId
    time_zone_id: str
    rules: list[RuleInHome]


class BacktestLine(WireModel):
    """A line of a backtest that is not the last one."""

    progress: float = Field(description="0 to 1.")
    homes_done: int
    homes: int = Field(description="Of so many.")
    per_home: list[HomeTried] | None = Field(
        default=None, description="The buildings done since the line before, where `perHome` was asked for and there are any."
    )


class ExplainedPart(WireModel):
    """A part of an expression with its value, and its own parts. `start` and `end` are places in the expression."""

    text: str
    start: int
    end: int
    type: str
    unit: str | None
    value: Any = Field(description="As data.")
    shown: str = Field(description="As text.")
    missing: str | None = Field(description="Why it has no value.")
    parts: list["ExplainedPart"]


class NewestSample(WireModel):
    """The newest event in a window."""

    at: str = Field(description=_LOCAL)
    value: float
    device_id: str


class PresentDataset(WireModel):
    """What a dataset's window holds."""

    name: str
    unit: str | None
    samples: int | None = Field(description="How many; null of a dataset without a timespan.")
    newest: NewestSample | None = Field(description="null where the window is empty.")


class SingleValue(WireModel):
    """A part of an expression that is one value."""

    text: str = Field(description="As it is written.")
    shown: str = Field(description="Its value as text, with the unit.")


class PresentValue(WireModel):
    """What an expression comes to."""

    pointer: str = Field(description="Where it stands in the rule.")
    type: str
    unit: str | None
    value: Any = Field(description="As data; of a message its text.")
    shown: str = Field(description="As text.")
    missing: str | None = Field(description="Why it has no value; of a message, why a part of it has none.")
    parts: list[SingleValue] = Field(description=f"The single values in it, at most {MOST_PARTS}.")


class Present(WireModel):
    """What the expressions and datasets of a draft are in a building."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PRESENT_EXAMPLE]})

    customer_building_id: CustomerBuildingId
    at: str = Field(description=f"The newest event of the datasets; now where there is none. {_LOCAL}")
    datasets: list[PresentDataset]
    values: list[PresentValue]


class Evaluation(WireModel):
    """One evaluation, explained."""

    at: str = Field(description=_LOCAL)
    outcome: Literal["sent", "dropped", "not sent"]
    ended: str = Field(description="The step that ended it, in words.")
    before: Counts
    after: Counts
    parts: dict[str, ExplainedPart] = Field(description='By condition: "condition", "streak", "case 0".')


class Why(WireModel):
    """Why a rule spoke, or did not."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WHY_EXAMPLE]})

    rule: str = Field(description="Its name.")
    customer_building_id: CustomerBuildingId
    asked: str = Field(description=_LOCAL)
    notes: list[str]
    evaluation: Evaluation | None = Field(description="null where there was none in the week before.")

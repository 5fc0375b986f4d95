"""Rules on the wire: one model for what is sent and what is answered, with the names that the compatible API prints.

Read-only members may be sent back as they were read; they are passed over. Whether a rule makes sense is said by
`services.rule_checks`, whose paths become JSON pointers here. Invariant: a rule that was read and is sent back is the same.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, StrictBool, StrictInt, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hearth.api.wire.base import OURS, READ_ONLY, CustomerId, EpochSeconds, PlainText, RuleId, Text, WireModel
from hearth.core.instants import seconds_of_instant
from hearth.domain import rules as domain
from hearth.domain.rules import ActionQualifier, DatasetKind, InQuietHours, RuleState
from hearth.language import Severity

MOST_IN_LIST = 200
_MOST_LANGUAGES = 100
_MOST_SECONDS = 100 * 366 * 86_400

LongText = Annotated[PlainText, Field(max_length=10_000)]
Expression = Annotated[PlainText, Field(max_length=20_000, description="In the rule language, see its manual.")]
Seconds = Annotated[StrictInt, Field(ge=0, le=_MOST_SECONDS)]

_DATASET_EXAMPLE: dict[str, JsonValue] = {
    "name": "Power",
    "kind": "TIME_SERIES",
    "eventTypes": ["POWER_CONSUMPTION"],
    "sources": [],
    "timespanSeconds": 1800,
}
_TEMPLATE_EXAMPLE: dict[str, JsonValue] = {
    "actionQualifier": {"primary": "OPENAPP", "dismiss": "DISMISS"},
    "texts": {
        "en": {
            "title": "Much power",
            "message": '"You use " + AVG($Power) | "#,##0" + " W."',
            "actions": {"primary": {"text": "Show"}},
        }
    },
}
RULE_EXAMPLE: dict[str, JsonValue] = {
    "name": "Much power",
    "ruleState": "DRAFT",
    "datasets": [_DATASET_EXAMPLE],
    "condition": "AVG($Power) > 1000 AND COUNT($Power) >= 2",
    "time_between_triggers_seconds": 10800,
    "notification": _TEMPLATE_EXAMPLE,
}

# What a rule file calls otherwise.
_WIRE_NAMES = {
    "state": "ruleState",
    "timespan": "timespanSeconds",
    "streak": "streakCondition",
    "goal": "goalAchievedCondition",
    "schedule": "timeBasedCron",
    "matchThreshold": "match_threshold",
    "timeBetweenNotifications": "time_between_triggers_seconds",
    "earlyAdoptersOnly": "isRestrictedToEarlyAdopters",
    "validFor": "validForSeconds",
    "cases": "notificationCases",
    "when": "caseCondition",
}


class Dataset(WireModel):
    """The events that a rule looks at, under a name: an expression calls it `$Name`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DATASET_EXAMPLE]})

    name: Text
    kind: DatasetKind = Field(description="SINGLE_VALUE: the newest event; TIME_SERIES: all events of the time span.")
    event_types: list[Text] = Field(max_length=MOST_IN_LIST, description="Of the catalogue, at least one.")
    sources: list[Text] = Field(default=[], max_length=MOST_IN_LIST, description="Device types; none = all.")
    timespan_seconds: Seconds | None = Field(
        default=None, description="How far back. A single value without it may be of any age; a time series needs it."
    )

    def to_domain(self) -> domain.Dataset:
        """-> dataset."""
        return domain.Dataset(
            name=self.name,
            kind=self.kind,
            event_types=tuple(self.event_types),
            sources=tuple(self.sources),
            timespan_seconds=self.timespan_seconds,
        )


class ButtonText(WireModel):
    """The label of a button; `parameter` is the address of an OPENWEB action."""

    text: Text
    parameter: LongText | None = None


class ButtonTexts(WireModel):
    """The labels of the buttons there are."""

    primary: ButtonText | None = None
    secondary: ButtonText | None = None


class TemplateTexts(WireModel):
    """The texts of one language."""

    title: Text = Field(description="Plain text; {StreakCounter} and {DeliveredNotificationCounter} are filled in.")
    message: Expression
    actions: ButtonTexts = ButtonTexts()

    def to_domain(self) -> domain.TemplateText:
        """-> texts."""
        return domain.TemplateText(
            title=self.title,
            message=self.message,
            primary=_label(self.actions.primary),
            secondary=_label(self.actions.secondary),
        )


class ActionQualifiers(WireModel):
    """What each slot does; a slot that is absent does nothing."""

    primary: ActionQualifier | None = None
    secondary: ActionQualifier | None = None
    tap: ActionQualifier | None = None
    dismiss: ActionQualifier | None = None


class NotificationTemplate(WireModel):
    """What is sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TEMPLATE_EXAMPLE]})

    action_qualifier: ActionQualifiers = ActionQualifiers()
    texts: dict[str, TemplateTexts] = Field(default={}, max_length=_MOST_LANGUAGES, description="By language, such as en.")
    command: Expression | None = None

    def to_domain(self) -> domain.NotificationTemplate:
        """-> template."""
        slots = {slot: getattr(self.action_qualifier, slot) for slot in domain.SLOTS}
        return domain.NotificationTemplate(
            texts={language: texts.to_domain() for language, texts in self.texts.items()},
            action_qualifiers={slot: qualifier for slot, qualifier in slots.items() if qualifier is not None},
            command=self.command,
        )

    @classmethod
    def of_domain(cls, template: domain.NotificationTemplate) -> Self:
        """Template -> wire."""
        return cls.of(
            action_qualifier=ActionQualifiers(**template.action_qualifiers),
            texts={language: _texts(text) for language, text in template.texts.items()},
            command=template.command,
        )


class NotificationCase(WireModel):
    """A template that is sent when its condition holds; from the top, the first that holds."""

    label: Text
    case_condition: Expression
    notification: NotificationTemplate


def _with_names_once(datasets: list[Dataset]) -> list[Dataset]:
    names: set[str] = set()
    twice: list[InitErrorDetails] = []
    for index, each in enumerate(datasets):
        if each.name in names:
            error = PydanticCustomError("name_twice", "there are two datasets named {name}", {"name": each.name})
            twice.append(InitErrorDetails(type=error, loc=(index, "name"), input=None))
        names.add(each.name)
    if twice:
        raise ValidationError.from_exception_data("datasets", twice)
    return datasets


class Rule(WireModel):
    """When a household should hear something, and what."""

    model_config = ConfigDict(json_schema_extra={"examples": [RULE_EXAMPLE]})

    id: RuleId | None = Field(default=None, json_schema_extra=READ_ONLY)
    created_at: EpochSeconds | None = Field(default=None, json_schema_extra=READ_ONLY)
    customer_id: CustomerId | None = Field(default=None, description="That of the access token, if sent at all.")
    name: Text = Field(description="Unique; never shown to a household.")
    description: LongText = ""
    rule_state: RuleState = Field(default="DRAFT", description=f"{', '.join(get_args(RuleState))}; only ACTIVE runs.")
    tags: list[Text] = Field(default=[], max_length=MOST_IN_LIST)
    datasets: Annotated[list[Dataset], AfterValidator(_with_names_once)] = Field(default=[], max_length=MOST_IN_LIST)
    condition: Expression
    is_streak: StrictBool = False
    streak_condition: Expression | None = None
    goal_achieved_condition: Expression | None = None
    is_time_based: StrictBool = Field(default=False, description="Evaluated by timeBasedCron, not on events.")
    time_based_cron: Text | None = Field(default=None, description="Five cron fields, or six with seconds first; local time.")
    match_threshold: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = Field(
        default=0, alias="match_threshold", description="So many matches in a row are needed; 0 and 1: each counts."
    )
    time_between_triggers_seconds: Seconds = Field(
        default=0, alias="time_between_triggers_seconds", description="How long a household hears nothing after a notification."
    )
    reset_state_when_matched: StrictBool = Field(default=False, description="Empties the rule's windows after a notification.")
    is_restricted_to_early_adopters: StrictBool = False
    priority: Literal["high", "normal"] = "normal"
    during_quiet_hours: InQuietHours = Field(
        default="drop", description="In quiet hours: dropped, or held to their end.", json_schema_extra=OURS
    )
    valid_for_seconds: Seconds = Field(
        default=6 * 3600, description="After so long a notification is stale and not sent any more.", json_schema_extra=OURS
    )
    notification: NotificationTemplate | None = None
    notification_cases: list[NotificationCase] = Field(default=[], max_length=MOST_IN_LIST)
    version: StrictInt | None = Field(
        default=None, description="Every save makes one. Sent with a save: the one it is based on.", json_schema_extra=OURS
    )
    updated_at: EpochSeconds | None = Field(default=None, json_schema_extra=READ_ONLY | OURS)
    updated_by: Text | None = Field(default=None, json_schema_extra=READ_ONLY | OURS)

    def to_domain(self) -> domain.Rule:
        """-> a rule without identity: no id, no customer, version 0."""
        return domain.Rule(
            id="",
            customer_id="",
            created_at_ms=0,
            version=0,
            name=self.name,
            description=self.description,
            state=self.rule_state,
            tags=tuple(self.tags),
            datasets=tuple(each.to_domain() for each in self.datasets),
            condition=self.condition,
            is_streak=self.is_streak,
            streak_condition=self.streak_condition,
            goal_achieved_condition=self.goal_achieved_condition,
            is_time_based=self.is_time_based,
            time_based_cron=self.time_based_cron,
            match_threshold=self.match_threshold,
            time_between_triggers_seconds=self.time_between_triggers_seconds,
            reset_state_when_matched=self.reset_state_when_matched,
            is_restricted_to_early_adopters=self.is_restricted_to_early_adopters,
            priority=self.priority,
            during_quiet_hours=self.during_quiet_hours,
            valid_for_seconds=self.valid_for_seconds,
            notification=None if self.notification is None else self.notification.to_domain(),
            cases=tuple(
                domain.Case(label=each.label, condition=each.case_condition, notification=each.notification.to_domain())
                for each in self.notification_cases
            ),
        )


class Finding(WireModel):
    """Something about a part of a rule. `line` and `column` (from 1) and `length` are places in an expression."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pointer": "/condition",
                    "severity": "error",
                    "code": "undefined-dataset",
                    "detail": "There is no dataset Powr in this rule.",
                    "hint": "did you mean $Power?",
                    "line": 1,
                    "column": 5,
                    "length": 5,
                }
            ]
        }
    )

    pointer: str
    severity: Severity
    code: str
    detail: str
    hint: str | None
    line: int | None
    column: int | None
    length: int | None


class RuleVersion(WireModel):
    """A rule as it was saved once."""

    rule: Rule
    effects: list[str] = Field(description="What the save did to windows, counts and goals, in words.")
    faults: int = Field(description="How often this version failed: a bug of ours.")
    last_fault_at: EpochSeconds | None
    last_fault: str | None


class ImportedRule(WireModel):
    """What became of one rule of an import, or would become of it."""

    id: str | None = Field(description="Null for one that would be added.")
    name: str
    version: int
    outcome: Literal["added", "changed", "unchanged"]


class TextFinding(WireModel):
    """Something doubtful in a YAML text; line and column from 1."""

    severity: Severity
    code: str
    detail: str
    hint: str | None
    line: int
    column: int
    length: int
    pointer: str = Field(description="Empty: it is the text that is spoken of.")


class ImportAnswer(WireModel):
    """What became of the rules of a text, in their order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dryRun": False,
                    "rules": [{"id": "6f1f0c9a4be2d07c5a3d9e10", "name": "Much power", "version": 2, "outcome": "changed"}],
                    "findings": [],
                }
            ]
        }
    )

    dry_run: bool
    rules: list[ImportedRule]
    findings: list[TextFinding]


def rule_body(rule: domain.Rule) -> Rule:
    """A saved rule as it is answered."""
    return Rule.of(
        id=rule.id,
        created_at=seconds_of_instant(rule.created_at_ms),
        customer_id=rule.customer_id,
        name=rule.name,
        description=rule.description,
        rule_state=rule.state,
        tags=list(rule.tags),
        datasets=[
            Dataset.of(
                name=each.name,
                kind=each.kind,
                event_types=list(each.event_types),
                sources=list(each.sources),
                timespan_seconds=each.timespan_seconds,
            )
            for each in rule.datasets
        ],
        condition=rule.condition,
        is_streak=rule.is_streak,
        streak_condition=rule.streak_condition,
        goal_achieved_condition=rule.goal_achieved_condition,
        is_time_based=rule.is_time_based,
        time_based_cron=rule.time_based_cron,
        match_threshold=rule.match_threshold,
        time_between_triggers_seconds=rule.time_between_triggers_seconds,
        reset_state_when_matched=rule.reset_state_when_matched,
        is_restricted_to_early_adopters=rule.is_restricted_to_early_adopters,
        priority=rule.priority,
        during_quiet_hours=rule.during_quiet_hours,
        valid_for_seconds=rule.valid_for_seconds,
        notification=None if rule.notification is None else NotificationTemplate.of_domain(rule.notification),
        notification_cases=[
            NotificationCase.of(
                label=each.label,
                case_condition=each.condition,
                notification=NotificationTemplate.of_domain(each.notification),
            )
            for each in rule.cases
        ],
        version=rule.version,
        updated_at=seconds_of_instant(rule.updated_at_ms),
        updated_by=rule.updated_by,
    )


def path_in_rule(rule: Rule, path: Sequence[str | int]) -> list[str | int]:
    """A path in a rule file -> the path of the same part on the wire."""
    steps = list(path)
    if steps[:1] == ["datasets"] and len(steps) > 1:
        steps[1] = next((index for index, each in enumerate(rule.datasets) if each.name == steps[1]), steps[1])
    return [_WIRE_NAMES.get(step, step) if isinstance(step, str) else step for step in steps]


def _label(label: ButtonText | None) -> domain.ActionText | None:
    return None if label is None else domain.ActionText(text=label.text, parameter=label.parameter)


def _texts(text: domain.TemplateText) -> TemplateTexts:
    def button(label: domain.ActionText | None) -> ButtonText | None:
        return None if label is None else ButtonText.of(text=label.text, parameter=label.parameter)

    actions = ButtonTexts.of(primary=button(text.primary), secondary=button(text.secondary))
    return TemplateTexts.of(title=text.title, message=text.message, actions=actions)

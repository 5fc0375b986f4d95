"""Rule and its parts: datasets, condition, cases, template.

A rule is what an energy advisor wrote. Expressions are kept as text; whether they are right is the
language's to say, and what happens when they hold is the engine's. Every save makes a RuleVersion.
"""

from typing import Literal

import msgspec

SLOTS = ("primary", "secondary", "tap", "dismiss")
ActionQualifier = Literal["OPENAPP", "OPENWEB", "VIEWED", "DISMISS", "STOPDELIVERY", "COMMAND"]
DatasetKind = Literal["SINGLE_VALUE", "TIME_SERIES"]
RuleState = Literal["ACTIVE", "INACTIVE", "DRAFT"]
InQuietHours = Literal["drop", "hold"]


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """The author's selection of events: types, sources (none = all), and how far back.

    A single value may do without a timespan (None): then the newest event counts however old.
    """

    name: str
    kind: DatasetKind
    event_types: tuple[str, ...]
    sources: tuple[str, ...] = ()
    timespan_seconds: int | None = None


class ActionText(msgspec.Struct, frozen=True, kw_only=True):
    """The label of a button and, for OPENWEB, the address."""

    text: str
    parameter: str | None = None


class TemplateText(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of one language: `title` is static, `message` is an expression."""

    title: str
    message: str
    primary: ActionText | None = None
    secondary: ActionText | None = None


class NotificationTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: texts per language, what each slot does, an optional command expression."""

    texts: dict[str, TemplateText]
    action_qualifiers: dict[str, ActionQualifier] = {}
    command: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A template that is sent when its condition holds; the first that holds wins."""

    label: str
    condition: str
    notification: NotificationTemplate


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in one version. `match_threshold` 0 and 1 deliver each match.

    `during_quiet_hours`: whether a notification is dropped or held to their end; one of high priority passes.
    """

    id: str
    customer_id: str
    name: str
    created_at_ms: int
    version: int = 1
    updated_at_ms: int = 0
    updated_by: str | None = None
    description: str = ""
    state: RuleState = "DRAFT"
    tags: tuple[str, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    condition: str = ""
    is_streak: bool = False
    streak_condition: str | None = None
    goal_achieved_condition: str | None = None
    is_time_based: bool = False
    time_based_cron: str | None = None
    match_threshold: int = 0
    time_between_triggers_seconds: int = 0
    reset_state_when_matched: bool = False
    is_restricted_to_early_adopters: bool = False
    priority: Literal["high", "normal"] = "normal"
    during_quiet_hours: InQuietHours = "drop"
    valid_for_seconds: int = 6 * 3600
    notification: NotificationTemplate | None = None
    cases: tuple[Case, ...] = ()

    @property
    def templates(self) -> list[NotificationTemplate]:
        """Everything that it may send."""
        return [each for each in (self.notification, *(case.notification for case in self.cases)) if each is not None]

    def find_dataset(self, name: str) -> Dataset | None:
        """The dataset of that name, or None."""
        return next((dataset for dataset in self.datasets if dataset.name == name), None)

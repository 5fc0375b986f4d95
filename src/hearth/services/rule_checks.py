"""Whether a rule can be run: what its author must mend before it is saved or switched on.

Every way in (a file, the API, the console) asks here. A Finding names the part of the rule by its path in a rule
file and, inside an expression, the line and column. Nothing is looked up in a database. An ACTIVE rule must be
complete; what a rule that is not active still lacks is only a warning.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hearth.core.instants import MINUTE_MS
from hearth.core.problems import FieldProblem, Problem
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import Dataset, NotificationTemplate, Rule
from hearth.engine.schedule import mistake_in, shortest_pause_ms
from hearth.engine.scope import scope_of
from hearth.language import Place, Severity, check
from hearth.language.printer import written_timespan

Path = tuple[str | int, ...]

SAFE_TITLE_LENGTH = 40  # characters of a title that every phone shows
USUAL_PAUSE_MS = 5 * MINUTE_MS  # a schedule that ticks more often is hardly meant


class Finding(NamedTuple):
    """Something about the part at `path`, such as ("notification", "texts", "en", "message").

    `line`, `column` (from 1) and `length` are places in an expression, None for the part as a whole.
    `is_about_key`: the part's name is meant, not its content.
    """

    path: Path
    severity: Severity
    code: str
    message: str
    hint: str | None = None
    line: int | None = None
    column: int | None = None
    length: int | None = None
    is_about_key: bool = False

    @property
    def with_hint(self) -> str:
        """What is wrong, and the remedy where one is known."""
        if self.hint is None:
            return self.message
        return f"{self.message} Hint: {self.hint}" + ("" if self.hint.endswith((".", "?", "!")) else ".")


class UnfitRule(Problem):
    """A rule that cannot be run: what its author must mend, by path in a rule file."""

    def __init__(self, rule: Rule, findings: Sequence[Finding]) -> None:
        errors = tuple(FieldProblem("".join(f"/{part}" for part in each.path), each.message) for each in findings)
        super().__init__("invalid", findings[0].message, errors)
        self.rule = rule
        self.findings = tuple(findings)


def check_rule(rule: Rule, catalogue: Catalogue, languages: Sequence[str]) -> list[Finding]:
    """All findings of a rule. `languages`: those in which the customer needs texts."""
    return list(_Checks(rule, catalogue, languages).all())


class _Checks:
    """The checks of one rule."""

    def __init__(self, rule: Rule, catalogue: Catalogue, languages: Sequence[str]) -> None:
        self._rule = rule
        self._catalogue = catalogue
        self._languages = languages
        self._needed: Severity = "error" if rule.state == "ACTIVE" else "warning"

    def all(self) -> Iterator[Finding]:
        rule = self._rule
        for dataset in rule.datasets:
            yield from self._dataset(dataset)
        yield from self._expression(("condition",), "condition", rule.condition)
        if rule.is_streak:
            yield from self._expression(("streak",), "streak", rule.streak_condition or "")
        if rule.goal_achieved_condition is not None:
            yield from self._expression(("goal",), "goal", rule.goal_achieved_condition)
        if rule.is_time_based:
            yield from _schedule(rule.time_based_cron or "")
        if rule.notification is not None:
            yield from self._template(("notification",), rule.notification)
        for index, case in enumerate(rule.cases):
            yield from self._expression(("cases", index, "when"), "case", case.condition)
            yield from self._template(("cases", index, "notification"), case.notification)
        yield from self._whole()

    def _whole(self) -> Iterator[Finding]:
        rule = self._rule
        if not rule.name:
            yield Finding(("name",), "error", "empty-name", "A rule needs a name.")
        if not rule.datasets and not rule.is_time_based:
            message = "Without a dataset no event ever triggers this rule."
            yield Finding(("datasets",), self._needed, "no-datasets", message, "add datasets")
        if rule.notification is None and not rule.cases:
            hint = "add a notification, or cases with one each"
            yield Finding(("notification",), self._needed, "no-notification", "The rule has nothing to send.", hint)
        if rule.notification is not None and rule.cases:
            message = "This notification is never sent: where there are cases, only theirs are."
            hint = "move it to a last case with `when: true`"
            yield Finding(("notification",), "warning", "unused-notification", message, hint, is_about_key=True)

        if rule.priority == "high" and rule.during_quiet_hours == "hold":
            message = "Nothing is ever held: a rule of high priority passes quiet hours."
            yield Finding(("duringQuietHours",), "warning", "unused-hold", message, "leave it out", is_about_key=True)

    def _dataset(self, dataset: Dataset) -> Iterator[Finding]:
        path: Path = ("datasets", dataset.name)
        if not dataset.name.isascii() or not dataset.name.replace("_", "a").isalnum():
            message = f"{dataset.name!r} cannot be written as $Name: letters, digits and _ only."
            yield Finding(path, "error", "bad-name", message, is_about_key=True)
        if dataset.kind == "TIME_SERIES" and not dataset.timespan_seconds:
            message = "A time series needs a timespan: how far back its events are kept."
            yield Finding((*path, "timespan"), "error", "timespan-needed", message, "add for instance `timespan: 24h`")
        if not dataset.event_types:
            message = "A dataset needs at least one event type."
            yield Finding((*path, "eventTypes"), "error", "no-event-types", message, "see the list of event types")
        for index, name in enumerate(dataset.event_types):
            if self._catalogue.find_event_type(name) is None:
                meant = _meant(self._catalogue.nearest_event_type(name))
                yield Finding(
                    (*path, "eventTypes", index), "error", "unknown-event-type", f"There is no event type {name}.", meant
                )
        for index, name in enumerate(dataset.sources):
            yield from self._source(dataset, (*path, "sources", index), name)

    def _source(self, dataset: Dataset, path: Path, name: str) -> Iterator[Finding]:
        source = self._catalogue.source_named(name)
        if source is None:
            meant = _meant(self._catalogue.nearest_source(name))
            yield Finding(path, "error", "unknown-source", f"There is no source {name}.", meant)
            return
        known = [found for each in dataset.event_types if (found := self._catalogue.find_event_type(each)) is not None]
        if known and not any(source in event_type.sources for event_type in known):
            usual = ", ".join(sorted(set[str]().union(*(event_type.sources for event_type in known))))
            message = f"{name} does not usually send {' or '.join(event_type.name for event_type in known)}."
            yield Finding(path, "warning", "unusual-source", message, f"usual sources: {usual}")

    def _template(self, path: Path, template: NotificationTemplate) -> Iterator[Finding]:
        missing = [language for language in self._languages if language not in template.texts]
        if missing:
            message = f"Texts are missing in: {', '.join(missing)}."
            hint = None if self._needed == "error" else "they are needed before the rule is switched on"
            yield Finding((*path, "texts"), self._needed, "missing-language", message, hint, is_about_key=True)
        for language, text in template.texts.items():
            place: Path = (*path, "texts", language)
            if len(text.title) > SAFE_TITLE_LENGTH:
                message = f"The title has {len(text.title)} characters; a phone may show only the first {SAFE_TITLE_LENGTH}."
                yield Finding((*place, "title"), "warning", "long-title", message, "say the most important thing first")
            if not text.title:
                yield Finding((*place, "title"), self._needed, "empty-title", "The title is empty.")
            yield from self._expression((*place, "message"), "message", text.message)
            for slot, label in (("primary", text.primary), ("secondary", text.secondary)):
                qualifier = template.action_qualifiers.get(slot)
                if label is not None and qualifier is None:
                    message = f"The button {slot} does nothing: the notification has no action for it."
                    hint = f"add {slot} to the notification's actions"
                    yield Finding((*place, "actions", slot), "warning", "button-without-action", message, hint, is_about_key=True)
                if label is None and qualifier is not None:
                    message = f"The button {slot} has no text in {language}."
                    yield Finding(place, self._needed, "button-without-text", message, "add it to actions", is_about_key=True)
                if label is not None and qualifier == "OPENWEB" and not label.parameter:
                    message = "OPENWEB opens the address in `parameter`, which is missing."
                    yield Finding((*place, "actions", slot), self._needed, "address-needed", message, is_about_key=True)
        if template.command is not None:
            yield from self._expression((*path, "command"), "command", template.command)

    def _expression(self, path: Path, place: Place, text: str) -> Iterator[Finding]:
        checked = check(text, scope_of(self._rule.datasets, self._catalogue, place, self._rule.is_streak))
        for found in checked.diagnostics:
            if found.code == "long-text":  # for whoever is writing the message; a finished rule has chosen its length
                continue
            yield Finding(path, found.severity, found.code, found.message, found.hint, found.line, found.column, found.length)


def _schedule(cron: str) -> Iterator[Finding]:
    wrong = mistake_in(cron)
    if wrong is not None:
        yield Finding(("schedule",), "error", "bad-schedule", *wrong)
        return
    pause_ms = shortest_pause_ms(cron)
    if pause_ms is not None and pause_ms < USUAL_PAUSE_MS:
        message = f"This schedule ticks as often as every {written_timespan(pause_ms)}, and evaluates every home each time."
        hint = "let events trigger the rule, or tick every 5 minutes or less often"
        yield Finding(("schedule",), "warning", "frequent-schedule", message, hint)


def _meant(name: str | None) -> str | None:
    return f"did you mean {name}?" if name else None

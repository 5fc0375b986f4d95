"""Rules as YAML text: reading with the place of every mistake, and writing in one canonical form.

A file holds one rule per document, or a list of rules. What is read is a draft: a Rule without identity (no id,
no customer, version 0). This module knows the keys; whether the rule makes sense is said by `rule_checks`, whose
findings get their places here. Invariant: reading what was written gives the same rules, and writing them again
the same text.
"""

from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple, get_args

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from hearth.core.instants import SECOND_MS
from hearth.domain.catalogue import Catalogue
from hearth.domain.rules import (
    SLOTS,
    ActionQualifier,
    ActionText,
    Case,
    Dataset,
    DatasetKind,
    InQuietHours,
    NotificationTemplate,
    Rule,
    RuleState,
    TemplateText,
)
from hearth.language.printer import written_timespan
from hearth.services.rule_checks import Finding, check_rule
from hearth.services.yaml_places import Node, SequenceNode, YamlSyntaxError, YamlText
from hearth.services.yaml_places import Place as TextPlace
from hearth.services.yaml_values import Path, ValueReader

RULE_KEYS = (
    "name", "description", "state", "tags", "priority", "datasets", "condition", "streak", "goal", "schedule",
    "matchThreshold", "timeBetweenNotifications", "resetStateWhenMatched", "earlyAdoptersOnly", "duringQuietHours",
    "validFor", "notification", "cases",
)  # fmt: skip
_DATASET_KEYS = ("kind", "eventTypes", "sources", "timespan")
_NOTIFICATION_KEYS = ("actions", "texts", "command")
_TEXT_KEYS = ("title", "message", "actions")
_BUTTON_KEYS = ("text", "parameter")
_CASE_KEYS = ("label", "when", "notification")
_BUTTONS = ("primary", "secondary")
_BLANK = Rule(id="", customer_id="", name="", created_at_ms=0, version=0)
_WIDEST_LINE = 100_000  # an expression is not broken over lines for us


class Diagnostic(NamedTuple):
    """An author's mistake in a file; line and column from 1. How it is shown is the edge's."""

    file: str
    line: int
    column: int
    length: int
    severity: str
    code: str
    message: str
    hint: str | None = None


class RuleFile(NamedTuple):
    """What a text holds: drafts, each with the place of its name, and what is wrong."""

    rules: tuple[tuple[Rule, TextPlace], ...]
    diagnostics: tuple[Diagnostic, ...]


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is more than a warning."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def read_files(
    files: Iterable[tuple[str, str]], catalogue: Catalogue, languages: Sequence[str], *, is_trusted: bool = True
) -> tuple[list[Rule], list[Diagnostic]]:
    """(name, text) of files -> all drafts in order, and all diagnostics, also of names that occur twice.

    Where whoever wrote them is not trusted, no text makes endless work.
    """
    drafts: list[Rule] = []
    diagnostics: list[Diagnostic] = []
    first_file: dict[str, str] = {}
    for file, text in files:
        read = read_rules(file, text, catalogue, languages, is_trusted=is_trusted)
        diagnostics.extend(read.diagnostics)
        for draft, place in read.rules:
            if draft.name in first_file:
                message = f"There are two rules named {draft.name!r}; the first is in {first_file[draft.name]}."
                diagnostics.append(Diagnostic(file, *place, "error", "duplicate-rule", message, "give each its own name"))
            first_file.setdefault(draft.name, file)
            drafts.append(draft)
    return drafts, diagnostics


def read_rules(file: str, text: str, catalogue: Catalogue, languages: Sequence[str], *, is_trusted: bool = True) -> RuleFile:
    """One YAML text -> drafts, and diagnostics in the order of their places.

    `file` only names the text in diagnostics. A rule with mistakes is given as far as it could be read.
    """
    yaml = YamlText(text)
    try:
        documents = yaml.documents(is_trusted=is_trusted)
    except YamlSyntaxError as error:
        hint = "put a text that holds `: ` or ` #` in quotes; indent with spaces"
        message = f"This is not valid YAML: {error.problem}."
        return RuleFile((), (Diagnostic(file, *error.place, "error", "yaml-syntax", message, hint),))
    nodes: list[Node] = []
    for root in documents:
        nodes.extend(root.value if isinstance(root, SequenceNode) else [root])
    rules: list[tuple[Rule, TextPlace]] = []
    diagnostics: list[Diagnostic] = []
    for node in nodes:
        values = ValueReader(yaml, node)
        rule = _rule(values, catalogue)
        is_unsure = any(values.is_wrong(("datasets", dataset.name, "kind")) for dataset in rule.datasets)
        findings = [
            found
            for found in check_rule(rule, catalogue, languages)
            # What is said inside expressions follows from the kinds of the datasets.
            if not values.is_wrong(found.path) and not (is_unsure and found.line is not None)
        ]
        diagnostics.extend(
            Diagnostic(file, *wrong.place, "error", wrong.code, wrong.message, wrong.hint) for wrong in values.mistakes
        )
        diagnostics.extend(_placed(file, values, finding) for finding in findings)
        if not values.is_wrong(("name",)):
            rules.append((rule, values.place(("name",))))
    if not nodes:
        diagnostics.append(Diagnostic(file, 1, 1, 1, "warning", "no-rules", "There is no rule in this file."))
    diagnostics.sort(key=lambda diagnostic: (diagnostic.line, diagnostic.column))
    return RuleFile(tuple(rules), tuple(diagnostics))


def write_rules(rules: Iterable[Rule]) -> str:
    """Rules -> YAML text, one document each; what has its default value is left out."""
    yaml = YAML()
    yaml.width = _WIDEST_LINE
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    for index, rule in enumerate(rules):
        if index:
            stream.write("---\n")
        yaml.dump(_written(rule), stream)
    return stream.getvalue()


def _placed(file: str, values: ValueReader, finding: Finding) -> Diagnostic:
    if finding.line is not None:
        place = values.place_inside(finding.path, finding.line, finding.column or 1, finding.length or 1)
    else:
        place = values.place(finding.path, of_key=finding.is_about_key)
    return Diagnostic(file, *place, finding.severity, finding.code, finding.message, finding.hint)


# Reading


def _rule(values: ValueReader, catalogue: Catalogue) -> Rule:
    values.keys((), RULE_KEYS, needed=("name", "condition"))
    streak, schedule = values.text(("streak",)), values.text(("schedule",))
    valid_for = values.seconds(("validFor",))
    return Rule(
        id=_BLANK.id,
        customer_id=_BLANK.customer_id,
        created_at_ms=_BLANK.created_at_ms,
        version=_BLANK.version,
        name=values.text(("name",)) or "",
        description=values.text(("description",)) or "",
        state=values.choice(("state",), get_args(RuleState), _BLANK.state),
        tags=values.texts(("tags",)),
        priority=values.choice(("priority",), ("normal", "high"), _BLANK.priority),
        datasets=tuple(_dataset(values, path, catalogue) for path in values.named(("datasets",))),
        condition=values.text(("condition",)) or "",
        is_streak=streak is not None,
        streak_condition=streak,
        goal_achieved_condition=values.text(("goal",)),
        is_time_based=schedule is not None,
        time_based_cron=schedule,
        match_threshold=values.count(("matchThreshold",)) or 0,
        time_between_triggers_seconds=values.seconds(("timeBetweenNotifications",)) or 0,
        reset_state_when_matched=values.switch(("resetStateWhenMatched",)),
        is_restricted_to_early_adopters=values.switch(("earlyAdoptersOnly",)),
        during_quiet_hours=values.choice(("duringQuietHours",), get_args(InQuietHours), _BLANK.during_quiet_hours),
        valid_for_seconds=_BLANK.valid_for_seconds if valid_for is None else valid_for,
        notification=_template(values, ("notification",)) if ("notification",) in values else None,
        cases=tuple(_case(values, path) for path in values.items(("cases",))),
    )


def _dataset(values: ValueReader, path: Path, catalogue: Catalogue) -> Dataset:
    values.keys(path, _DATASET_KEYS, needed=("kind", "eventTypes"))
    return Dataset(
        name=str(path[-1]),
        kind=values.choice((*path, "kind"), get_args(DatasetKind), "SINGLE_VALUE"),
        event_types=values.texts((*path, "eventTypes")),
        sources=tuple(catalogue.source_named(name) or name for name in values.texts((*path, "sources"))),
        timespan_seconds=values.seconds((*path, "timespan")),
    )


def _case(values: ValueReader, path: Path) -> Case:
    values.keys(path, _CASE_KEYS, needed=("label", "when", "notification"))
    return Case(
        label=values.text((*path, "label")) or "",
        condition=values.text((*path, "when")) or "",
        notification=_template(values, (*path, "notification")),
    )


def _template(values: ValueReader, path: Path) -> NotificationTemplate:
    values.keys(path, _NOTIFICATION_KEYS, needed=("texts",))
    actions = (*path, "actions")
    qualifiers: tuple[ActionQualifier, ...] = get_args(ActionQualifier)
    return NotificationTemplate(
        texts={str(text_path[-1]): _text(values, text_path) for text_path in values.named((*path, "texts"))},
        action_qualifiers={slot: values.choice((*actions, slot), qualifiers, "VIEWED") for slot in values.keys(actions, SLOTS)},
        command=values.text((*path, "command")),
    )


def _text(values: ValueReader, path: Path) -> TemplateText:
    values.keys(path, _TEXT_KEYS, needed=("title", "message"))
    actions = (*path, "actions")
    labels = {button: _button(values, (*actions, button)) for button in values.keys(actions, _BUTTONS)}
    return TemplateText(
        title=values.text((*path, "title")) or "",
        message=values.text((*path, "message")) or "",
        primary=labels.get("primary"),
        secondary=labels.get("secondary"),
    )


def _button(values: ValueReader, path: Path) -> ActionText:
    values.keys(path, _BUTTON_KEYS, needed=("text",))
    return ActionText(text=values.text((*path, "text")) or "", parameter=values.text((*path, "parameter")))


# Writing


def _written(rule: Rule) -> dict[str, Any]:
    """The rule's keys in their order, without those that have their default value."""
    blank = _BLANK
    keys: dict[str, Any] = {
        "name": _scalar(rule.name),
        "description": _scalar(rule.description) or None,
        "state": rule.state,
        "tags": _inline_list(rule.tags),
        "priority": rule.priority if rule.priority != blank.priority else None,
        "datasets": {dataset.name: _written_dataset(dataset) for dataset in rule.datasets} or None,
        "condition": _scalar(rule.condition),
        "streak": _scalar(rule.streak_condition or "") if rule.is_streak else None,
        "goal": _scalar(rule.goal_achieved_condition),
        "schedule": _scalar(rule.time_based_cron or "") if rule.is_time_based else None,
        "matchThreshold": rule.match_threshold or None,
        "timeBetweenNotifications": written_timespan(rule.time_between_triggers_seconds * SECOND_MS)
        if rule.time_between_triggers_seconds
        else None,
        "resetStateWhenMatched": rule.reset_state_when_matched or None,
        "earlyAdoptersOnly": rule.is_restricted_to_early_adopters or None,
        "duringQuietHours": rule.during_quiet_hours if rule.during_quiet_hours != blank.during_quiet_hours else None,
        "validFor": written_timespan(rule.valid_for_seconds * SECOND_MS)
        if rule.valid_for_seconds != blank.valid_for_seconds
        else None,
        "notification": _written_template(rule.notification) if rule.notification is not None else None,
        "cases": [
            {"label": _scalar(case.label), "when": _scalar(case.condition), "notification": _written_template(case.notification)}
            for case in rule.cases
        ]
        or None,
    }
    return _present(keys)


def _written_dataset(dataset: Dataset) -> CommentedMap:
    return _inline(
        _present(
            {
                "kind": dataset.kind,
                "eventTypes": list(dataset.event_types),
                "sources": list(dataset.sources) or None,
                "timespan": written_timespan(dataset.timespan_seconds * SECOND_MS)
                if dataset.timespan_seconds is not None
                else None,
            }
        )
    )


def _written_template(template: NotificationTemplate) -> dict[str, Any]:
    return _present(
        {
            "actions": _inline(template.action_qualifiers) if template.action_qualifiers else None,
            "texts": {language: _written_text(text) for language, text in template.texts.items()},
            "command": _scalar(template.command),
        }
    )


def _written_text(text: TemplateText) -> dict[str, Any]:
    buttons = {
        button: _inline(_present({"text": _scalar(label.text), "parameter": _scalar(label.parameter)}))
        for button, label in (("primary", text.primary), ("secondary", text.secondary))
        if label is not None
    }
    return _present({"title": _scalar(text.title), "message": _scalar(text.message), "actions": buttons or None})


def _present(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value is not None}


def _inline(keys: Mapping[str, Any]) -> CommentedMap:
    mapping = CommentedMap(keys)
    mapping.fa.set_flow_style()
    return mapping


def _inline_list(texts: Sequence[str]) -> CommentedSeq | None:
    if not texts:
        return None
    sequence = CommentedSeq(_scalar(text) for text in texts)
    sequence.fa.set_flow_style()
    return sequence


def _scalar(text: str | None) -> str | None:
    """A text of several lines, or with both kinds of quotes, becomes a block: it reads as its author wrote it."""
    if text is None:
        return None
    text = text.rstrip()
    written = text
    if not text.replace("\n", "").isprintable() or text.startswith(("?", ":")):  # in a list, ?x is read as a key, :x as a value
        written = DoubleQuotedScalarString(text)
    elif "\n" in text or ("'" in text and '"' in text):
        written = LiteralScalarString(text)
    return written

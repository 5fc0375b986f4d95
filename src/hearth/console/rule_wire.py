"""The JSON of what the rules pages need beyond the public API: predefined rules, the catalogue's names, ticks."""

from hearth.console.wire import Wire
from hearth.domain.catalogue import PLATFORM, Catalogue
from hearth.services.predefined_rules import PredefinedRule


class PredefinedText(Wire):
    """`message` is an expression of the rule language."""

    title: str
    message: str


class PredefinedWording(Wire):
    name: str
    description: str


class PredefinedRuleView(Wire):
    """A rule that comes with Hearth; `wordings` by language. `ruleId`: of the customer's own rule of one of its names."""

    file: str
    name: str
    description: str
    wordings: dict[str, PredefinedWording]
    tags: list[str]
    condition: str
    texts: dict[str, PredefinedText]
    rule_id: str | None


class AddedRule(Wire):
    rule_id: str


class EventTypeView(Wire):
    name: str
    unit: str
    sources: list[str]


class CatalogueView(Wire):
    """Everything that a dataset may name."""

    event_types: list[EventTypeView]
    sources: list[str]


class TicksView(Wire):
    """The next instants at which a schedule ticks, in milliseconds UTC; or what is wrong with it."""

    ticks_ms: list[int]
    mistake: str | None
    remedy: str | None


def predefined_rule_view(predefined: PredefinedRule, rule_id: str | None) -> PredefinedRuleView:
    """The texts are those of the notification, or of the first case where there are several."""
    rule = predefined.rule
    first = next(iter(rule.templates), None)
    return PredefinedRuleView(
        file=predefined.file,
        name=rule.name,
        description=rule.description,
        wordings={
            language: PredefinedWording(name=each.name, description=each.description)
            for language, each in predefined.wordings.items()
        },
        tags=list(rule.tags),
        condition=rule.condition,
        texts={}
        if first is None
        else {language: PredefinedText(title=text.title, message=text.message) for language, text in first.texts.items()},
        rule_id=rule_id,
    )


def catalogue_view(catalogue: Catalogue) -> CatalogueView:
    """By name."""
    types = sorted(catalogue.event_types.values(), key=lambda each: each.name)
    return CatalogueView(
        event_types=[EventTypeView(name=each.name, unit=each.unit, sources=sorted(each.sources)) for each in types],
        sources=sorted(catalogue.device_types | {PLATFORM}),
    )

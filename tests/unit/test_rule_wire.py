"""A rule on the wire and back is the same rule, and its names are those that the compatible API prints."""

from pathlib import Path

import msgspec
import pytest

import hearth
from hearth.api.wire.rules import RULE_EXAMPLE, Rule, path_in_rule, rule_body
from hearth.domain import rules as domain
from hearth.domain.catalogue import read_catalogue
from hearth.services.predefined_rules import predefined_rule_texts
from hearth.services.rule_checks import check_rule
from hearth.services.rule_files import read_rules

CATALOGUE = read_catalogue((Path(hearth.__file__).parent / "domain/catalogue.toml").read_text(encoding="utf-8"))
TEMPLATE = domain.NotificationTemplate(
    texts={
        "en": domain.TemplateText(
            title="t",
            message='"m"',
            primary=domain.ActionText(text="p", parameter="https://a.b"),
            secondary=domain.ActionText(text="s"),
        )
    },
    action_qualifiers={"primary": "OPENWEB", "secondary": "VIEWED", "tap": "OPENAPP", "dismiss": "DISMISS"},
    command='"BOOST"',
)
FULL = domain.Rule(
    id="a" * 24,
    customer_id="b" * 24,
    name="Full",
    created_at_ms=1_772_841_600_000,
    version=3,
    updated_at_ms=1_772_841_601_500,
    updated_by="anna",
    description="All there is.",
    state="ACTIVE",
    tags=("solar", "car"),
    datasets=(
        domain.Dataset(
            name="A", kind="TIME_SERIES", event_types=("POWER_GENERATION",), sources=("INVERTER",), timespan_seconds=60
        ),
        domain.Dataset(name="B", kind="SINGLE_VALUE", event_types=("DEVICE_STATUS", "SWITCH_STATE")),
    ),
    condition="LATEST($B) = 1",
    is_streak=True,
    streak_condition="true",
    goal_achieved_condition="false",
    is_time_based=True,
    time_based_cron="0 7 * * *",
    match_threshold=2,
    time_between_triggers_seconds=3600,
    reset_state_when_matched=True,
    is_restricted_to_early_adopters=True,
    priority="high",
    during_quiet_hours="hold",
    valid_for_seconds=60,
    notification=TEMPLATE,
    cases=(domain.Case(label="c", condition="true", notification=TEMPLATE),),
)
MEMBERS = {
    *("id", "createdAt", "customerId", "name", "description", "ruleState", "tags", "datasets", "condition", "isStreak"),
    *("streakCondition", "goalAchievedCondition", "isTimeBased", "timeBasedCron", "match_threshold"),
    *("time_between_triggers_seconds", "resetStateWhenMatched", "isRestrictedToEarlyAdopters", "priority", "notification"),
    *("notificationCases", "version", "updatedAt", "updatedBy", "duringQuietHours", "validForSeconds"),
}


def there_and_back(rule: domain.Rule) -> domain.Rule:
    """Through JSON; identity and versions are not for a client to set."""
    read = Rule.model_validate_json(rule_body(rule).model_dump_json(by_alias=True))
    kept = {
        name: getattr(rule, name) for name in ("id", "customer_id", "created_at_ms", "version", "updated_at_ms", "updated_by")
    }
    return msgspec.structs.replace(read.to_domain(), **kept)


def test_a_rule_with_all_there_is() -> None:
    assert there_and_back(FULL) == FULL
    body = rule_body(FULL).model_dump(by_alias=True)
    assert set(body) == MEMBERS
    assert (body["createdAt"], body["updatedAt"], body["version"]) == (1_772_841_600, 1_772_841_601.5, 3)
    assert set(body["datasets"][0]) == {"name", "kind", "eventTypes", "sources", "timespanSeconds"}
    assert set(body["notificationCases"][0]) == {"label", "caseCondition", "notification"}
    assert set(body["notification"]) == {"actionQualifier", "texts", "command"}


@pytest.mark.parametrize(("file", "text"), predefined_rule_texts(), ids=lambda value: value if len(value) < 60 else "")
def test_predefined_rules(file: str, text: str) -> None:
    (rule, _), *_ = read_rules(file, text, CATALOGUE, ()).rules
    saved = msgspec.structs.replace(rule, id="a" * 24, customer_id="b" * 24)
    assert there_and_back(saved) == saved


def test_what_is_left_out_has_the_defaults_of_a_rule_file() -> None:
    (least, _), *_ = read_rules("least.yaml", "name: Least\ncondition: 'true'\n", CATALOGUE, ()).rules
    assert Rule.model_validate({"name": "Least", "condition": "true"}).to_domain() == least
    assert Rule.model_validate(RULE_EXAMPLE).to_domain().datasets[0].timespan_seconds == 1800


def test_every_mistake_points_at_a_member_that_exists() -> None:
    bad = domain.NotificationTemplate(
        texts={"en": domain.TemplateText(title="", message="(", primary=domain.ActionText(text="p"))}, command="("
    )
    rule = msgspec.structs.replace(
        FULL,
        condition="(",
        streak_condition="(",
        goal_achieved_condition="(",
        time_based_cron="x",
        datasets=(*FULL.datasets, domain.Dataset(name="when", kind="TIME_SERIES", event_types=("NOPE",), sources=("NOPE",))),
        notification=bad,
        cases=(domain.Case(label="", condition="(", notification=bad),),
    )
    wire = rule_body(rule)
    paths = {tuple(path_in_rule(wire, found.path)) for found in check_rule(rule, CATALOGUE, ("en", "de"))}
    assert {("condition",), ("streakCondition",), ("goalAchievedCondition",), ("timeBasedCron",)} <= paths
    assert {("datasets", 2, "timespanSeconds"), ("datasets", 2, "eventTypes", 0), ("datasets", 2, "sources", 0)} <= paths
    assert {("notificationCases", 0, "caseCondition"), ("notificationCases", 0, "notification", "command")} <= paths
    for path in paths:
        node = wire.model_dump(by_alias=True)
        for step in path:
            node = node[step]

"""Rules and expressions that are wrong in the ways that the corpora do not show."""

from hearth.domain.rules import ActionText, Dataset, NotificationTemplate, Rule, TemplateText
from hearth.language import Place

MORE_EXPRESSIONS: tuple[tuple[str, Place, str], ...] = tuple(
    ("", place, text)
    for place, text in (
        ("condition", "SUBSET($Power) > 1"),
        ("condition", 'SUBSET($Power, 1, "x")'),
        ("condition", "AVG $Power) > 1"),
        ("condition", "$Grid > 5;"),
        ("condition", "COUNT(IF(true, $Power, $Power::Value)) > 1"),
        ("condition", "COUNT(FILTER($Power, >, 5)) > 1"),
        ("condition", "AVG(SUBSET($Power, now - 5 min)) > 1"),
        ("condition", "> 5"),
        ("condition", "NOT"),
        ("condition", "AVG("),
        ("condition", "EVAL(5, Building::Other) > 1"),
        ("condition", 'EVAL("Power", Building::All) > 1'),
        ("condition", f"now - {'9' * 305}d < now"),
        ("condition", 'AVG("Power") > 1'),
        ("condition", "($Grid > 1) = 5"),
        ("condition", '$Grid = "abc"'),
        ("condition", '$Grid = "null"'),
        ("condition", "now > 24h"),
        ("condition", '$Raw = "on"'),
        ("condition", "@Grid > 1"),
        ("condition", "$Grid : 5"),
        ("condition", "$Grid > .5"),
        ("condition", "$Grid ? 1"),
        ("condition", "$Grid ^ 2 > 1"),
        ("condition", "5::Value > 1"),
        ("condition", "true::Value"),
        ("condition", "$Power"),
        ("condition", "$Power::DeviceName > 1"),
        ("condition", "$Power::Timestamp > 1"),
        ("condition", "1,500 < $Grid"),
        ("condition", "COUNT($Power) >= 0"),
        ("condition", "ABS($Grid) < 0"),
        ("condition", "$Charge > 101"),
        ("condition", "-ABS($Grid) > 1"),
        ("condition", "ABS($Grid) % 5 > 6"),
        ("condition", "ABS($Grid) % 5 - ABS($Grid) > 6"),
        ("condition", "now - GROUP_BY_DEVICE($Power)::Last::Timestamp > 1"),
        ("condition", "GROUP_BY_DEVICE($Power)::Last::DeviceName::Nope"),
        ("condition", "now - GROUP_BY_DEVICE($Power)::Last::Timestamp"),
        ("streak", "$Grid"),
        ("goal", "DeliveredNotification"),
        ("command", "$Power"),
        ("message", "\"a\" + now | 'dd.mm.yyyy'"),
        ("message", "\"a\" + now | 'DD.MM.yyyy'"),
        ("message", "\"a\" + now | 'dd.MM.YYYY'"),
        ("message", "now | 'dd.MM.JJJJ'"),
        ("message", "now | 'eeee'"),
        ("message", "(now - lastHour) | 'H:MM'"),
        ("message", f"$Grid | '{'0' * 3000}'"),
    )
)

MORE_HELP = (
    "SORT(GROUP_BY_DEVICE($Power), byGroupKey)",
    "SORT(GROUP_BY_DEVICE($Power)::Last, byGroupValue)",
    "COUNT(FILTER($Power, '>', 5)) > 1",
    "EVAL('Power', Building::IsInSameCountry)",
    "Building::City",
    "DeliveredNotification::CreatedAt",
    "now | 'HH:mm'",
    "$Grid | 'x'",
    "30min",
    "$Nope + word",
    "-$Grid % 2",
    "NOT true",
    "$Power::First::DeviceName",
    "GROUP_BY_DEVICE($Power)::Last",
    "$Mode",
    "$Raw",
    "StreakCounter",
    "ROUND($Grid)::Unit",
    "GROUP_BY_TIME($Power, 1h)",
)

_POWER = Dataset(name="Power", kind="TIME_SERIES", event_types=("POWER_CONSUMPTION",), timespan_seconds=3600)
_TEXT = TemplateText(title="Sun", message='"Sun"')
_TEMPLATE = NotificationTemplate(texts={"de": _TEXT, "en": _TEXT})


def _rule(**of: object) -> Rule:
    base: dict[str, object] = {
        "id": "r",
        "customer_id": "c",
        "name": "Sun",
        "created_at_ms": 0,
        "state": "ACTIVE",
        "datasets": (_POWER,),
        "condition": "AVG($Power) > 1",
        "notification": _TEMPLATE,
    }
    return Rule(**{**base, **of})  # type: ignore[arg-type]


def _with_text(text: TemplateText, **more: object) -> Rule:
    return _rule(notification=NotificationTemplate(texts={"de": text, "en": text}, **more))  # type: ignore[arg-type]


def _scheduled(cron: str) -> Rule:
    return _rule(is_time_based=True, time_based_cron=cron)


WRONG_RULES: tuple[Rule, ...] = (
    _rule(name="", datasets=(), notification=None),
    _rule(cases=()),
    _rule(priority="high", during_quiet_hours="hold"),
    _rule(state="DRAFT", notification=NotificationTemplate(texts={})),
    _rule(notification=NotificationTemplate(texts={})),
    _rule(datasets=(Dataset(name="Pow er", kind="TIME_SERIES", event_types=()),)),
    _rule(datasets=(Dataset(name="Power", kind="SINGLE_VALUE", event_types=("POWER_CONSUMTION",), sources=("GATEWY",)),)),
    _rule(
        datasets=(
            Dataset(
                name="Power", kind="SINGLE_VALUE", event_types=("GRID_POWER_CONSUMPTION", "PV_POWER"), sources=("CAR_CHARGER",)
            ),
        )
    ),
    _with_text(TemplateText(title="", message='"Sun"')),
    _with_text(TemplateText(title="S" * 50, message='"Sun"', primary=ActionText(text="Show"))),
    _with_text(TemplateText(title="Sun", message='"Sun"'), action_qualifiers={"primary": "OPENAPP"}),
    _with_text(
        TemplateText(title="Sun", message='"Sun"', primary=ActionText(text="Show")), action_qualifiers={"primary": "OPENWEB"}
    ),
    *(
        _scheduled(cron)
        for cron in (
            "0 7 * *",
            "0 25 * * *",
            "60 7 * * *",
            "99 0 7 * * *",
            "0 7 32 * *",
            "0 7 * JANUARY *",
            "0 7 * * MON-XYZ",
            "0 7 30 2 *",
            "*/2 7 * * *",
        )
    ),
)

MORE_EVALUATIONS = """// What the corpus of rules has no need of.

# Several terms do not hold
rule:
  datasets:
    P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}
    Q: {kind: TIME_SERIES, eventTypes: [POWER_CONSUMPTION], timespan: 1h}
  condition: $P > 1000 AND AVG($Q) > $P + 1 AND COUNT($Q) > 99 AND MAX($Q) > 2000
  message: $P
input:
  10:00 POWER_CONSUMPTION 500
expect:

# Days must lie between two
rule:
  datasets: {P: {kind: SINGLE_VALUE, eventTypes: [POWER_CONSUMPTION]}}
  condition: $P > 1
  timeBetweenNotifications: 3d
  message: $P
input:
  10:00 every 1min POWER_CONSUMPTION 2 3
expect:
"""

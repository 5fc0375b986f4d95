"""Ten rules of the kind that authors write, all concerned by every event of the load: ten evaluations an event."""

from hearth.domain.rules import Dataset, NotificationTemplate, Rule, TemplateText

_CONDITIONS = (
    ("TIME_SERIES", 900, "AVG($P) > 9000"),
    ("TIME_SERIES", 3_600, "AVG($P) > 8000"),
    ("TIME_SERIES", 86_400, "AVG($P) > 5000"),
    ("TIME_SERIES", 86_400, "MAX($P) < 50"),
    ("TIME_SERIES", 3_600, "MIN($P) > 6000"),
    ("TIME_SERIES", 86_400, "SUM($P) > 100000000"),
    ("TIME_SERIES", 7 * 86_400, "AVG($P) * 1.5 < MIN($P)"),
    ("SINGLE_VALUE", 900, "$P > 9990"),
    ("SINGLE_VALUE", 900, "$P > 9500 AND $P < 9501"),
    ("TIME_SERIES", 3_600, "MAX($P) - MIN($P) > 99000"),
)


def ten_rules(customer_id: str, span_factor: float = 1.0) -> list[Rule]:
    """Active rules over POWER_CONSUMPTION; nearly every evaluation ends at its condition, as in practice."""
    template = NotificationTemplate(texts={"en": TemplateText(title="Power", message='"Now " + ($P / 1000) + " kW"')})
    rules = []
    for number, (kind, span, condition) in enumerate(_CONDITIONS):
        text = template
        if kind == "TIME_SERIES":
            text = NotificationTemplate(texts={"en": TemplateText(title="Power", message='"Mean " + AVG($P) + " W"')})
        rules.append(
            Rule(
                id=f"{number:024x}",
                customer_id=customer_id,
                name=f"Bench rule {number}",
                created_at_ms=0,
                state="ACTIVE",
                datasets=(
                    Dataset(
                        name="P",
                        kind="SINGLE_VALUE" if kind == "SINGLE_VALUE" else "TIME_SERIES",
                        event_types=("POWER_CONSUMPTION",),
                        timespan_seconds=int(span * span_factor),
                    ),
                ),
                condition=condition,
                time_between_triggers_seconds=86_400,
                notification=text,
            )
        )
    return rules

"""Literal words and attributes: what they mean and of what type they are."""

from dataclasses import dataclass

from hearth.language.types import BOOLEAN, BUILDING, DELIVERED, NUMBER, TIME, Kind, Structure, Type

# What is true of a building that has the trait.
TRAITS = {
    "IsInSameCountry": "in the same country",
    "IsInSameConsumptionCategory": "in the same category of consumption",
    "IsMultiPerson": "home to several people",
    "IsSinglePerson": "home to one person",
    "IsResidential": "residential",
    "IsCommercial": "commercial",
    "IsEcologicalMotivated": "motivated by ecology",
    "IsEconomicalMotivated": "motivated by economy",
    "IsSelfSufficiencyMotivated": "motivated by self-sufficiency",
}
SELECTOR_DOCUMENTATION = {
    "All": "All other buildings.",
    **{name: f"The other buildings that are {of}." for name, of in TRAITS.items()},
}
SELECTORS = tuple(SELECTOR_DOCUMENTATION)


@dataclass(frozen=True)
class Word:
    """A literal word, and an expression with it."""

    name: str
    type: Type
    documentation: str
    example: str


@dataclass(frozen=True)
class AttributeEntry:
    """An attribute of a kind of value; `structure`: the result's, where it is not that of the target."""

    name: str
    kind: Kind
    result: Kind
    documentation: str
    example: str
    structure: Structure = "Scalar"


_WORDS = (
    Word("true", BOOLEAN, "Yes.", "$Grid > 500 AND true"),
    Word("false", BOOLEAN, "No.", "Building::IsCommercial = false"),
    Word("now", TIME, "The instant of the evaluation: the triggering event's timestamp, or the tick.", "now | 'HH:mm'"),
    Word("lastHour", TIME, "The start of the current hour.", "lastHour | 'HH:mm'"),
    Word("lastZeroHour", TIME, "The start of the current day.", "SUM(SUBSET($Produced, lastZeroHour))"),
    Word("startOfCurrentMonth", TIME, "00:00 of the current month's first day.", "now - startOfCurrentMonth"),
    Word("endOfCurrentMonth", TIME, "00:00 of the current month's last day.", "(endOfCurrentMonth - now) | 'DAYS:WORD'"),
    Word("startOfLastMonth", TIME, "00:00 of the previous month's first day.", "startOfLastMonth | 'MMMM yyyy'"),
    Word("endOfLastMonth", TIME, "00:00 of the previous month's last day.", "endOfLastMonth | 'd MMMM'"),
    Word(
        "startOfMonthBeforeLast",
        TIME,
        "00:00 of the first day of the month before the previous one.",
        "startOfMonthBeforeLast | 'MMMM yyyy'",
    ),
    Word(
        "endOfMonthBeforeLast",
        TIME,
        "00:00 of the last day of the month before the previous one.",
        "endOfMonthBeforeLast | 'd MMMM yyyy'",
    ),
    Word("Building", BUILDING, "The building the rule is evaluated for.", "Building::City"),
    Word("StreakCounter", NUMBER, "How many matches the streak has; needs the streak feature.", '"Day " + StreakCounter'),
    Word(
        "StreakHasBeenReset",
        BOOLEAN,
        "Whether this is the first match after a broken streak; needs the streak feature.",
        'IF(StreakHasBeenReset, "A new start", "Keep going")',
    ),
    Word(
        "DeliveredNotificationCounter",
        NUMBER,
        "How many notifications of this rule reached this building.",
        "DeliveredNotificationCounter % 3 = 0",
    ),
    Word(
        "DeliveredNotification",
        DELIVERED,
        "The delivered notification; in a goal condition only.",
        "DeliveredNotification::CreatedAt < now - 1h",
    ),
)
WORDS: dict[str, Word] = {word.name: word for word in _WORDS}

_ATTRIBUTES = (
    AttributeEntry("Value", "Event", "Number", "The event's value; an event stands for it anyway.", "$Forecast::Value"),
    AttributeEntry(
        "Unit",
        "Event",
        "Text",
        "The unit of the values, such as W: one text, known before anything runs.",
        '$Grid + " " + $Grid::Unit',
    ),
    AttributeEntry(
        "Unit", "Number", "Text", "The unit of the number, where it follows from the datasets.", "(AVG($Power) / 1000)::Unit"
    ),
    AttributeEntry("DeviceId", "Event", "Text", "The id of the device.", "DISTINCT($Power::DeviceId)"),
    AttributeEntry("DeviceName", "Event", "Text", "The name of the device.", "$Power::Last::DeviceName"),
    AttributeEntry("Timestamp", "Event", "Time", "When it was observed.", "now - $Power::First::Timestamp"),
    AttributeEntry(
        "ForecastTimestamp",
        "Event",
        "Time",
        "The instant a forecast is for; no value when it is none.",
        "$Forecast::Last::ForecastTimestamp | 'EEEE HH:mm'",
    ),
    AttributeEntry("Id", "Building", "Text", "The customer's id of the building.", "Building::Id"),
    AttributeEntry(
        "RegistrationTimestamp", "Building", "Time", "When it was registered.", "now - Building::RegistrationTimestamp > 30d"
    ),
    AttributeEntry(
        "DeviceTypes", "Building", "Text", "The types of its devices.", 'POSITION(Building::DeviceTypes, "BATTERY")', "Vector"
    ),
    AttributeEntry("City", "Building", "Text", "Its city; no value when unknown.", '"Weather in " + Building::City'),
    AttributeEntry("CountryCode", "Building", "Text", "Its country; no value when unknown.", 'Building::CountryCode = "CH"'),
    AttributeEntry("Zip", "Building", "Text", "Its postal code; no value when unknown.", "Building::Zip"),
    *(
        AttributeEntry(name, "Building", "Boolean", f"Whether it is {of}; no value when unknown.", f"Building::{name}")
        for name, of in TRAITS.items()
    ),
    AttributeEntry(
        "CreatedAt", "DeliveredNotification", "Time", "When it was generated.", "DeliveredNotification::CreatedAt > lastZeroHour"
    ),
    AttributeEntry(
        "InteractedAt",
        "DeliveredNotification",
        "Time",
        "When the household reacted; no value when it did not.",
        "DeliveredNotification::InteractedAt - DeliveredNotification::CreatedAt < 1h",
    ),
    AttributeEntry(
        "ActionQualifier",
        "DeliveredNotification",
        "Text",
        "What the household did; no value when nothing.",
        'DeliveredNotification::ActionQualifier = "VIEWED"',
    ),
)
ATTRIBUTES: dict[tuple[Kind, str], AttributeEntry] = {(entry.kind, entry.name): entry for entry in _ATTRIBUTES}
VECTOR_ATTRIBUTES = {"First": "The oldest entry (of each group).", "Last": "The newest entry (of each group)."}
GROUP_ATTRIBUTES = {
    "Value": "The values of the groups, one after the other.",
    "DeviceId": "The ids of the groups' devices.",
    "DeviceName": "The names of the groups' devices.",
}

# Of `::First`, `::Last` and of groups of one value.
STRUCTURE_EXAMPLES = {
    ("Vector", "First"): "$Power::First::Timestamp",
    ("Vector", "Last"): "$Power::Last > $Power::First",
    ("GroupedVector", "First"): "GROUP_BY_DEVICE($Power)::First",
    ("GroupedVector", "Last"): "GROUP_BY_DEVICE($Power)::Last",
    ("GroupedScalar", "Value"): "MAX(AVG(GROUP_BY_DEVICE($Power))::Value)",
    ("GroupedScalar", "DeviceId"): "AVG(GROUP_BY_DEVICE($Power))::DeviceId",
    ("GroupedScalar", "DeviceName"): "SORT(AVG(GROUP_BY_DEVICE($Power)))::DeviceName::Last",
}


def attribute_documentation(of: Type, name: str) -> str:
    """What `::name` gives of a value of a type that has it."""
    entry = ATTRIBUTES.get((of.kind, name))
    return entry.documentation if entry is not None else {**GROUP_ATTRIBUTES, **VECTOR_ATTRIBUTES}[name]

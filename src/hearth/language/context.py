"""Context: what an evaluation may know besides its windows, and the title that is filled from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from hearth.core.missing import Missing

# (now, dataset name, selector such as "IsInSameCountry") -> values by customer building id, own building excluded
Peers = Callable[[int, str, str], Mapping[str, Sequence[float]] | Missing]


@dataclass(frozen=True)
class BuildingFacts:
    """What expressions may ask of `Building`. `profile`: the `Is...` names that are known."""

    id: str
    registration_ms: int
    device_types: Sequence[str] = ()
    city: str | None = None
    country_code: str | None = None
    zip: str | None = None
    profile: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class DeliveredFacts:
    """What expressions may ask of `DeliveredNotification`."""

    created_ms: int
    interacted_ms: int | None = None
    action_qualifier: str | None = None


@dataclass
class Context:
    """The building's zone, the language to render in, the counters of rule and building."""

    zone: ZoneInfo
    locale: str
    building: BuildingFacts
    streak_counter: int = 0
    streak_has_been_reset: bool = False
    delivered_counter: int = 0
    delivered: DeliveredFacts | None = None
    peers: Peers | None = None


def title_text(title: str, context: Context) -> str:
    """A title with `{StreakCounter}` and `{DeliveredNotificationCounter}` filled in; other text stays."""
    filled = title.replace("{StreakCounter}", str(context.streak_counter))
    return filled.replace("{DeliveredNotificationCounter}", str(context.delivered_counter))

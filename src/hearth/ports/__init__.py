"""The protocols between deciding and doing.

Services and the runtime speak to these; `store` and `connectors` implement them; `bootstrap` joins them.
Two invariants hold for every repository: each query takes the customer whose data it may touch
(operator-wide reads say so in their name), and nothing is visible before `Store.write()` has committed.
"""

from __future__ import annotations  # array[...] can be subscripted at run time from Python 3.12 on

from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Literal, NamedTuple, Protocol

import msgspec

from hearth.domain.audit import AuditEntry
from hearth.domain.buildings import Building
from hearth.domain.customers import Client, Customer, MailedLink, Member, MemberSession, SigningKey
from hearth.domain.events import Interacted, LogEntry, Series
from hearth.domain.goals import Goal, GoalState
from hearth.domain.intervals import MeasuredInterval
from hearth.domain.notifications import DeliveryStatus, Interaction, InteractionKind, Notification
from hearth.domain.peers import PeerSnapshot
from hearth.domain.repeats import KeptAnswer, KeyedRequest
from hearth.domain.rules import Rule
from hearth.insights.energy import Figures
from hearth.ports.context import (
    ForecastRepository as ForecastRepository,
)
from hearth.ports.context import (
    HouseholdProfileRepository as HouseholdProfileRepository,
)
from hearth.ports.context import (
    IssuedBatch as IssuedBatch,
)
from hearth.ports.context import (
    IssuedEventRepository as IssuedEventRepository,
)
from hearth.ports.context import (
    SetAsideRepository as SetAsideRepository,
)
from hearth.ports.context import (
    WeatherProvider as WeatherProvider,
)
from hearth.ports.context import (
    WeatherRepository as WeatherRepository,
)
from hearth.ports.delivering import (
    Answer as Answer,
)
from hearth.ports.delivering import (
    AttemptRepository as AttemptRepository,
)
from hearth.ports.delivering import (
    Carrier as Carrier,
)
from hearth.ports.delivering import (
    ChannelRepository as ChannelRepository,
)
from hearth.ports.delivering import (
    ContactRepository as ContactRepository,
)
from hearth.ports.delivering import (
    EndpointRecord as EndpointRecord,
)
from hearth.ports.delivering import (
    EndpointRepository as EndpointRepository,
)
from hearth.ports.delivering import (
    OutboxDue as OutboxDue,
)
from hearth.ports.delivering import (
    OutboxRepository as OutboxRepository,
)
from hearth.ports.delivering import (
    RecordedAttempt as RecordedAttempt,
)
from hearth.ports.impact import (
    HomeRun as HomeRun,
)
from hearth.ports.impact import (
    ImpactRepository as ImpactRepository,
)
from hearth.ports.impact import (
    MeasuredDay as MeasuredDay,
)
from hearth.ports.impact import (
    Unmeasured as Unmeasured,
)
from hearth.ports.listing import (
    ListedBuildingRepository as ListedBuildingRepository,
)
from hearth.ports.tickets import (
    TicketRepository as TicketRepository,
)


class Points(NamedTuple):
    """A stretch of one series, oldest first, one value per instant (the last one sent).

    `forecast_ms` is None when no event of the stretch carries a forecast timestamp.
    """

    times_ms: array[int]
    values: array[float]
    forecast_ms: array[int] | None


class CustomerRepository(Protocol):
    def add(self, customer: Customer) -> None: ...
    def replace(self, customer: Customer) -> None: ...
    def find(self, customer_id: str) -> Customer | None: ...
    def find_for_change(self, customer_id: str) -> Customer | None:
        """As `find`; nobody else changes it until the transaction ends."""

    def list_for_operator(self) -> list[Customer]: ...


class ClientRepository(Protocol):
    """Clients are looked up by their id alone: that is how a token is asked for."""

    def add(self, client: Client) -> None: ...
    def replace(self, client: Client) -> None: ...
    def find_for_token(self, client_id: str) -> Client | None: ...
    def list_of(self, customer_id: str) -> list[Client]: ...


class SigningKeyRepository(Protocol):
    """Keys belong to the installation, not to a customer."""

    def add_for_operator(self, key: SigningKey) -> None: ...
    def replace_for_operator(self, key: SigningKey) -> None: ...
    def list_for_operator(self) -> list[SigningKey]: ...


class MemberRepository(Protocol):
    def add(self, member: Member) -> None:
        """Raises Problem("conflict") when the e-mail address is taken."""

    def replace(self, member: Member) -> None:
        """Replaces the member of that id; the address stays."""

    def find(self, customer_id: str, member_id: str) -> Member | None: ...
    def find_for_login(self, email: str) -> Member | None: ...
    def list_of(self, customer_id: str) -> list[Member]:
        """By e-mail address; while writing, nobody else changes them until the transaction ends."""

    def delete(self, customer_id: str, member_id: str) -> None: ...


class MemberSessionRepository(Protocol):
    def add(self, session: MemberSession) -> None: ...
    def find_for_cookie(self, token_hash: str) -> MemberSession | None: ...
    def list_of(self, customer_id: str, member_id: str) -> list[MemberSession]:
        """Newest first, expired ones too."""

    def renew(self, customer_id: str, token_hash: str, expires_at_ms: int) -> None: ...
    def delete(self, customer_id: str, token_hash: str) -> None: ...
    def delete_of_member(self, customer_id: str, member_id: str, but: str | None) -> None:
        """Ends all of the member's sessions but the one of that hash."""

    def delete_expired_for_operator(self, now_ms: int) -> None:
        """Deletes the sessions whose `expires_at_ms` is not later than `now_ms`."""


class MailedLinkRepository(Protocol):
    def add(self, link: MailedLink) -> None:
        """Replaces the one of that customer, purpose and address."""

    def find_for_token(self, token_hash: str) -> MailedLink | None:
        """Whether it has expired is the caller's to see."""

    def take_for_token(self, token_hash: str) -> MailedLink | None:
        """Deletes it, and gives it to one caller only, however many ask at once."""

    def list_invitations(self, customer_id: str) -> list[MailedLink]:
        """By e-mail address, expired ones too."""

    def delete(self, customer_id: str, link_id: str) -> None: ...
    def delete_expired_for_operator(self, now_ms: int) -> None: ...


class AuditRepository(Protocol):
    """The audit log. Nothing in it is ever changed or deleted."""

    def add(self, entry: AuditEntry) -> None:
        """Gives it the next number."""

    def list_page(self, customer_id: str, words: Sequence[str], before: int | None, limit: int) -> list[AuditEntry]:
        """Newest first, numbers less than `before`, those in which each word stands, however it is written."""


class BuildingRepository(Protocol):
    def add(self, building: Building) -> None:
        """Raises Problem("conflict") when the customer has a building of that customer_building_id."""

    def replace(self, building: Building) -> None: ...
    def find(self, customer_id: str, customer_building_id: str) -> Building | None: ...
    def list_page(self, customer_id: str, after: str | None, limit: int) -> list[Building]:
        """Ordered by customer_building_id, those greater than `after`."""

    def list_by_id(self, customer_id: str, building_ids: Sequence[str]) -> list[Building]: ...
    def hold_for_operator(self, building_ids: Iterable[str]) -> None:
        """Nobody else changes these buildings until the transaction ends; several are taken in the order of their ids."""

    def count(self, customer_id: str) -> int: ...
    def erase(self, customer_id: str, building_id: str) -> None:
        """Deletes the building and everything of it: series, chunks, log events, states, notifications."""


class SeriesGroup(NamedTuple):
    """How many series of one event type and source a customer has, in how many buildings."""

    event_type: str
    source: str
    series: int
    buildings: int


class SeriesRepository(Protocol):
    def find_or_add(
        self, customer_id: str, building_id: str, event_type: str, device_id: str, source: str, device_name: str | None
    ) -> Series:
        """The series of that identity; added, with a new id, when it is the first event of it."""

    def list_by_id(self, customer_id: str, series_ids: Sequence[int]) -> list[Series]: ...
    def count_for_operator(self) -> int:
        """How many series there are."""

    def rename_device(self, customer_id: str, series_id: int, device_name: str) -> None: ...
    def list_of(self, customer_id: str, building_ids: Sequence[str]) -> list[Series]: ...
    def list_of_types(self, customer_id: str, event_types: Sequence[str]) -> list[Series]: ...
    def list_groups(self, customer_id: str) -> list[SeriesGroup]:
        """All series of the customer, by event type and source."""

    def sample(self, customer_id: str, of_each: int, event_type: str | None = None, source: str | None = None) -> list[Series]:
        """Of each event type and source (or of those alone) so many series at most, evenly spread over the buildings."""

    def list_intervals(self, customer_id: str) -> list[MeasuredInterval]: ...
    def replace_interval(self, customer_id: str, measured: MeasuredInterval) -> None: ...


class ChunkRow(NamedTuple):
    """One chunk as it is stored."""

    series_id: int
    utc_day: int
    customer_id: str
    size: int
    payload: bytes


class EnergyDayRow(NamedTuple):
    """A building's energies of one local day as they are stored, in the order of `insights.energy`; None = no event."""

    building_id: str
    day: int  # since 1970-01-01
    customer_id: str
    basis: str
    generation_wh: float | None
    consumption_wh: float | None
    grid_consumption_wh: float | None
    base_consumption_wh: float | None
    grid_base_consumption_wh: float | None


class CompactionStep(NamedTuple):
    """One short transaction of a compaction: chunks to write, days to write, or log rows to delete (up_to_sequence > 0)."""

    number: int  # counts over all compactions
    chunks: Sequence[ChunkRow]
    up_to_sequence: int
    moved: int  # events that leave the log with it
    days: Sequence[EnergyDayRow] = ()


class RecentEvent(NamedTuple):
    """An event as it came: `sequence` is its place in the log."""

    sequence: int
    series_id: int
    occurred_at_ms: int
    value: float
    received_at_ms: int
    is_historical: bool


class EventRepository(Protocol):
    """The log (recent) and the chunks (compacted); a read merges both. design.md 4."""

    def append(self, entries: Sequence[LogEntry]) -> None: ...
    def last_sequence_for_operator(self) -> int:
        """The highest sequence ever given (also when its log row is compacted away); 0 at first."""

    def list_entries_for_operator(self, from_sequence: int, limit: int) -> list[LogEntry]:
        """Entries whose sequence is at least `from_sequence`, in order: what a replay reads."""

    def list_recent(
        self, customer_id: str, series_ids: Sequence[int] | None, after_sequence: int, most: int
    ) -> list[RecentEvent]:
        """Of the entries behind `after_sequence` the newest events of these series (None = any), at most so many.

        `after_sequence` is 0 or a last sequence as it was told. An older event may have left the log: `read` has it.
        """

    def read(
        self,
        customer_id: str,
        series_ids: Sequence[int],
        from_ms: int,
        to_ms: int,
        before_sequence: int | None = None,
    ) -> dict[int, Points]:
        """Points with from_ms < time <= to_ms per series; log events from `before_sequence` on left out."""

    def latest(
        self, customer_id: str, series_ids: Sequence[int], at_or_before_ms: int, before_sequence: int | None = None
    ) -> dict[int, tuple[int, float]]:
        """The newest (time, value) per series not later than the instant; series without one are left out.

        Log events from `before_sequence` on are left out, as in `read`.
        """

    def list_days(self, customer_id: str, series_ids: Sequence[int]) -> list[int]:
        """The starts (ms) of the UTC days on which any of these series has an event, in order."""

    def count_points(self, customer_id: str, series_ids: Sequence[int]) -> dict[int, int]:
        """How many points each of the series has."""

    def count_log_for_operator(self, up_to_sequence: int) -> int:
        """How many events of the log have sequences <= up_to_sequence and wait to be compacted."""

    def prepare_compaction_for_operator(self, up_to_sequence: int, most_events: int) -> Sequence[CompactionStep]:
        """What to write so that log rows with sequences <= up_to_sequence become chunks, oldest first.

        At least one row's events, however long it is; empty = nothing left to do. Only reads.
        """

    def compact_for_operator(self, step: CompactionStep) -> bool:
        """Writes one step, each in its own transaction and in their order; reads are the same before and after.

        False when another compaction came between: what is left of these steps is stale, prepare anew.
        """

    def count_minutes(self, counts: Mapping[tuple[str, int], int]) -> None:
        """Adds to the number of events received per (customer, minute since the epoch)."""

    def delete_minutes_for_operator(self, before_minute: int) -> None:
        """Forgets the counts of minutes before that one, of all customers."""

    def list_minutes(self, customer_id: str, from_minute: int, to_minute: int) -> dict[int, int]:
        """Events received per minute, from <= minute < to; minutes without any are left out."""


class EnergyRepository(Protocol):
    """Energies by local day: those that compaction has summed up, and what is in the log, as one."""

    def read_days(self, customer_id: str, building_ids: Sequence[str], first_day: date, last_day: date) -> dict[str, Figures]:
        """By building an array [day, column] of `insights.energy`, NaN = no event; both days are included.

        Buildings that the customer does not have are left out.
        """


class RuleFaults(NamedTuple):
    """How often a version of a rule failed, and where and how the last time. The building is None once it is erased."""

    rule_id: str
    version: int
    faults: int
    first_at_ms: int
    last_at_ms: int
    building_id: str | None
    error: str


class RuleRepository(Protocol):
    def add_version(self, rule: Rule) -> None:
        """Stores the rule as its newest version. Raises Problem("conflict") for a name that is taken."""

    def find(self, customer_id: str, rule_id: str) -> Rule | None: ...
    def find_named(self, customer_id: str, name: str) -> Rule | None: ...
    def list_of(self, customer_id: str) -> list[Rule]:
        """Newest version of each, by name."""

    def list_versions(self, customer_id: str, rule_id: str) -> list[Rule]: ...
    def note_faults(self, customer_id: str, faults: Iterable[RuleFaults]) -> None:
        """Adds to what is known of these versions."""

    def list_faults(self, customer_id: str) -> list[RuleFaults]: ...
    def delete(self, customer_id: str, rule_id: str) -> None: ...


class RuleStateKey(NamedTuple):
    """State of the engine is kept per rule and building; what is the household's has its own word for a rule id."""

    rule_id: str
    building_id: str


class TickProgress(NamedTuple):
    """In the entry of that sequence, a tick, the customer's buildings up to this id are evaluated and stored."""

    customer_id: str
    sequence: int
    building_id: str


class EngineRepository(Protocol):
    """What the engine must find again after a crash: its progress and the small state per rule and building."""

    def applied_sequence_for_operator(self) -> int:
        """Every log entry up to here has been evaluated and its effects are stored; 0 at first."""

    def set_applied_sequence_for_operator(self, sequence: int) -> None: ...
    def read_states(self, customer_id: str, building_ids: Sequence[str]) -> dict[RuleStateKey, bytes]: ...
    def replace_states(self, customer_id: str, states: Mapping[RuleStateKey, bytes]) -> None: ...
    def ticked_until_for_operator(self) -> dict[str, int]:
        """Per customer the newest instant of which a tick was appended to the log."""

    def set_ticked_until(self, customer_id: str, at_ms: int) -> None: ...
    def find_peer_snapshot(self, customer_id: str) -> PeerSnapshot | None:
        """The newest one, or None where none was published."""

    def replace_peer_snapshot(self, customer_id: str, snapshot: PeerSnapshot) -> None: ...
    def find_tick_progress(self, customer_id: str) -> TickProgress | None:
        """How far the tick that was evaluated last is stored, as far as it was stored in parts."""

    def set_tick_progress(self, customer_id: str, sequence: int, building_id: str) -> None: ...


class CountedNotification(NamedTuple):
    """What a notification counts as. `interaction`: the last one's kind, None = nobody reacted."""

    rule_id: str
    status: DeliveryStatus
    created_at_ms: int
    interaction: InteractionKind | None


class NotificationRepository(Protocol):
    def add_all(self, notifications: Iterable[Notification]) -> None:
        """Those whose (rule, building, trigger sequence) is stored already are passed over."""

    def find(self, customer_id: str, notification_id: str) -> Notification | None: ...
    def list_page(
        self,
        customer_id: str,
        building_id: str | None,
        statuses: Sequence[DeliveryStatus],
        after: str | None,
        limit: int,
        *,
        rule_id: str | None = None,
        interaction: InteractionKind | Literal["NONE"] | None = None,
        from_ms: int | None = None,
        to_ms: int | None = None,
    ) -> list[Notification]:
        """Newest first (created_at_ms, then id, both descending), those behind the notification `after`.

        Only those of a rule, with that last interaction ("NONE" = without any), and made in [from_ms, to_ms), where that is
        given. Each carries its last interaction.
        """

    def set_status(self, customer_id: str, notification_id: str, status: DeliveryStatus) -> None: ...
    def set_user_ids(self, customer_id: str, notification_id: str, user_ids: tuple[str, ...]) -> None:
        """Narrows whom one that waits is for."""

    def add_interaction(self, customer_id: str, notification_id: str, interaction: Interaction) -> None: ...
    def list_interactions(self, customer_id: str, notification_id: str) -> list[Interaction]: ...
    def list_unnoted_for_operator(self, limit: int) -> list[tuple[str, Interacted]]:
        """(customer id, fact) of interactions with counted notifications that are in no log entry yet."""

    def mark_noted(self, customer_id: str, numbers: Sequence[int]) -> None: ...
    def count_by_status(self, customer_id: str, stored_from_ms: int) -> dict[DeliveryStatus, int]:
        """How many were stored from that instant on (`stored_at_ms`); statuses without any are left out."""

    def count_made(self, customer_id: str, from_ms: int, to_ms: int) -> dict[DeliveryStatus, int]:
        """Those made in [from_ms, to_ms); statuses without any are left out."""

    def count_of_rule(self, customer_id: str, rule_id: str) -> dict[DeliveryStatus, int]:
        """All that a rule made; statuses without any are left out."""

    def count_by_rule(self, customer_id: str, from_ms: int, to_ms: int) -> dict[str, dict[DeliveryStatus, int]]:
        """Those made in [from_ms, to_ms) by rule and status; what has none is left out."""

    def list_counted(self, customer_id: str, building_id: str, from_ms: int) -> list[CountedNotification]:
        """What a building's notifications made since then count as, in no order that matters."""

    def last_change(self, customer_id: str) -> int:
        """A number that grows whenever a notification of the customer is added or changed."""


class GoalRepository(Protocol):
    """Goals of delivered notifications; the open ones are state of the engine."""

    def replace_all(self, customer_id: str, changed: Iterable[Goal]) -> None: ...
    def find(self, customer_id: str, notification_id: str) -> Goal | None: ...
    def list_open(self, customer_id: str, building_ids: Sequence[str]) -> list[Goal]: ...
    def list_buildings_with_open(self, customer_id: str) -> list[str]: ...
    def count_by_state(self, customer_id: str) -> dict[str, dict[GoalState, int]]:
        """By rule and state; what there is none of is left out."""

    def list_achieved(self, customer_id: str, rule_id: str, limit: int) -> list[Goal]:
        """Newest first."""


class Change(msgspec.Struct, frozen=True):
    """Something a running engine must know of.

    `kind` is "rules", "customer" (what it sets for all its buildings), "buildings" (changed or erased by the customer),
    "devices" (one was first heard of), "profile" (other figures are inferred of it) or "peers" (a snapshot of the homes was
    published).
    """

    number: int
    customer_id: str
    kind: str
    building_id: str | None = None


class ChangeRepository(Protocol):
    """How processes learn of each other's changes: written in the transaction that makes them."""

    def add(self, customer_id: str, kind: str, building_id: str | None = None) -> None: ...
    def last_number_for_operator(self) -> int:
        """The number of the newest change; 0 at first."""

    def list_since_for_operator(self, number: int) -> list[Change]: ...
    def delete_before_for_operator(self, number: int, most: int) -> int:
        """Forgets changes of smaller numbers, the oldest first, at most so many. Returns how many."""


class KeyedRequestRepository(Protocol):
    """A customer's keys, each once."""

    def add(self, customer_id: str, request: KeyedRequest, now_ms: int) -> KeyedRequest | None:
        """The request, unless one of its key is under way or answered: that one. An expired one gives way."""

    def keep_answer(
        self, customer_id: str, key_hash: str, answer: KeptAnswer, building_id: str | None, expires_at_ms: int
    ) -> None:
        """Keeps the answer. One about a building goes with it; of a building that is erased nothing is kept."""

    def delete(self, customer_id: str, key_hash: str) -> None: ...
    def delete_expired_for_operator(self, now_ms: int) -> None: ...


class Session(Protocol):
    """One transaction's repositories."""

    @property
    def customers(self) -> CustomerRepository: ...
    @property
    def clients(self) -> ClientRepository: ...
    @property
    def signing_keys(self) -> SigningKeyRepository: ...
    @property
    def members(self) -> MemberRepository: ...
    @property
    def member_sessions(self) -> MemberSessionRepository: ...
    @property
    def mailed_links(self) -> MailedLinkRepository: ...
    @property
    def audit(self) -> AuditRepository: ...
    @property
    def buildings(self) -> BuildingRepository: ...
    @property
    def listed_buildings(self) -> ListedBuildingRepository: ...
    @property
    def series(self) -> SeriesRepository: ...
    @property
    def events(self) -> EventRepository: ...
    @property
    def issued(self) -> IssuedEventRepository: ...
    @property
    def forecasts(self) -> ForecastRepository: ...
    @property
    def set_aside(self) -> SetAsideRepository: ...
    @property
    def energy(self) -> EnergyRepository: ...
    @property
    def household_profiles(self) -> HouseholdProfileRepository: ...
    @property
    def weather(self) -> WeatherRepository: ...
    @property
    def rules(self) -> RuleRepository: ...
    @property
    def engine(self) -> EngineRepository: ...
    @property
    def notifications(self) -> NotificationRepository: ...
    @property
    def goals(self) -> GoalRepository: ...
    @property
    def impact(self) -> ImpactRepository: ...
    @property
    def outbox(self) -> OutboxRepository: ...
    @property
    def attempts(self) -> AttemptRepository: ...
    @property
    def endpoints(self) -> EndpointRepository: ...
    @property
    def channels(self) -> ChannelRepository: ...
    @property
    def contacts(self) -> ContactRepository: ...
    @property
    def keyed_requests(self) -> KeyedRequestRepository: ...
    @property
    def changes(self) -> ChangeRepository: ...
    @property
    def tickets(self) -> TicketRepository: ...


class Store(Protocol):
    """The database. Both context managers are thread-safe to enter; a Session belongs to one thread."""

    def read(self) -> AbstractContextManager[Session]:
        """One consistent snapshot; nothing is written."""

    def write(self, *, durable: bool = True) -> AbstractContextManager[Session]:
        """One transaction: committed, and on disk, when the block ends; rolled back when it raises.

        One that is not durable is committed without waiting for the disk: for what may as well be done again.
        """

    def checkpoint(self) -> None:
        """Housekeeping of the database's own log; a writer hardly notices."""

    def size_bytes(self) -> int:
        """What the database takes on disk, with its own log."""


class Sealer(Protocol):
    """Encrypts what must be read again (signing secrets, private keys) with the installation's key."""

    def seal(self, plain: str) -> str: ...
    def open(self, sealed: str) -> str: ...


class SecretHasher(Protocol):
    """Hashes what must only be compared (client secrets, passwords). Slow on purpose: call it in a thread."""

    def hash(self, secret: str) -> str: ...
    def matches(self, secret_hash: str | None, secret: str) -> bool:
        """False for None, after as long a time as for a real hash."""


class Wake(Protocol):
    """Tells the delivering process that the outbox has something; may be lost, for it also looks by itself."""

    def wake(self) -> None: ...


class Mail(NamedTuple):
    """One message to one person, the same in both forms."""

    recipient: str
    subject: str
    text: str
    html: str
    reply_to: str = ""  # empty: to the sender


class Mailer(Protocol):
    """Hands mail to the server that sends it. Takes as long as that server: call it in a thread."""

    @property
    def is_set(self) -> bool:
        """Whether the operator has named a server."""

    def send(self, mail: Mail) -> None:
        """Returns once the server has taken it. Raises Problem("unavailable") when it has not."""

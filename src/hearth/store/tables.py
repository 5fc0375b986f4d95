"""The tables, for SQLite and PostgreSQL alike.

A noun is kept as one JSON `document`; beside it stand only the columns that are keys, unique, or asked for.
A migration brings a database to this form; a test compares the two. Every table of a customer's data has
its `customer_id`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hearth.insights.impact import Counts

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Ordered by bytes, whatever the database's locale is: pages of a list must not depend on it.
Ordered = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite counts 64 bits in every integer, and gives numbers only to a column that is called INTEGER.
Big = BigInteger().with_variant(Integer(), "sqlite")

customers = Table(
    "customers",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Ordered, primary_key=True),
    Column("created_at_ms", Big, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False, index=True),
    Column("email", Ordered, nullable=False, unique=True),
    Column("document", LargeBinary, nullable=False),
)

member_sessions = Table(
    "member_sessions",
    metadata,
    Column("token_hash", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("member_id", Ordered, ForeignKey("members.id"), nullable=False, index=True),
    Column("expires_at_ms", Big, nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
)

mailed_links = Table(
    "mailed_links",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("token_hash", Ordered, nullable=False, unique=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("purpose", Ordered, nullable=False),
    Column("email", Ordered, nullable=False),
    Column("expires_at_ms", Big, nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("customer_id", "purpose", "email"),
)

# Triggers refuse to change or delete a row. `words` is what is searched, in lower case.
audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("words", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index("ix_audit_log_newest", "customer_id", "number"),
    sqlite_autoincrement=True,
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
)

buildings = Table(
    "buildings",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("customer_building_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("customer_id", "customer_building_id"),
)

# By what a list of buildings is searched, filtered and sorted, beside the documents, which may be large. `words` is what is
# searched, in lower case; each of the `tags` is a line.
listed_buildings = Table(
    "listed_buildings",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("customer_building_id", Ordered, nullable=False),
    Column("words", Ordered, nullable=False),
    Column("tags", Ordered, nullable=False),
    Column("city", Ordered, nullable=False),
    Column("is_deactivated", Boolean, nullable=False),
    Column("last_event_ms", Big),
    Index("ix_listed_buildings_of_customer", "customer_id", "customer_building_id"),
)

# Numbers are never given twice: the log may still hold events of an erased series.
series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("building_id", Ordered, ForeignKey("buildings.id"), nullable=False),
    Column("event_type", Ordered, nullable=False),
    Column("device_id", Ordered, nullable=False),
    Column("source", Ordered, nullable=False),
    Column("device_name", Text),
    UniqueConstraint("building_id", "event_type", "device_id", "source"),
    Index("ix_series_groups", "customer_id", "event_type", "source", "building_id"),
    sqlite_autoincrement=True,
)

# How often events of a type and source come, as it was measured last.
measured_intervals = Table(
    "measured_intervals",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("event_type", Ordered, primary_key=True),
    Column("source", Ordered, primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

# One row per request. No index but the sequence: an event on its way to disk costs no further one.
# The ranges let a reader pass over rows that cannot concern it.
event_log = Table(
    "event_log",
    metadata,
    Column("sequence", Big, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("received_at_ms", Big, nullable=False),
    Column("first_ms", Big, nullable=False),
    Column("last_ms", Big, nullable=False),
    Column("first_series", Integer, nullable=False),
    Column("last_series", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

series_chunks = Table(
    "series_chunks",
    metadata,
    Column("series_id", Integer, ForeignKey("series.id"), primary_key=True, autoincrement=False),
    Column("utc_day", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("size", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# What a building's energy series came to on a local day (a number of days since 1970), in Wh; null = no event. A row is that
# of what is in the chunks; `basis` names the zone and the series it was made of (`insights.energy`). No foreign key: it would
# lock the building while the log is locked, and erasing takes both the other way round.
energy_days = Table(
    "energy_days",
    metadata,
    Column("building_id", Ordered, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("basis", Text, nullable=False),
    Column("generation_wh", Double),
    Column("consumption_wh", Double),
    Column("grid_consumption_wh", Double),
    Column("base_consumption_wh", Double),
    Column("grid_base_consumption_wh", Double),
    sqlite_with_rowid=False,
)

# Batches of events that context services have issued, until the live driver has put them into the log.
issued_events = Table(
    "issued_events",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("building_id", Ordered, ForeignKey("buildings.id"), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# Up to which instant a context service has spoken of a building.
issued_marks = Table(
    "issued_marks",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("service", Ordered, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("until_ms", Big, nullable=False),
    Index("ix_issued_marks_of_service", "customer_id", "service"),
)

# What was learned of a building's consumption or generation: the newest model of each.
forecast_models = Table(
    "forecast_models",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("kind", Ordered, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

# Forecasts as they were issued, until they are scored.
forecasts = Table(
    "forecasts",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("kind", Ordered, primary_key=True),
    Column("issued_at_ms", Big, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# How right the forecasts were that were issued on a day (UTC).
forecast_scores = Table(
    "forecast_scores",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("kind", Ordered, primary_key=True),
    Column("utc_day", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

household_profiles = Table(
    "household_profiles",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("computed_at_ms", Big, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

# Where the end users of a building are reached.
contacts = Table(
    "contacts",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("user_id", Ordered, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

# Events that cannot be believed, by series and instant; `value` is the one that could not. No foreign keys: as of `energy_days`.
set_aside_events = Table(
    "set_aside_events",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("occurred_at_ms", Big, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("building_id", Ordered, nullable=False),
    Column("value", Double, nullable=False),
    Column("reason", Ordered, nullable=False),
    Index("ix_set_aside_events_of_building", "building_id", "occurred_at_ms"),
)

event_minutes = Table(
    "event_minutes",
    metadata,
    Column("customer_id", Ordered, primary_key=True),
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("events", Big, nullable=False),
)

# Marks in the log: "applied" (evaluated and stored) and "compacted" (moved into chunks), both inclusive;
# and the number of the last of the "compaction steps".
log_marks = Table(
    "log_marks",
    metadata,
    Column("name", Ordered, primary_key=True),
    Column("sequence", Big, nullable=False),
)

# The newest instant of which a tick is in the log, also when its row is compacted away; and of the last tick
# that was evaluated (a sequence in the log) the last building, in the order of ids, whose decisions are stored.
tick_marks = Table(
    "tick_marks",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("ticked_until_ms", Big, nullable=False),
    Column("evaluated_sequence", Big),
    Column("evaluated_building_id", Ordered),
)

# Weather is of cells, which are nobody's. A row of days has all values of one UTC day.
weather_cells = Table(
    "weather_cells",
    metadata,
    Column("cell", Ordered, primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

weather_days = Table(
    "weather_days",
    metadata,
    Column("cell", Ordered, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("provider", Ordered, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

weather_providers = Table(
    "weather_providers",
    metadata,
    Column("name", Ordered, primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("name", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("customer_id", "name"),
)

rule_versions = Table(
    "rule_versions",
    metadata,
    Column("rule_id", Ordered, ForeignKey("rules.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

# How often a version failed, and the last time: our bug, shown where its author looks.
rule_faults = Table(
    "rule_faults",
    metadata,
    Column("rule_id", Ordered, ForeignKey("rules.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("customer_id", Ordered, nullable=False),
    Column("faults", Big, nullable=False),
    Column("first_at_ms", Big, nullable=False),
    Column("last_at_ms", Big, nullable=False),
    Column("building_id", Ordered),
    Column("error", Text, nullable=False),
)

# One a customer: the newest.
peer_snapshots = Table(
    "peer_snapshots",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

rule_states = Table(
    "rule_states",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("rule_id", Ordered, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

# `interaction` is what the household did last. The indexes of what is newest hold all that a list is filtered by: a filter
# that fits few passes over the others without looking at their rows.
notifications = Table(
    "notifications",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("building_id", Ordered, ForeignKey("buildings.id"), nullable=False),
    Column("rule_id", Ordered, nullable=False),
    Column("trigger_sequence", Big, nullable=False),
    Column("created_at_ms", Big, nullable=False),
    Column("stored_at_ms", Big, nullable=False),
    Column("status", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("interaction", Ordered),
    UniqueConstraint("rule_id", "building_id", "trigger_sequence"),
    Index("ix_notifications_newest", "customer_id", "created_at_ms", "id", "status", "rule_id", "interaction"),
    Index("ix_notifications_newest_of_building", "building_id", "created_at_ms", "id"),
    Index("ix_notifications_newest_of_rule", "customer_id", "rule_id", "created_at_ms", "id", "status", "interaction"),
    # Of those that somebody reacted to, which are few: the others need not be kept in it.
    Index(
        "ix_notifications_interaction",
        *("customer_id", "interaction", "created_at_ms", "id", "status", "rule_id"),
        sqlite_where=text("interaction IS NOT NULL"),
        postgresql_where=text("interaction IS NOT NULL"),
    ),
    Index("ix_notifications_stored", "customer_id", "stored_at_ms", "status"),
    Index("ix_notifications_status", "customer_id", "status", "created_at_ms", "id"),
)

# `is_noted`: it is in an entry of the log, or need not be.
interactions = Table(
    "interactions",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("notification_id", Ordered, ForeignKey("notifications.id"), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    Column("is_noted", Boolean, nullable=False, server_default=text("true")),
    Index("ix_interactions_unnoted", "number", sqlite_where=text("is_noted = 0"), postgresql_where=text("NOT is_noted")),
)

# What became of notifications, by rule and UTC day of `created_at_ms`: changed with them, in their transactions. No foreign
# key: counts outlive the buildings they came from. Rule "*": of all rules, those that are counted by home.
rule_days = Table(
    "rule_days",
    metadata,
    Column("customer_id", Ordered, primary_key=True),
    Column("rule_id", Ordered, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Big, nullable=False) for name in Counts._fields),
    sqlite_with_rowid=False,
)

# What devices did after them. Event type "": any.
behaviour_days = Table(
    "behaviour_days",
    metadata,
    Column("customer_id", Ordered, primary_key=True),
    Column("rule_id", Ordered, primary_key=True),
    Column("event_type", Ordered, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("measured", Big, nullable=False),
    Column("changed", Big, nullable=False),
    Column("expected", Double, nullable=False),
    sqlite_with_rowid=False,
)

# How many of a rule a building ignored in a row, and the week of the last one. Rule "*": of all rules.
rule_homes = Table(
    "rule_homes",
    metadata,
    Column("building_id", Ordered, ForeignKey("buildings.id"), primary_key=True),
    Column("rule_id", Ordered, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("ignored_in_a_row", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    Index("ix_rule_homes_ignoring", "customer_id", "rule_id", "ignored_in_a_row"),
)

# Up to which notification what came of them is measured.
impact_marks = Table(
    "impact_marks",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("stored_at_ms", Big, nullable=False),
    Column("notification_id", Ordered, nullable=False),
)

# A notification has one goal at most. Only open ones are state of the engine.
goals = Table(
    "goals",
    metadata,
    Column("notification_id", Ordered, ForeignKey("notifications.id"), primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("rule_id", Ordered, nullable=False),
    Column("building_id", Ordered, ForeignKey("buildings.id"), nullable=False),
    Column("state", Ordered, nullable=False),
    Column("ended_at_ms", Big),
    Column("document", LargeBinary, nullable=False),
    Index("ix_goals_open", "building_id", sqlite_where=text("state = 'OPEN'"), postgresql_where=text("state = 'OPEN'")),
    Index("ix_goals_of_rule", "customer_id", "rule_id", "state", "ended_at_ms"),
)

notification_changes = Table(
    "notification_changes",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("number", Big, nullable=False),
)

# `number` is the order of delivery within a `lane` of a building. A lease moves `due_at_ms` to its own end; closing ends
# `is_open`.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Big, primary_key=True),
    Column("id", Ordered, nullable=False, unique=True),
    Column("customer_id", Ordered, nullable=False),
    Column("building_id", Ordered, nullable=False),
    Column("notification_id", Ordered, ForeignKey("notifications.id"), nullable=False, index=True),
    Column("channel_id", Ordered, nullable=False, server_default="webhook"),
    Column("lane", Ordered, nullable=False, server_default="webhook//"),
    Column("due_at_ms", Big, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("delivered_at_ms", Big),
    Column("is_counted", Boolean, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index("ix_outbox_due", "due_at_ms", sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
    Index("ix_outbox_open", "building_id", "lane", "number", sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
    Index(
        "ix_outbox_uncounted",
        "number",
        sqlite_where=text("delivered_at_ms IS NOT NULL AND is_counted = 0"),
        postgresql_where=text("delivered_at_ms IS NOT NULL AND NOT is_counted"),
    ),
)

# One without a delivery is a test of the channel.
attempts = Table(
    "attempts",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("delivery_id", Ordered, ForeignKey("outbox.id"), index=True),
    Column("document", LargeBinary, nullable=False),
    Column("is_failed", Boolean, nullable=False, server_default=text("false")),
    Column("channel_id", Ordered, nullable=False, server_default="webhook"),
    Index("ix_attempts_newest", "customer_id", "number"),
    Index("ix_attempts_channel", "customer_id", "channel_id", "is_failed", "number"),
    Index("ix_attempts_outcome", "customer_id", "is_failed", "number"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Ordered, primary_key=True),
    Column("customer_id", Ordered, ForeignKey("customers.id"), nullable=False),
    Column("number", Big, nullable=False),
    Column("member_id", Ordered, nullable=False),
    Column("state", Ordered, nullable=False),
    Column("created_at_ms", Big, nullable=False),
    Column("changed_at_ms", Big, nullable=False),
    Column("words", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("customer_id", "number"),
    Index("ix_tickets_changed", "changed_at_ms"),
)

ticket_messages = Table(
    "ticket_messages",
    metadata,
    Column("ticket_id", Ordered, ForeignKey("tickets.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("document", LargeBinary, nullable=False),
)

# Few at a time: what is sent is deleted.
ticket_mails = Table(
    "ticket_mails",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("ticket_id", Ordered, ForeignKey("tickets.id"), nullable=False),
    Column("message_number", Integer, nullable=False),
    Column("kind", Ordered, nullable=False),
    Column("created_at_ms", Big, nullable=False),
    Column("due_at_ms", Big, nullable=False),
    Column("attempts", Integer, nullable=False),
)

# Requests with an Idempotency-Key, as hashes; without a `document` under way. No foreign key to buildings: as of `energy_days`.
keyed_requests = Table(
    "keyed_requests",
    metadata,
    Column("customer_id", Ordered, ForeignKey("customers.id"), primary_key=True),
    Column("key_hash", Ordered, primary_key=True),
    Column("request_hash", Ordered, nullable=False),
    Column("expires_at_ms", Big, nullable=False, index=True),
    Column("building_id", Ordered),
    Column("document", LargeBinary),
)

# Numbers always grow: running engines remember the last one they have seen.
changes = Table(
    "changes",
    metadata,
    Column("number", Big, primary_key=True),
    Column("customer_id", Ordered, nullable=False),
    Column("kind", Ordered, nullable=False),
    Column("building_id", Ordered),
    sqlite_autoincrement=True,
)

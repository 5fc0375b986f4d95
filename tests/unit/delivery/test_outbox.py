"""Which outbox row a generated notification gets."""

from msgspec.structs import replace

from hearth.core.identifiers import fits
from hearth.delivery.outbox import delivery_id, outgoing
from hearth.delivery.recipients import THE_WEBHOOK
from hearth.domain.notifications import Notification

HOUR_MS = 3_600_000

NOTIFICATION = Notification(
    id="0123456789abcdef01234567",
    customer_id="c" * 24,
    building_id="b1",
    customer_building_id="home-1",
    rule_id="r" * 24,
    rule_version=1,
    trigger_sequence=7,
    created_at_ms=1_750_000_000_000,
    stored_at_ms=1_750_000_001_000,
    status="PENDING",
)


def test_a_notification_for_an_endpoint_waits_in_the_outbox():
    stored, [delivery] = outgoing(NOTIFICATION, 6 * HOUR_MS, [THE_WEBHOOK])
    assert stored.status == "PENDING"
    assert (delivery.customer_id, delivery.building_id, delivery.notification_id) == ("c" * 24, "b1", NOTIFICATION.id)
    assert delivery.due_at_ms == delivery.created_at_ms == NOTIFICATION.stored_at_ms
    assert delivery.expires_at_ms == NOTIFICATION.stored_at_ms + 6 * HOUR_MS
    assert delivery.attempts == 0


def test_a_replay_gives_the_same_row():
    assert outgoing(NOTIFICATION, HOUR_MS, [THE_WEBHOOK]) == outgoing(NOTIFICATION, HOUR_MS, [THE_WEBHOOK])
    assert delivery_id(NOTIFICATION.id) != delivery_id("another")
    assert fits("pushNotificationId", delivery_id(NOTIFICATION.id))


def test_without_an_endpoint_it_is_there_to_be_fetched():
    stored, [delivery] = outgoing(NOTIFICATION, HOUR_MS, [])
    assert (stored.status, delivery.channel) == ("DELIVERED", "fetch"), "the row is what is counted"


def test_a_held_one_is_due_at_the_end_of_quiet_hours():
    held = replace(NOTIFICATION, held_until_ms=NOTIFICATION.stored_at_ms + HOUR_MS)
    for targets in ([THE_WEBHOOK], []):
        stored, [delivery] = outgoing(held, 6 * HOUR_MS, targets)
        assert (stored.status, delivery.due_at_ms) == ("PENDING", NOTIFICATION.stored_at_ms + HOUR_MS)
        assert delivery.expires_at_ms == NOTIFICATION.stored_at_ms + 6 * HOUR_MS


def test_a_held_one_whose_event_came_after_the_quiet_hours_is_due_at_once():
    held = replace(NOTIFICATION, held_until_ms=NOTIFICATION.stored_at_ms - HOUR_MS)
    stored, [delivery] = outgoing(held, HOUR_MS, [THE_WEBHOOK])
    assert (stored.status, delivery.due_at_ms) == ("PENDING", NOTIFICATION.stored_at_ms)
    assert outgoing(held, HOUR_MS, [])[0].status == "DELIVERED"


def test_a_dropped_one_goes_nowhere():
    dropped = replace(NOTIFICATION, status="DROPPED", drop_reason="time_between")
    assert outgoing(dropped, HOUR_MS, [THE_WEBHOOK]) == (dropped, [])

"""Channels beside the webhook: set up, tried, and delivered over, with real servers on loopback, on both databases."""

import asyncio
import re
import socket
from contextlib import contextmanager, suppress
from itertools import count

import pytest
from msgspec.structs import replace
from tests.mailbox import Mailbox
from tests.services.test_deliveries import GONE, HOUR_MS, NOW_MS, OK, CountedIdentities
from tests.services.test_deliveries import World as DeliveryWorld

from hearth.connectors.addresses import AddressGuard
from hearth.connectors.carriers import Carriers
from hearth.connectors.mail import SmtpMailer
from hearth.core.problems import Problem
from hearth.delivery.attempts import Failed, Unwanted
from hearth.domain.buildings import DisabledNotification
from hearth.domain.channels import Email, SmtpServer
from hearth.domain.contacts import Contact
from hearth.domain.notifications import Content, RenderedAction, RenderedText
from hearth.engine.effects import Outcome
from hearth.ports import Answer
from hearth.runtime.deliveries import Settlement
from hearth.runtime.writer import store_outcomes
from hearth.services.auditing import AuditLog
from hearth.services.channel_tests import ChannelTests
from hearth.services.channels import Channels
from hearth.services.notifications import Notifications
from hearth.services.packing import Packing
from hearth.services.saved_state import version_of
from hearth.services.stop_links import StopLinks, Unsubscribing

A = "a" * 24
B = "b" * 24
RULE = "r" * 24
URL = "https://hearth.example.com"
CONTENT = Content(
    texts={
        "en": RenderedText(title="Plenty of sun", message="Start the washing machine.\n\nIt saves 1.20 CHF & more."),
        "de": RenderedText(
            title="Viel Sonne",
            message="Starten Sie die Waschmaschine.",
            primary=RenderedAction(text="Mehr dazu", parameter="https://example.com/mehr?a=1&b=2"),
            secondary=RenderedAction(text="App öffnen", parameter="home"),
        ),
    },
    action_qualifiers={"primary": "OPENWEB", "secondary": "OPENAPP"},
)


class World(DeliveryWorld):
    def __init__(self, store) -> None:
        super().__init__(store)
        self.packing = Packing(StopLinks(self.sealer, URL))
        self.channels = Channels(store, self.sealer, self.clock, CountedIdentities())
        self.notifications = Notifications(store, self.clock)
        self.unsubscribing = Unsubscribing(store, self.sealer, self.notifications)
        self._numbers = count(1)

    def add_home(self, *users: str, url: str | None = None, letter: str = "a") -> str:
        customer_id = self.add_customer(letter, "home", url=url)
        with self.store.write() as session:
            building = session.buildings.find(customer_id, "home")
            session.buildings.replace(replace(building, user_ids=users))
        return customer_id

    def reach(self, user_id: str, **contact) -> None:
        with self.store.write() as session:
            session.contacts.replace(A, "ahome".ljust(24, "0"), Contact(user_id=user_id, **contact))

    def tell(self, *users: str, customer_id: str = A) -> str:
        """What the engine's transaction writes, for these users."""
        notification_id = f"{next(self._numbers):024x}"
        with self.store.write() as session:
            template = _notification(customer_id, notification_id, users, self.clock.at_ms)
            store_outcomes(session, [Outcome(template, 6 * HOUR_MS)])
        return notification_id

    def carriers(self, mailer: SmtpMailer | None = None, **options) -> Carriers:
        return Carriers(self.sealer, self.clock, AddressGuard(["127.0.0.0/8"]), mailer, **options)

    def deliver_all(self, carriers: Carriers) -> list[Answer | Failed]:
        """One round: everything that is due is prepared, sent and settled."""

        async def send():
            answers = []
            for delivery in self.lease():
                parcel = self.deliveries.prepare(delivery)
                answer = parcel if isinstance(parcel, Failed | Unwanted) else await carriers.deliver(parcel)
                over = None if isinstance(parcel, Failed | Unwanted) else parcel.over
                self.deliveries.settle([Settlement(delivery, over, answer, self.clock.at_ms, 0.5)])
                answers.append(answer)
            await carriers.aclose()
            return answers

        return asyncio.run(send())

    def send_test(self, channel_id: str, carriers: Carriers, to: str = ""):
        async def send():
            tests = ChannelTests(self.store, carriers, self.clock, CountedIdentities(), self.packing)
            try:
                return await tests.send(A, channel_id, to)
            finally:
                await carriers.aclose()

        return asyncio.run(send())

    def noted(self):
        return AuditLog(self.store).list_page(A, "", None, 50)[0]

    def contact(self, user_id: str) -> Contact:
        with self.store.read() as session:
            return session.contacts.list_of(A, ["ahome".ljust(24, "0")])["ahome".ljust(24, "0")][user_id]


def _notification(customer_id, notification_id, users, now_ms):
    from hearth.domain.notifications import Notification

    return Notification(
        id=notification_id,
        customer_id=customer_id,
        building_id=f"{customer_id[0]}home".ljust(24, "0"),
        customer_building_id="home",
        rule_id=RULE,
        rule_version=1,
        trigger_sequence=int(notification_id, 16),
        created_at_ms=now_ms,
        stored_at_ms=now_ms,
        status="PENDING",
        user_ids=users,
        content=CONTENT,
    )


@pytest.fixture
def world(store):
    return World(store)


@contextmanager
def mailbox(password: str | None = None):
    box = Mailbox(password)
    box.start()
    try:
        yield box
    finally:
        box.stop()


def own_server(box: Mailbox, user: str = "") -> SmtpServer:
    return SmtpServer(host="127.0.0.1", port=int(box.url.rpartition(":")[2]), security="none", user=user)


def bodies(mail) -> tuple[str, str]:
    return tuple(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))


def test_a_mail_reaches_the_organisation_and_each_user_in_its_language(world):
    world.add_home("anna", "bert", "carl")
    world.reach("anna", email="anna@example.com", language="de")
    world.reach("bert", email="bert@example.com", language="it")
    with mailbox() as box:
        mailer = SmtpMailer(box.url, "Hearth <hearth@example.com>")
        world.channels.add(A, "Mail", Email(sender="Advice <advice@example.com>", recipients=("ops@example.com",), to_users=True))
        told = world.tell("anna", "bert", "carl")
        answers = world.deliver_all(world.carriers(mailer))
        mails = {mail["To"]: mail for mail in (box.next_mail() for _ in answers)}
        assert box.is_empty()
    assert [(answer.verdict, answer.status_code) for answer in answers] == [("delivered", 250)] * 3
    assert world.status(told) == "DELIVERED"
    assert set(mails) == {"ops@example.com", "anna@example.com", "bert@example.com"}
    anna = mails["anna@example.com"]
    assert (anna["Subject"], anna["From"]) == ("Viel Sonne", "Advice <hearth@example.com>"), "the operator's address"
    text, html = bodies(anna)
    for body in (text, html):
        assert "Starten Sie die Waschmaschine." in body
        assert "App öffnen" not in body, "a mail knows nothing of an app"
    assert "https://example.com/mehr?a=1&b=2" in text
    assert 'href="https://example.com/mehr?a=1&amp;b=2"' in html
    assert mails["bert@example.com"]["Subject"] == "Plenty of sun", "there is no Italian text, so the organisation's first"
    text, html = bodies(mails["bert@example.com"])
    assert "1.20 CHF & more" in text
    assert "1.20 CHF &amp; more" in html
    assert mails["ops@example.com"]["List-Unsubscribe"] is None
    assert len({mail["Message-ID"] for mail in mails.values()}) == 3


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ('"Müller, Söhne" <advice@example.com>', '"Müller, Söhne" <advice@example.com>'),
        ('"Énergie @ maison" <Advice@example.com>', '"Énergie @ maison" <advice@example.com>'),
        ("Energieberatung (Zürich) <advice@example.com>", '"Energieberatung (Zürich)" <advice@example.com>'),
        ('"Advice, Ltd." <advice@example.com>', '"Advice, Ltd." <advice@example.com>'),
        ("Énergie <advice@example.com>", "Énergie <advice@example.com>"),
    ],
)
def test_a_senders_name_arrives_whatever_signs_it_has(world, written, stored):
    world.add_home()
    with mailbox() as box:
        way = Email(server=own_server(box), sender=written, recipients=("ops@example.com",))
        channel = world.channels.add(A, "Mail", way)
        attempt = world.send_test(channel.id, world.carriers())
        assert (channel.way.sender, attempt.error) == (stored, None)
        [sender] = box.next_mail()["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (stored.rpartition(" <")[0].strip('"'), "advice@example.com")
    again = world.channels.change(A, channel.id, "Mail", replace(channel.way, sender=stored))
    assert again.way.sender == stored


@pytest.mark.parametrize(
    ("sender", "arrives"),
    [
        ("", "Hearth <hearth@operator.example>"),
        ("ceo@bank.example", "Hearth <hearth@operator.example>"),
        ('"Müller, Söhne" <ceo@bank.example>', '"Müller, Söhne" <hearth@operator.example>'),
    ],
)
def test_over_the_installations_server_only_the_name_is_the_customers(world, sender, arrives):
    world.add_home()
    with mailbox() as box:
        channel = world.channels.add(A, "Mail", Email(sender=sender, recipients=("ops@example.com",)))
        assert not world.send_test(channel.id, world.carriers(SmtpMailer(box.url, "Hearth <hearth@operator.example>"))).is_failed
        mail = box.next_mail()
    assert mail["From"] == arrives
    assert mail["Message-ID"].endswith("@operator.example>")


@pytest.mark.parametrize("parameter", ["https://[house-4711/advice", "http://[::1", "javascript:alert(1)"])
def test_a_button_whose_address_is_none_is_left_out_and_the_mail_arrives(world, monkeypatch, parameter):
    world.add_home()
    world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    text = replace(CONTENT.texts["de"], primary=RenderedAction(text="Mehr dazu", parameter=parameter))
    monkeypatch.setitem(globals(), "CONTENT", replace(CONTENT, texts={"de": text}))
    with mailbox() as box:
        told = world.tell()
        world.deliver_all(world.carriers(SmtpMailer(box.url, "hearth@example.com")))
        text, html = bodies(box.next_mail())
    assert world.status(told) == "DELIVERED"
    assert "Starten Sie die Waschmaschine." in text
    assert "Mehr dazu" not in text + html


def test_one_click_ends_a_kind_of_advice_for_one_user(world):
    world.add_home("anna", "bert")
    world.reach("anna", email="anna@example.com", language="de")
    world.channels.add(A, "Mail", Email(to_users=True))
    with mailbox() as box:
        world.tell("anna", "bert")
        world.deliver_all(world.carriers(SmtpMailer(box.url, "hearth@example.com")))
        mail = box.next_mail()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [link] = re.findall(r"<(https://hearth\.example\.com/unsubscribe/\S+)>", mail["List-Unsubscribe"])
    assert link in bodies(mail)[0]
    token = link.rpartition("/")[2]
    assert "anna" not in token
    assert not world.unsubscribing.find(token).is_stopped
    for _ in range(2):
        stopped = world.unsubscribing.stop(token)
        assert (stopped.user_id, stopped.is_stopped) == ("anna", True)
    with world.store.read() as session:
        building = session.buildings.find(A, "home")
    assert building.disabled_notifications == (DisabledNotification(rule_id=RULE, user_id="anna"),)
    assert world.unsubscribing.find(token).is_stopped
    for wrong in (token[:-2] + "xx", "é", world.sealer.seal("password"), world.sealer.seal('["other","a","b","c"]')):
        with pytest.raises(Problem, match="link"):
            world.unsubscribing.stop(wrong)


def test_who_left_or_switched_off_meanwhile_gets_nothing_and_the_notification_fails(world):
    world.add_home("anna", "bert", "carl")
    for user in ("anna", "bert", "carl"):
        world.reach(user, email=f"{user}@example.com")
    world.channels.add(A, "Mail", Email(to_users=True))
    told = world.tell("anna", "bert", "carl")
    with world.store.write() as session:
        building = session.buildings.find(A, "home")
        silenced = (DisabledNotification(rule_id=RULE, user_id="bert"),)
        session.buildings.replace(replace(building, user_ids=("bert", "carl"), disabled_notifications=silenced))
        session.contacts.delete(A, building.id, ["carl"])
    answers = world.deliver_all(world.carriers())
    assert sorted(getattr(answer, "reason", "unwanted") for answer in answers) == [
        "the recipient's address was removed",
        "the user has left the building",
        "unwanted",
    ]
    assert world.status(told) in ("FAILED", "DROPPED")  # by what was found out last


def test_without_a_recipient_the_customer_fetches(world):
    world.add_home("anna")
    world.channels.add(A, "Mail", Email(to_users=True))
    assert world.status(world.tell("anna")) == "DELIVERED"
    assert not world.lease()


def test_a_dead_channel_delays_no_other_and_one_that_arrived_is_enough(world):
    world.add_home(url="https://hooks.example.com/")
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com", "desk@example.com")))
    first, second = world.tell(), world.tell()
    leased = world.lease()
    assert [(each.notification_id, each.channel) for each in leased] == [(first, "webhook"), (first, "email"), (first, "email")]
    webhook, ops, desk = leased
    world.settle(webhook, OK)
    assert [each.notification_id for each in world.lease()] == [second], "the webhook goes on; each mail waits for its own"
    later = Answer(451, "later", None, 5, "retry")
    for mail in (ops, desk):
        world.settle(mail, later, endpoint=channel)
    assert world.status(first) == "DELIVERED"
    world.clock.at_ms += HOUR_MS
    open_again = world.lease()
    assert {each.lane for each in open_again if each.channel == "email"} == {ops.lane, desk.lane}
    with world.store.read() as session:
        facts = session.outbox.list_uncounted_for_operator(10)
    assert [fact.notification_id for _, fact in facts] == [first]
    for mail in open_again:
        world.settle(mail, OK, endpoint=channel)
    with world.store.write() as session:
        assert len(session.outbox.list_uncounted_for_operator(10)) == 2, "each notification once, however many rows arrived"
        session.outbox.mark_counted(A, [first, second])
        assert not session.outbox.list_uncounted_for_operator(10)


def test_it_fails_when_the_last_way_is_exhausted(world):
    world.add_home(url="https://hooks.example.com/")
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    told = world.tell()
    webhook, mail = world.lease()
    world.settle(mail, Answer(550, "the mail server refused the recipient with 550", None, 5, "refused"), endpoint=channel)
    assert world.status(told) == "PENDING"
    world.settle(webhook, GONE)
    assert world.status(told) == "FAILED"
    world.settle(mail, OK, endpoint=channel)
    assert world.status(told) == "DELIVERED", "what reached somebody after all has"


def test_a_replay_adds_nothing_for_a_channel_that_came_later(world):
    world.add_home()
    world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    told = world.tell()
    world.channels.add(A, "More mail", Email(recipients=("desk@example.com",)))
    with world.store.write() as session:
        again = _notification(A, told, (), NOW_MS)
        store_outcomes(session, [Outcome(again, 6 * HOUR_MS)])
    assert len(world.lease()) == 1


def test_each_channel_has_its_own_pace_health_and_attempts(world):
    world.add_home(url="https://hooks.example.com/")
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)), requests_per_second=3)
    world.tell()
    due = world.deliveries.lease(100, 30_000)
    assert due.paces == {(A, channel.id): 3}
    webhook, mail = due.deliveries
    world.settle(webhook, OK)
    world.settle(mail, Answer(None, "no connection", None, 5, "retry"), endpoint=channel)
    assert world.endpoints.record_of(A) == (NOW_MS, 0)
    assert [record for _, record in world.channels.list_all(A)] == [(None, 1)]
    page, _ = world.endpoints.list_attempts(A, False, None, 10)
    assert [each.channel_id for each in page] == [channel.id, "webhook"]


def test_a_channel_that_is_off_makes_no_deliveries_and_fails_open_ones(world):
    world.add_home(url="https://hooks.example.com/")
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)), requests_per_second=3)
    told = world.tell()
    world.channels.set_enabled(A, channel.id, False)
    due = world.deliveries.lease(100, 30_000)
    assert due.paces == {}  # what fails need not wait for its turn
    webhook, mail = due.deliveries
    assert world.deliveries.prepare(mail) == Failed("the channel was switched off")
    world.settle(mail, Failed("the channel was switched off"))
    world.settle(webhook, OK)
    assert world.status(told) == "DELIVERED"
    world.tell()
    assert [each.channel for each in world.lease()] == ["webhook"]
    world.channels.remove(A, channel.id)
    assert world.deliveries.prepare(mail) == Failed("the customer does not have this channel any more")
    assert [entry.action for entry in world.noted() if entry.action.startswith("channel")] == [
        "channel.removed",
        "channel.disabled",
        "channel.added",
    ]


def test_an_endpoint_that_is_off_is_as_a_channel_that_is_off(world):
    world.add_home(url="https://hooks.example.com/")
    world.endpoints.save(A, "https://hooks.example.com/", requests_per_second=3)
    open_one = world.tell()
    world.endpoints.set_enabled(A, False)
    due = world.deliveries.lease(100, 30_000)
    assert due.paces == {}
    [posting] = due.deliveries
    assert world.deliveries.prepare(posting) == Failed("the endpoint was switched off")
    world.settle(posting, Failed("the endpoint was switched off"))
    assert world.status(open_one) == "FAILED"
    fetched = world.tell()
    assert (world.status(fetched), world.lease()) == ("DELIVERED", [])  # there to be fetched
    mail = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    world.tell()
    assert [each.channel_id for each in world.lease()] == [mail.id]
    world.endpoints.set_enabled(A, True)
    world.tell()
    assert [each.channel for each in world.lease()] == ["webhook"]  # the mail waits for the one before


def test_a_channel_that_somebody_else_has_changed_is_not_overwritten(world):
    world.add_home()
    read = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    world.channels.set_enabled(A, read.id, False)
    theirs = world.channels.change(A, read.id, "Mail", Email(recipients=("desk@example.com",)), version=version_of(read))
    with pytest.raises(Problem) as late:
        world.channels.change(A, read.id, "Help desk", read.way, version=version_of(read))
    assert late.value.code == "precondition_failed"
    assert world.channels.get(A, read.id) == theirs
    assert world.channels.change(A, read.id, "Help desk", theirs.way, version=version_of(theirs)).name == "Help desk"


def test_own_mail_server_with_a_password_that_stays_secret(world):
    world.add_home()
    with mailbox("s3cret words") as box:
        way = Email(server=own_server(box, "hearth"), sender="advice@example.com", recipients=("ops@example.com",))
        with pytest.raises(Problem) as missing:
            world.channels.add(A, "Mail", way)
        assert missing.value.errors[0].pointer == "/credential"
        channel = world.channels.add(A, "Mail", way, "s3cret words")
        attempt = world.send_test(channel.id, world.carriers())
        assert (attempt.status_code, attempt.error, attempt.is_failed) == (250, None, False)
        assert box.next_mail()["Subject"] == "Test notification"
        world.channels.change(A, channel.id, "Mail", replace(way, recipients=("desk@example.com",)))
        assert not world.send_test(channel.id, world.carriers()).is_failed
        assert box.next_mail()["To"] == "desk@example.com"
        with pytest.raises(Problem) as moved:
            world.channels.change(A, channel.id, "Mail", replace(way, server=replace(way.server, host="localhost")))
        assert moved.value.errors[0].pointer == "/credential"
        world.channels.change(A, channel.id, "Mail", way, "wrong words")
        attempt = world.send_test(channel.id, world.carriers())
        assert attempt.is_failed
        assert attempt.error == "the mail server did not take the user name and password"
        assert box.is_empty()
    assert (
        world.send_test(channel.id, world.carriers()).error == "the mail server could not be spoken to (ConnectionRefusedError)"
    )
    assert "words" not in str(world.noted())
    page, _ = world.endpoints.list_attempts(A, True, None, 10)
    assert [(each.is_test, each.channel_id) for each in page] == [(True, channel.id)] * 2
    assert world.channels.list_all(A)[0][1] == (None, 0), "tests are in no figure"


def test_a_private_mail_server_is_refused_unless_allowed(world):
    world.add_home()
    way = Email(server=SmtpServer(host="127.0.0.1", security="none"), sender="a@example.com", recipients=("ops@example.com",))
    channel = world.channels.add(A, "Mail", way)
    carriers = Carriers(world.sealer, world.clock, AddressGuard())
    assert "does not lead to a public address" in world.send_test(channel.id, carriers).error


@pytest.mark.parametrize(
    ("code", "verdict"), [("450 4.2.0 busy", "retry"), ("550 5.1.1 no such user ops@example.com", "refused")]
)
def test_a_server_that_refuses_a_recipient(world, code, verdict):
    world.add_home()
    with mailbox() as box:

        async def refuse(_server, _session, _envelope, _address, _options):
            return code

        box.handle_RCPT = refuse
        world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
        told = world.tell()
        [answer] = world.deliver_all(world.carriers(SmtpMailer(box.url, "hearth@example.com")))
    assert (answer.verdict, answer.status_code) == (verdict, int(code[:3]))
    assert "ops@" not in answer.error
    assert world.status(told) == ("PENDING" if verdict == "retry" else "FAILED")


def test_without_a_mail_server_the_reason_is_told(world):
    world.add_home()
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    assert "smtp_url" in world.send_test(channel.id, world.carriers()).error


@pytest.mark.parametrize(
    ("way", "pointer"),
    [
        (Email(), "/way/recipients"),
        (Email(recipients=("ops",)), "/way/recipients/0"),
        (Email(recipients=("ops@example.com",), sender="nobody"), "/way/sender"),
        (Email(recipients=("ops@example.com",), server=SmtpServer(host="smtp://x")), "/way/server/host"),
        (Email(recipients=("ops@example.com",), server=SmtpServer(host="x", port=0)), "/way/server/port"),
    ],
)
def test_a_mistake_is_told_at_its_field(world, way, pointer):
    world.add_home()
    with pytest.raises(Problem) as wrong:
        world.channels.add(A, "Mail", way)
    assert wrong.value.errors[0].pointer == pointer


def test_nothing_of_another_customer_is_to_be_had(world):
    world.add_home()
    world.add_home(letter="b")
    channel = world.channels.add(A, "Mail", Email(recipients=("ops@example.com",)))
    for call in (
        lambda: world.channels.get(B, channel.id),
        lambda: world.channels.change(B, channel.id, "x", channel.way),
        lambda: world.channels.set_enabled(B, channel.id, False),
        lambda: world.channels.remove(B, channel.id),
    ):
        with pytest.raises(Problem, match="no channel"):
            call()
    assert world.channels.get(A, channel.id) == channel
    assert world.channels.list_all(B) == []


def test_an_erased_building_takes_its_contacts_along(world):
    world.add_home("anna")
    world.reach("anna", email="anna@example.com")
    world.channels.add(A, "Mail", Email(to_users=True))
    world.tell("anna")
    with world.store.write() as session:
        session.buildings.erase(A, "ahome".ljust(24, "0"))
        session.contacts.replace(A, "ahome".ljust(24, "0"), Contact(user_id="anna", email="anna@example.com"))
    with world.store.read() as session:
        assert session.contacts.list_of(A, ["ahome".ljust(24, "0")]) == {}
    assert not world.lease()


def assert_is_left(silent: socket.socket) -> None:
    """Whoever connected to it has closed the connection."""
    silent.settimeout(60)
    connection, _ = silent.accept()
    with connection, suppress(ConnectionResetError):
        connection.settimeout(60)
        while connection.recv(4_096):
            continue


def test_a_mail_server_that_hangs_is_given_up_in_time_and_keeps_no_connection(world):
    world.add_home()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = SmtpServer(host="127.0.0.1", port=silent.getsockname()[1], security="none")
        way = Email(server=server, sender="a@example.com", recipients=("ops@example.com",))
        channel = world.channels.add(A, "Mail", way)
        attempt = world.send_test(channel.id, world.carriers(total_seconds=1.5))
        assert attempt.error == "the mail server did not answer within 1.5 s"
        assert attempt.duration_ms < 20_000
        assert_is_left(silent)

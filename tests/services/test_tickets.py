"""Support requests: who sees which, what becomes of their state, and that no mail about one is lost — over both databases."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from tests.mailbox import Mailbox, link_in
from tests.services.accounts import URL, Accounts, KeptMail, refusal
from typer.testing import CliRunner

from hearth.bootstrap import open_installation, read_settings
from hearth.cli.ticket import app
from hearth.connectors.mail import SmtpMailer
from hearth.domain.customers import Customer
from hearth.domain.tickets import Ticket
from hearth.ports import Mailer, Store
from hearth.ports.tickets import TicketQuery
from hearth.services.ticket_mails import TicketMails
from hearth.services.tickets import Tickets
from hearth.store import open_store
from hearth.store.connections import read_url
from hearth.store.migrations import _config, upgrade
from hearth.testing.clocks import CountedIdentities

HELP = "help@example.com"
PAGE = "/console/rules/" + "a" * 24


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


def tickets_of(accounts: Accounts, mailer: Mailer | None = None, support_mail: str = HELP) -> Tickets:
    return Tickets(accounts.store, mailer or accounts.mail, accounts.clock, CountedIdentities(), support_mail)


def mails_of(accounts: Accounts, mailer: Mailer | None = None) -> TicketMails:
    return TicketMails(accounts.store, mailer or accounts.mail, accounts.clock, URL, HELP)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_request_is_mailed_confirmed_answered_and_closed(accounts: Accounts, mailbox: Mailbox) -> None:
    """By a real mail server."""
    mailer = SmtpMailer(mailbox.url, "Hearth <hearth@example.com>")
    tickets, mails = tickets_of(accounts, mailer), mails_of(accounts, mailer)
    ticket = tickets.open(accounts.ada, "PROBLEM", "  Nothing\narrives ", "<b>Since Monday</b>\n\nno event.\x1b[31m", PAGE)
    assert (ticket.number, ticket.state, ticket.subject) == (1, "OPEN", "Nothing arrives")
    assert mails.look() == 2
    request, confirmation = mailbox.next_mail(), mailbox.next_mail()
    assert (request["To"], request["Reply-To"]) == (HELP, "ada@example.com")
    assert request["Subject"] == "[Hearth 1] Nothing arrives (Seewinkel)"
    assert "<b>Since Monday</b>\n\nno event.[31m" in text_of(request).replace("\r\n", "\n")
    assert f"hearth ticket answer 1 --customer {accounts.customer.id}" in text_of(request)
    assert f"{URL}{PAGE}" in text_of(request)
    html = request.get_body(preferencelist=("html",))
    assert html is not None
    assert "<b>Since" not in html.get_content()
    assert (confirmation["To"], confirmation["Reply-To"]) == ("ada@example.com", HELP)
    assert link_in(confirmation) == f"{URL}/console/support/{ticket.id}"
    assert "Since Monday" in text_of(confirmation)

    assert tickets.answer(accounts.customer.id, 1, "Look at the gateway.", "Bea").state == "ANSWERED"
    assert mails.look() == 1
    answer = mailbox.next_mail()
    assert (answer["To"], answer["Subject"]) == ("ada@example.com", "Answer to your request 1: Nothing arrives")
    assert "Bea answers" in text_of(answer)
    assert "Look at the gateway." in text_of(answer)
    tickets.write(accounts.ada, ticket.id, "That was it.")
    assert mails.look() == 1
    assert mailbox.next_mail()["To"] == HELP
    found = tickets.get(accounts.ada, ticket.id)
    assert found.ticket.state == "OPEN"
    assert [(each.number, each.by, each.author) for each in found.messages] == [
        (1, "member", "Ada"),
        (2, "operator", "Bea"),
        (3, "member", "Ada"),
    ]
    tickets.close(accounts.ada, ticket.id)
    tickets.close(accounts.ada, ticket.id)
    assert tickets.get(accounts.ada, ticket.id).ticket.state == "CLOSED"
    assert mails.look() == 0
    noted = accounts.log("arrives")
    assert [entry.action for entry in noted] == ["ticket.closed", "ticket.messageAdded", "ticket.answered", "ticket.opened"]
    assert "gateway" not in json.dumps([entry.after for entry in noted])


def test_what_is_mailed_to_a_member_is_in_their_language(accounts: Accounts) -> None:
    german = accounts.profiles
    token, signed_in = accounts.sign_in()
    assert token
    german.change(signed_in, "Ada", "de")
    ada = accounts.sign_in()[1].member
    tickets_of(accounts).open(ada, "QUESTION", "Frage", "Wie geht das?")
    mails_of(accounts).look()
    assert [mail.subject for mail in accounts.mail.sent] == ["[Hearth 1] Frage (Seewinkel)", "Ihre Anfrage 1: Frage"]


def test_a_mail_that_is_not_taken_waits_and_is_tried_for_three_days(accounts: Accounts) -> None:
    tickets, mails = tickets_of(accounts), mails_of(accounts)
    accounts.mail.fails = True
    tickets.open(accounts.ada, "QUESTION", "Why", "?")
    assert mails.look() == 0
    accounts.mail.fails = False
    assert mails.look() == 0  # not yet again
    accounts.clock.advance(seconds=60)
    assert mails.look() == 2
    assert mails.look() == 0
    accounts.mail.fails = True
    tickets.open(accounts.ada, "QUESTION", "Why again", "?")
    for _hour in range(80):
        mails.look()
        accounts.clock.advance(seconds=3_600)
    accounts.mail.fails = False
    assert mails.look() == 0
    assert [ticket.subject for ticket in tickets.list_page(accounts.ada, None, 9)[0]] == ["Why again", "Why"]


def test_a_mail_that_a_process_took_along_when_it_ended_is_sent_by_the_next(accounts: Accounts, store: Store) -> None:
    tickets_of(accounts).open(accounts.ada, "QUESTION", "Why", "?")
    now_ms = accounts.clock.now_ms()
    with store.write() as session:
        assert len(session.tickets.take_mails_for_operator(now_ms, now_ms + 300_000, 10)) == 2
    assert mails_of(accounts).look() == 0
    accounts.clock.advance(seconds=300)
    assert mails_of(accounts).look() == 2


def test_members_see_their_own_and_an_admin_all_of_the_customer_alone(accounts: Accounts, store: Store) -> None:
    tickets = tickets_of(accounts)
    vera, bill = accounts.add("vera@example.com", "Vera", "Viewer"), accounts.add("bill@example.com", "Bill", "Billing")
    with store.write() as session:
        session.customers.add(Customer(id="d" * 24, name="Bergtal", created_at_ms=0))
    eve = accounts.members.add_member("d" * 24, "eve@example.com", "Eve", "correct horse battery")
    asked = tickets.open(vera, "QUESTION", "Vera's", "?")
    tickets.open(bill, "OTHER", "Bill's", "?")
    assert tickets.open(eve, "QUESTION", "Eve's", "?").number == 1
    seen = {
        member.name: [ticket.subject for ticket in tickets.list_page(member, None, 9)[0]]
        for member in (vera, bill, accounts.ada, eve)
    }
    assert seen == {"Vera": ["Vera's"], "Bill": ["Bill's"], "Ada": ["Bill's", "Vera's"], "Eve": ["Eve's"]}
    for other in (bill, eve):
        for call in (tickets.get, tickets.close, lambda by, ticket_id: tickets.write(by, ticket_id, "Hm")):
            assert refusal(lambda call=call, other=other: call(other, asked.id)).code == "not_found"  # type: ignore[misc]
    tickets.write(accounts.ada, asked.id, "I would like to know too.")
    assert [each.author for each in tickets.get(vera, asked.id).messages] == ["Vera", "Ada"]


def test_a_list_is_searched_filtered_and_sorted_page_by_page(accounts: Accounts) -> None:
    tickets = tickets_of(accounts)
    vera = accounts.add("vera@example.com", "Véra Müller", "Viewer")
    asked = ((accounts.ada, "Gateway is silent"), (vera, "Zähler 100% wrong"), (accounts.ada, "Invoice of May"))
    opened = []
    for by, subject in asked:
        opened.append(tickets.open(by, "QUESTION", subject, "?"))
        accounts.clock.advance(seconds=60)
    tickets.answer(accounts.customer.id, 1, "Look at its lamp.", "Bea")
    accounts.clock.advance(seconds=60)
    tickets.close(vera, opened[1].id)

    def numbers(**given: Any) -> list[int]:
        """Of all pages, each of two at most."""
        page, following = tickets.list_page(accounts.ada, None, 2, **given)
        found = [ticket.number for ticket in page]
        while following is not None:
            page, following = tickets.list_page(accounts.ada, following, 2, **given)
            found += [ticket.number for ticket in page]
        return found

    assert (numbers(), numbers(order="oldest"), numbers(order="activity")) == ([3, 2, 1], [1, 2, 3], [2, 1, 3])
    assert numbers(state="CLOSED") == [2]
    searches = ("gateway SILENT", "3", "#3", "muller", "zahler 100%", "10_", "gateway vera", "ada@example.com", "")
    assert [numbers(search=words) for words in searches] == [[1], [3], [3], [2], [2], [], [], [3, 1], [3, 2, 1]]
    assert numbers(search="ada", state="OPEN", order="oldest") == [3]
    assert [each.number for each in tickets.list_page(vera, None, 9, search="a")[0]] == [2]  # no others' than before
    for operators in (tickets.list_for_operator(None), tickets.list_for_operator(accounts.customer.id, order="activity")):
        assert [each.number for each in operators] == [2, 1, 3]
    assert [each.number for each in tickets.list_for_operator(None, search="ada", order="newest")] == [3, 1]
    assert refusal(lambda: tickets.list_page(accounts.ada, "1-x", 2)).code == "invalid"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_requests_of_before_the_upgrade_are_found(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.sqlite3" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    engine = sa.create_engine(read_url(url))
    config = _config()
    old = Ticket(
        id="e" * 24,
        customer_id="c" * 24,
        number=7,
        member_id="ada",
        member_name="Ada",
        member_email="ada@example.com",
        category="PROBLEM",
        subject="Zähler",
        created_at_ms=1_000,
        changed_at_ms=9_000,
    )
    row = {name: getattr(old, name) for name in ("id", "customer_id", "number", "member_id", "state", "changed_at_ms")}
    row["document"] = msgspec.json.encode(old)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0020")
        add = sa.text("INSERT INTO customers (id, document) VALUES (:id, :document)")
        connection.execute(add, {"id": old.customer_id, "document": b"{}"})
        add = sa.text(f"INSERT INTO tickets ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})")
        connection.execute(add, row)
    engine.dispose()
    upgrade(url)
    store = open_store(url)
    try:
        with store.read() as session:
            query = TicketQuery(["zahler", "ada@", "7"])
            assert session.tickets.list_page(old.customer_id, None, query, (1_001, 0), 9) == [old]
            assert session.tickets.list_page(old.customer_id, None, query, (1_000, 0), 9) == []
    finally:
        store.close()


def test_where_support_is_not_set_up_nothing_is_taken_and_it_is_said_what_is_missing(accounts: Accounts) -> None:
    without = tickets_of(accounts, support_mail="")
    assert without.missing_settings == ["support_mail"]
    problem = refusal(lambda: without.open(accounts.ada, "QUESTION", "Why", "?"))
    assert (problem.code, problem.detail) == ("unavailable", "No requests are taken: the operator has not set support_mail.")
    unset = KeptMail()
    unset.is_set = False
    assert tickets_of(accounts, unset).missing_settings == ["smtp_url"]
    assert refusal(lambda: tickets_of(accounts, unset).open(accounts.ada, "QUESTION", "Why", "?")).code == "unavailable"
    assert tickets_of(accounts).list_page(accounts.ada, None, 9)[0] == []
    assert refusal(lambda: tickets_of(accounts, support_mail="nobody")).errors[0].pointer == "/support_mail"


def test_ten_requests_an_hour_are_enough(accounts: Accounts) -> None:
    tickets = tickets_of(accounts)
    for number in range(10):
        assert refusal(lambda: tickets.open(accounts.ada, "QUESTION", " ", "?")).errors[0].pointer == "/subject"
        tickets.open(accounts.ada, "QUESTION", f"Question {number}", "?")
    assert refusal(lambda: tickets.open(accounts.ada, "QUESTION", "One more", "?")).code == "too_many_requests"
    accounts.clock.advance(seconds=3_600)
    assert tickets.open(accounts.ada, "QUESTION", "One more", "?").number == 11


@pytest.mark.parametrize("page", ["https://example.com/", "/elsewhere", "/console/join#token", "/console/" + "x" * 500])
def test_a_page_is_one_of_the_console(accounts: Accounts, page: str) -> None:
    assert refusal(lambda: tickets_of(accounts).open(accounts.ada, "OTHER", "See", "this", page)).errors[0].pointer == "/page"


def test_whoever_is_no_member_any_more_gets_no_mail_and_no_answer(accounts: Accounts, store: Store) -> None:
    tickets = tickets_of(accounts)
    vera = accounts.add("vera@example.com", "Vera", "Viewer")
    tickets.open(vera, "QUESTION", "Why", "?")
    with store.write() as session:
        session.members.delete(vera.customer_id, vera.id)
    mails_of(accounts).look()
    assert [mail.recipient for mail in accounts.mail.sent] == [HELP]
    assert refusal(lambda: tickets.answer(vera.customer_id, 1, "Because.", "Support")).code == "conflict"
    assert tickets.close_for_operator(vera.customer_id, 1).state == "CLOSED"


def test_the_operator_lists_reads_answers_and_closes(tmp_path, monkeypatch, mailbox: Mailbox) -> None:
    """`hearth ticket`."""
    monkeypatch.setenv("HEARTH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HEARTH_SMTP_URL", mailbox.url)
    monkeypatch.setenv("HEARTH_MAIL_FROM", "hearth@example.com")
    monkeypatch.setenv("HEARTH_SUPPORT_MAIL", HELP)

    def run(*arguments: str, stdin: str = "") -> str:
        result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    with open_installation(read_settings()) as installation:
        customer = installation.customers.create("Sunny Homes").id
        ada = installation.members.add_member(customer, "ada@example.com", "Ada", "correct horse battery")
        installation.tickets.open(ada, "QUESTION", "How?", "How is it done?")
    assert f"{customer}     1  OPEN" in run("list")
    assert run("list", "--status", "closed") == "No requests.\n"
    assert "How?" in run("list", "--search", "how 1 ada", "--status", "open", "--sort", "oldest")
    assert run("list", "--search", "bea") == "No requests.\n"
    assert refusal(lambda: run("list", "--sort", "size")).errors[0].pointer == "--sort"
    assert "How is it done?" in run("show", "1", "--customer", customer)
    told = json.loads(run("answer", "1", "--customer", customer, "--name", "Bea", "--json", stdin="Like\nthis.\n"))
    assert (told["state"], told["memberEmail"]) == ("ANSWERED", "ada@example.com")
    assert "Bea (support)\nLike\nthis." in run("show", "1", "--customer", customer)
    run("close", "1", "--customer", customer)
    assert [each["number"] for each in json.loads(run("list", "--state", "closed", "--json"))["tickets"]] == [1]
    shown = json.loads(run("show", "1", "--customer", customer, "--json"))
    moments = [shown["createdTimeMillis"], *(each["atTimeMillis"] for each in shown["messages"]), shown["changedTimeMillis"]]
    assert moments == sorted(moments)
    assert moments[0] > 10**12
    problem = refusal(lambda: run("show", "2", "--customer", customer))
    assert (problem.code, "hearth ticket list" in problem.detail) == ("not_found", True)

"""Help and support in the console: the manual is found and read, and a question becomes a request with an answer."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.barriers import LOOKS_AND_LANGUAGES, assert_no_barrier, looking, tab_to
from tests.browser.guards import assert_nothing_works, sign_in
from tests.mailbox import Mailbox, link_in


@pytest.fixture
def organisation(mailing_console: Any) -> Any:
    return mailing_console.add_organisation("Seewinkel", "ada@example.com")


def test_the_help_is_searched_and_read_by_keyboard(mailing_console: Any, organisation: Any, page: Page) -> None:
    mailing_console.sign_in(page, organisation, path="/help")
    expect(page.get_by_role("heading", level=1, name="The manual")).to_be_visible()
    page.get_by_role("searchbox", name="Search the help").fill("signing secret repl")
    expect(page).to_have_url(re.compile(r"/help\?q=signing"))
    page.reload()
    first = page.get_by_role("link", name=re.compile("Receive notifications › Replace the signing secret"))
    expect(first.locator("mark").first).to_have_text("Replace")
    tab_to(first)
    page.keyboard.press("Enter")
    section = page.get_by_role("heading", name="Replace the signing secret")
    expect(section).to_be_focused()
    expect(section).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/help/integrate/webhooks#replace-the-signing-secret$"))
    # Links of the text lead to pages of the help, without loading the console anew.
    page.evaluate("window.isTheSame = true")
    article = page.get_by_role("article")
    article.locator("a[href*='/help/']").first.click()
    expect(page).not_to_have_url(re.compile("webhooks"))
    expect(article.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("window.isTheSame")
    page.go_back()
    expect(section).to_be_visible()
    page.get_by_role("searchbox", name="Search the help").fill("nothing like xyzzy")
    expect(page.get_by_text("Try fewer or shorter words, or ask us.")).to_be_visible()


def test_an_address_without_a_page_leads_to_the_start(mailing_console: Any, organisation: Any, page: Page) -> None:
    mailing_console.sign_in(page, organisation, path="/help/(")
    expect(page.get_by_role("heading", level=1, name="The help has no such page")).to_be_visible()
    expect(page.get_by_role("navigation", name="Contents").get_by_role("link").first).to_be_visible()


def test_the_question_mark_leads_to_what_is_said_of_a_page(mailing_console: Any, organisation: Any, page: Page) -> None:
    mailing_console.sign_in(page, organisation)
    expect(page.get_by_role("banner")).to_be_visible()
    for path, heading in (
        ("/settings/members", "Roles"),
        ("/rules", "Find, switch on, switch off"),
        ("/buildings/home-1", "One building"),
    ):
        page.goto(mailing_console.base_url + path)
        page.get_by_role("banner").get_by_role("link", name="Help for this page").click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_focused()
    page.keyboard.press("Control+K")
    page.get_by_role("dialog").get_by_role("textbox").fill("weather")
    page.get_by_role("dialog").get_by_role("option", name=re.compile("Weather")).first.click()
    expect(page.get_by_role("heading", level=1, name="Weather")).to_be_visible()


def test_translated_pages_are_shown_in_the_readers_language(mailing_console: Any, organisation: Any, browser: Browser) -> None:
    with looking(browser, "light", 1280, "de") as page:
        page.goto(mailing_console.base_url + "/help/write-rules/in-the-console#texts")
        page.get_by_label("E-Mail-Adresse").fill(organisation.email)
        page.get_by_label("Passwort", exact=True).fill(organisation.password)
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Regeln in der Konsole schreiben")
        expect(page.get_by_role("heading", name="Texte")).to_be_focused()
        page.goto(mailing_console.base_url + "/help/operate/weather")
        expect(page.get_by_role("note")).to_have_text("Diese Seite gibt es nur auf Englisch.")
        expect(page.get_by_role("heading", level=1)).to_have_attribute("lang", "en")


def test_a_question_becomes_a_request_that_is_answered(
    mailing_console: Any, organisation: Any, page: Page, mailbox: Mailbox
) -> None:
    mailing_console.sign_in(page, organisation, path="/buildings/home-1")
    page.get_by_role("button", name="Account of Ada Lind").click()
    page.get_by_role("menuitem", name="Support").click()
    form = page.get_by_role("region", name="Write to support")
    form.get_by_label("What is it?").select_option(label="Problem")
    form.get_by_label("Subject").fill("No events since Monday")
    form.get_by_label("Message").fill("Home 1 is silent.\nWhat can I do?")
    expect(form.get_by_role("checkbox", name="Mention the page I came from: /buildings/home-1")).to_be_checked()
    form.get_by_role("button", name="Send request").click()
    expect(form.get_by_role("status")).to_have_text("Request 1 is on its way. A confirmation goes to ada@example.com.")
    requests = page.get_by_role("list", name="Requests of your organisation").get_by_role("listitem")
    expect(requests).to_have_count(1)
    expect(requests).to_contain_text("Open")
    assert mailing_console.mail_tickets() == 2
    request, confirmation = mailbox.next_mail(), mailbox.next_mail()
    assert (request["To"], request["Reply-To"]) == ("support@example.com", "ada@example.com")
    assert confirmation["To"] == "ada@example.com"

    mailing_console.tickets.answer(organisation.customer.id, 1, "Look at the gateway.", "Bea")
    assert mailing_console.mail_tickets() == 1
    page.goto(link_in(mailbox.next_mail()))
    expect(page.get_by_text("Answered", exact=True)).to_be_visible()
    messages = page.get_by_role("list", name="Messages").get_by_role("listitem")
    expect(messages.nth(1)).to_contain_text("Bea · Support")
    expect(messages.nth(1)).to_contain_text("Look at the gateway.")
    expect(page.get_by_role("link", name="/buildings/home-1")).to_have_attribute("href", "/console/buildings/home-1")
    page.get_by_label("Add a message").fill("That was it, thank you.")
    page.get_by_role("button", name="Send message").click()
    expect(messages).to_have_count(3)
    expect(page.get_by_text("Open", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close request").click()
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Support").click()
    page.get_by_label("State").select_option(label="Answered")
    expect(page.get_by_text("No request fits what you are looking for.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"requests=ANSWERED"))
    page.get_by_role("link", name="Show all requests").click()
    page.get_by_role("searchbox", name="Search by subject, number or person").fill("monday lind")
    page.get_by_label("Order").select_option(label="Latest activity first")
    expect(page).to_have_url(re.compile(r"\?(?=.*q=monday)(?=.*sort=activity)(?!.*requests)"))
    page.reload()
    expect(requests).to_have_count(1)
    page.get_by_role("searchbox", name="Search by subject, number or person").fill("tuesday")
    expect(page.get_by_text("No request fits what you are looking for.")).to_be_visible()


def test_a_page_that_a_request_does_not_take_is_told_at_its_box(mailing_console: Any, organisation: Any, page: Page) -> None:
    mailing_console.sign_in(page, organisation, path=f"/support?from=/{'a' * 500}")
    form = page.get_by_role("region", name="Write to support")
    form.get_by_label("Subject").fill("A subject")
    form.get_by_label("Message").fill("A message")
    form.get_by_role("button", name="Send request").click()
    box = form.get_by_role("checkbox", name="Mention the page I came from")
    expect(form.get_by_text("It cannot be mentioned; please leave it out.")).to_be_visible()
    box.uncheck()
    form.get_by_role("button", name="Send request").click()
    expect(form.get_by_role("status")).to_contain_text("Request 1 is on its way.")


def test_where_no_support_is_set_up_it_is_said(console: Any, page: Page) -> None:
    console.sign_in(page, console.add_organisation("Bergtal", "eve@example.com"), path="/support")
    panel = page.get_by_role("region", name="No support has been set up")
    expect(panel).to_contain_text("Whoever runs this installation sets: smtp_url.")
    panel.get_by_role("link", name="How this is done").click()
    expect(page.get_by_role("heading", name="Set it up")).to_be_focused()


@pytest.mark.parametrize(("scheme", "width", "language"), LOOKS_AND_LANGUAGES)
def test_nobody_is_kept_out(
    mailing_console: Any, organisation: Any, browser: Browser, scheme: str, width: int, language: str
) -> None:
    member = mailing_console.members.sign_in(organisation.email, organisation.password, "192.0.2.1")[1].member
    ticket = mailing_console.tickets.open(member, "QUESTION", "A subject " * 12, "A message\n" * 4, "/console/buildings/home-1")
    mailing_console.tickets.answer(organisation.customer.id, 1, "An answer.", "Bea")
    with looking(browser, scheme, width, language) as page:
        page.goto(mailing_console.base_url + "/help/operate/configuration")
        page.locator("input[name=email], input[type=email]").first.fill(organisation.email)
        page.locator("input[type=password]").fill(organisation.password)
        page.keyboard.press("Enter")
        assert_no_barrier(page, page.locator(".manual table").first)
        for path, ready in (
            ("/help/language/functions", ".manual pre"),
            ("/help?q=rule", ".help-list mark"),
            ("/support?from=/rules", "form button[type=submit]"),
            (f"/support/{ticket.id}", ".ticket-text"),
        ):
            page.goto(mailing_console.base_url + path)
            assert_no_barrier(page, page.locator(ready).first)


def test_requests_are_listed_as_they_are_asked_for_page_by_page(mailing_console: Any, organisation: Any) -> None:
    member = mailing_console.members.sign_in(organisation.email, organisation.password, "192.0.2.1")[1].member
    for subject in ("Gateway is silent", "Invoice of May", "Gateway again"):
        mailing_console.tickets.open(member, "QUESTION", subject, "?")
    with httpx2.Client(base_url=mailing_console.base_url, trust_env=False, timeout=60) as http:
        sign_in(http, organisation)
        asked = {"search": "GATEWAY lind", "state": "OPEN", "sort": "oldest", "limit": "1"}
        first = http.get("/api/tickets", params=asked).raise_for_status().json()
        second = http.get("/api/tickets", params={**asked, "after": first["nextAfter"]}).raise_for_status().json()
        assert [each["number"] for each in (*first["items"], *second["items"])] == [1, 3]
        assert second["nextAfter"] is None
        for wrong in ({"after": "behind"}, {"sort": "size"}, {"limit": "101"}, {"search": "\x00"}, {"search": "x" * 201}):
            assert http.get("/api/tickets", params=wrong).status_code == 400, wrong


def test_nothing_works_for_whoever_is_not_signed_in(mailing_console: Any, organisation: Any) -> None:
    asked = {"category": "QUESTION", "subject": "Why", "message": "?"}
    ticket = f"/api/tickets/{'e' * 24}"
    requests = [
        ("GET", "/api/tickets", None),
        ("POST", "/api/tickets", asked),
        ("GET", ticket, None),
        ("POST", f"{ticket}/messages", {"message": "?"}),
        ("POST", f"{ticket}/closing", None),
    ]
    with httpx2.Client(base_url=mailing_console.base_url, trust_env=False, timeout=60) as http:
        assert_nothing_works(http, organisation, requests)

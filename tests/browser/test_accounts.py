"""What people see of accounts: an invitation from a really received mail, a forgotten password, roles, one's own profile."""

import re
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.barriers import LOOKS, assert_no_barrier, looking
from tests.browser.storytelling import Look, in_each_look, telling
from tests.mailbox import Mailbox, link_in

NEW_PASSWORD = "a quiet winter morning"
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch"}


@pytest.fixture
def seewinkel(mailing_console: Any) -> Any:
    return mailing_console.add_organisation("Seewinkel", "ada@example.com")


def add_member(console: Any, organisation: Any, role: str, email: str = "vera@example.com", name: str = "Vera Moll") -> None:
    console.members.add_member(organisation.customer.id, email, name, organisation.password, role=role)


def fill_sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_account_menu(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Account of")).click()


@in_each_look
def test_an_admin_invites_somebody_who_joins_by_the_mail(
    mailing_console: Any, seewinkel: Any, mailbox: Mailbox, browser: Browser, look: Look
) -> None:
    with telling(browser, look) as admin:
        page, word = admin.page, admin.word
        page.goto(mailing_console.base_url)
        admin.sign_in(seewinkel.email, seewinkel.password)
        page.get_by_role("button", name=admin.words("account.menu")).click()
        page.get_by_role("menuitem", name=word("settings.title")).click()
        expect(page).to_have_url(re.compile("/settings/members$"))
        page.get_by_label(word("signIn.email")).fill("bruno@example.com")
        page.get_by_label(word("members.role"), exact=True).select_option(label=word("roles.Author"))
        page.get_by_label(word("language"), exact=True).select_option(label=LANGUAGE_NAMES[admin.language])
        admin.press("members.send")
        expect(page.get_by_text(word("members.sent", email="bruno@example.com"))).to_be_visible()
        expect(page.get_by_role("list", name=word("members.invitations"))).to_contain_text("bruno@example.com")

        mail = mailbox.next_mail()
        subject = {"de": "Einladung zu Seewinkel auf Hearth", "en": "Join Seewinkel on Hearth"}[admin.language]
        assert (mail["To"], mail["Subject"]) == ("bruno@example.com", subject)
        with telling(browser, look) as invited:
            theirs = invited.page
            theirs.goto(link_in(mail))
            expect(theirs.get_by_role("heading", name=word("join.titleOf", customer="Seewinkel"))).to_be_visible()
            invited.field("accounts.name").fill("Bruno Graf")
            password = theirs.get_by_label(word("signIn.password"), exact=True)
            password.fill("kurz")
            invited.press("join.submit")
            expect(theirs.get_by_text(word("accounts.passwordRefused").partition(".")[0])).to_be_visible()
            password.fill(NEW_PASSWORD)
            invited.press("join.submit")
            expect(theirs.get_by_role("heading", name=word("list.title"), exact=True)).to_be_visible()
            assert "#" not in theirs.url

            theirs.goto(link_in(mail))
            expect(theirs.get_by_role("alert")).to_contain_text(word("join.over"))

        page.reload()
        members = page.get_by_role("list", name=word("members.count_other", count=2))
        row = members.get_by_role("listitem").filter(has_text="Bruno Graf")
        expect(row.get_by_label(word("members.roleOf", name="Bruno Graf"))).to_have_value("Author")
        expect(page.get_by_role("list", name=word("members.invitations"))).to_have_count(0)


def test_a_forgotten_password_is_set_anew_by_the_mail(
    mailing_console: Any, seewinkel: Any, mailbox: Mailbox, page: Page, browser: Browser
) -> None:
    with browser.new_context(locale="en-GB") as context:
        signed_in = context.new_page()
        mailing_console.sign_in(signed_in, seewinkel)
        expect(signed_in.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()

        page.goto(mailing_console.base_url + "/")
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("E-mail address").fill("nobody@example.com")
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("status")).to_contain_text("If nobody@example.com belongs to a member")
        page.get_by_role("link", name="Back to signing in").click()
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("E-mail address").fill(seewinkel.email)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("status")).to_contain_text("If ada@example.com belongs to a member")

        mail = mailbox.next_mail()
        assert mail["To"] == seewinkel.email
        assert mailbox.is_empty()
        page.goto(link_in(mail))
        page.get_by_label("New password").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Set the password").click()
        expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
        page.get_by_role("link", name="Sign in").click()
        fill_sign_in(page, seewinkel.email, seewinkel.password)
        expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
        fill_sign_in(page, seewinkel.email, NEW_PASSWORD)
        expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()

        signed_in.reload()
        expect(signed_in.get_by_role("button", name="Sign in")).to_be_visible()

    page.goto(link_in(mail))
    page.get_by_label("New password").fill("another quiet morning")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="This link is not good any more")).to_be_visible()


def test_a_viewer_is_offered_no_change(mailing_console: Any, seewinkel: Any, page: Page) -> None:
    add_member(mailing_console, seewinkel, "Viewer")
    page.goto(mailing_console.base_url + "/")
    fill_sign_in(page, "vera@example.com", seewinkel.password)
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()
    open_account_menu(page)
    expect(page.get_by_role("menuitem", name="Profile")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Settings")).to_have_count(0)
    for path in ("/settings/members", "/settings/audit"):
        page.goto(mailing_console.base_url + path)
        expect(page.get_by_role("alert")).to_contain_text("Your role does not allow this.")
        expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)


def test_a_biller_sees_figures_and_no_notifications(mailing_console: Any, seewinkel: Any, page: Page) -> None:
    add_member(mailing_console, seewinkel, "Billing")
    seewinkel.notify()
    page.goto(mailing_console.base_url + "/")
    fill_sign_in(page, "vera@example.com", seewinkel.password)
    expect(page.get_by_role("heading", name="Events per minute")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    expect(page.get_by_text("Plenty of solar power")).to_have_count(0)
    expect(page.get_by_role("heading", name="Notifications", exact=True)).to_have_count(0)


def test_roles_change_and_members_go_but_one_admin_stays(mailing_console: Any, seewinkel: Any, page: Page) -> None:
    add_member(mailing_console, seewinkel, "Viewer")
    mailing_console.sign_in(page, seewinkel, path="/settings/members")
    members = page.get_by_role("list", name=re.compile("members?$"))
    ada, vera = (members.get_by_role("listitem").filter(has_text=name) for name in ("Ada Lind", "Vera Moll"))
    ada.get_by_label("Role of Ada Lind").select_option(label="Viewer")
    expect(ada.get_by_role("alert")).to_contain_text("This is the last Admin.")
    expect(ada.get_by_label("Role of Ada Lind")).to_have_value("Admin")
    vera.get_by_label("Role of Vera Moll").select_option(label="Author")
    expect(page.get_by_text("Vera Moll is Author now.")).to_be_attached()

    page.get_by_label("Find a member").fill("vera")
    expect(ada).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?search=vera$"))
    vera.get_by_role("button", name="Remove: Vera Moll").click()
    dialog = page.get_by_role("dialog", name="Remove Vera Moll?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    vera.get_by_role("button", name="Remove: Vera Moll").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No member fits this search.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(ada).to_be_visible()


def test_the_audit_log_tells_who_changed_what_and_is_searched(mailing_console: Any, seewinkel: Any, page: Page) -> None:
    add_member(mailing_console, seewinkel, "Viewer")
    mailing_console.sign_in(page, seewinkel, path="/settings/members")
    page.get_by_label("Role of Vera Moll").select_option(label="Author")
    expect(page.get_by_text("Vera Moll is Author now.")).to_be_attached()
    page.get_by_role("link", name="Audit log").click()
    log = page.get_by_role("list", name="Audit log")
    newest = log.get_by_role("listitem").first
    expect(newest).to_contain_text("Role changed · vera@example.com")
    expect(newest).to_contain_text("Ada Lind <ada@example.com>")
    newest.get_by_text("What changed").click()
    expect(newest.get_by_role("row", name="role Viewer Author")).to_be_visible()
    page.get_by_label("Person, thing or change").fill("added VERA")
    page.get_by_role("button", name="Find").click()
    expect(log.get_by_role("listitem")).to_have_count(1)
    expect(log).to_contain_text("Member added · vera@example.com")
    expect(page).to_have_url(re.compile(r"/settings/audit\?search=added(\+|%20)VERA$"))
    page.get_by_label("Person, thing or change").fill("nothing like it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No change fits this search.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(log.get_by_role("listitem")).to_have_count(3)


def test_one_changes_name_language_and_password(mailing_console: Any, seewinkel: Any, page: Page, browser: Browser) -> None:
    with browser.new_context(locale="en-GB") as context:
        elsewhere = context.new_page()
        mailing_console.sign_in(elsewhere, seewinkel)
        expect(elsewhere.get_by_role("heading", name="Notifications", exact=True)).to_be_visible()
        mailing_console.sign_in(page, seewinkel, path="/profile")
        sessions = page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")
        expect(sessions).to_have_count(2)
        page.get_by_label("Present password").fill("not the password")
        page.get_by_label("New password").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("This is not your present password.")).to_be_visible()
        page.get_by_label("Present password").fill(seewinkel.password)
        page.get_by_role("button", name="Change the password").click()
        expect(page.get_by_text("Your password is changed.")).to_be_visible()
        expect(sessions).to_have_count(1)
        elsewhere.reload()
        expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()

    page.get_by_label("Name", exact=True).fill("Ada Lindqvist")
    page.get_by_label("Language", exact=True).select_option(label="Français")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enregistré.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Ada Lindqvist"))).to_be_visible()
    page.get_by_role("button", name="Se déconnecter partout").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def test_a_second_factor_is_set_up_asked_for_and_removed(mailing_console: Any, seewinkel: Any, page: Page) -> None:
    mailing_console.sign_in(page, seewinkel, path="/profile")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    secret = page.locator("code.secret").inner_text()
    factor = page.get_by_role("region", name="Second factor")
    factor.get_by_label("Present password").fill(seewinkel.password)
    # Neither of the step before, which may be over by the time it is looked at, nor of the next, which is for signing in.
    factor.get_by_label("Code").fill(pyotp.TOTP(secret).at(mailing_console.clock.now_ms() // 1000))
    factor.get_by_role("button", name="Switch on").click()
    expect(factor.get_by_text("Signing in asks for a code of your authenticator app.")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere").click()

    fill_sign_in(page, seewinkel.email, seewinkel.password)
    expect(page.get_by_label("Code")).to_be_focused()
    page.get_by_label("Code").fill("12345")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used already.")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(mailing_console.clock.now_ms() // 1000 + 30))
    page.keyboard.press("Enter")
    factor.get_by_label("Present password").fill(seewinkel.password)
    factor.get_by_role("button", name="Switch off").click()
    expect(factor.get_by_role("button", name="Set up")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_barrier_and_no_sideways_scrolling(
    mailing_console: Any, seewinkel: Any, mailbox: Mailbox, browser: Browser, scheme: Any, width: int
) -> None:
    add_member(mailing_console, seewinkel, "Viewer", "v" * 60 + "@a-rather-long-name.example.com")
    with looking(browser, scheme, width) as page:
        page.goto(mailing_console.base_url + "/forgotten-password")
        assert_no_barrier(page, page.get_by_role("button", name="Send the link"))
        page.goto(mailing_console.base_url + "/new-password#guessed")
        assert_no_barrier(page, page.get_by_role("button", name="Set the password"))
        page.goto(mailing_console.base_url + "/join#guessed")
        assert_no_barrier(page, page.get_by_role("heading", name="This invitation is not good any more"))

        mailing_console.sign_in(page, seewinkel, path="/settings/members")
        expect(page.get_by_role("heading", name="Invite somebody")).to_be_visible()
        page.get_by_label("E-mail address").fill("bruno@example.com")
        page.get_by_role("button", name="Send invitation").click()
        assert_no_barrier(page, page.get_by_text("An invitation to bruno@example.com is on its way."))
        page.get_by_label("Role of Ada Lind").select_option(label="Viewer")
        assert_no_barrier(page, page.get_by_text("This is the last Admin."))
        page.get_by_role("button", name="Remove: Vera Moll").click()
        assert_no_barrier(page, page.get_by_role("dialog"))
        page.goto(mailing_console.base_url + "/settings/audit")
        page.get_by_text("What changed").first.click()
        assert_no_barrier(page, page.get_by_role("columnheader", name="Before").first)
        page.goto(mailing_console.base_url + "/profile")
        page.get_by_role("button", name="Set up").click()
        assert_no_barrier(page, page.get_by_role("img", name="QR code for your authenticator app"))
        page.goto(link_in(mailbox.next_mail()))
        assert_no_barrier(page, page.get_by_role("button", name="Join"))

"""`hearth customer`: customers, their API clients and their console members."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hearth.bootstrap import open_installation, read_settings
from hearth.core.problems import invalid
from hearth.domain.audit import COMMAND_LINE
from hearth.domain.customers import PLANS
from hearth.domain.limits import MOST_PER_DAY, HouseholdLimits, QuietHours
from hearth.domain.permissions import ROLES, Role

app = typer.Typer(help="Customers, their API clients and console members.", no_args_is_help=True)

DataDir = Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the organisation.")],
    time_zone: Annotated[str, typer.Option("--time-zone", help="IANA time zone of the organisation.")] = "Europe/Zurich",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Create a customer with a first API client. The client's secret is shown this once."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        customer = installation.customers.create(name, time_zone_id=time_zone)
        client_id, client_secret = installation.access.create_client(customer.id)
    if as_json:
        print(json.dumps({"customerId": customer.id, "clientId": client_id, "clientSecret": client_secret}))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold green]created[/] {customer.name}")
    console.print(f"  customer id    {customer.id}\n  client id      {client_id}\n  client secret  {client_secret}")
    console.print("[dim]The secret is stored hashed and cannot be shown again.[/]")


@app.command("list")
def list_customers(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all customers."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        customers = installation.customers.list_for_operator()
    if as_json:
        print(json.dumps([{"customerId": customer.id, "name": customer.name} for customer in customers]))
        return
    if not customers:
        Console(highlight=False).print('No customer yet. Create one with [bold]hearth customer create "My company"[/].')
        return
    table = Table("customer id", "name", "time zone", "languages", box=None)
    for customer in customers:
        table.add_row(customer.id, customer.name, customer.time_zone_id, ", ".join(customer.languages))
    Console(highlight=False).print(table)


@app.command("limits")
def limits(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    quiet_hours: Annotated[
        str | None, typer.Option("--quiet-hours", help="Local hours such as 22:00-07:00, or none.", show_default=False)
    ] = None,
    max_per_day: Annotated[
        str | None, typer.Option("--max-per-day", help="Most notifications per building and day, or none.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set, and show, what holds for all buildings without limits of their own. What is not given stays."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        now = installation.customers.get(customer).limits
        wanted = HouseholdLimits(
            quiet_hours=now.quiet_hours if quiet_hours is None else _quiet_hours(quiet_hours),
            most_per_day=now.most_per_day if max_per_day is None else _most_per_day(max_per_day),
        )
        installation.customers.set_limits(customer, wanted)
    quiet, most = wanted.quiet_hours, wanted.most_per_day
    if as_json:
        hours = None if quiet is None else {"start": quiet.start, "end": quiet.end}
        print(json.dumps({"customerId": customer, "quietHours": hours, "maxNotificationsPerDay": most}))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"  quiet hours  {'none' if quiet is None else f'{quiet.start}-{quiet.end}'}")
    console.print(f"  most a day   {'no limit' if most is None else most}")


def _quiet_hours(text: str) -> QuietHours | None:
    if text == "none":
        return None
    start, dash, end = text.partition("-")
    if not dash:
        raise invalid("/quietHours", f"{text!r} are no quiet hours; write HH:mm-HH:mm, such as 22:00-07:00, or none")
    return QuietHours(start=start.strip(), end=end.strip())


def _most_per_day(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdecimal():
        raise invalid("/maxNotificationsPerDay", f"{text!r} is no number from 0 to {MOST_PER_DAY:,}, and not none")
    return int(text)


@app.command()
def rates(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    requests: Annotated[
        str | None,
        typer.Option("--requests", help="Most calls of the API in a minute, or default; 0 = no limit.", show_default=False),
    ] = None,
    event_requests: Annotated[
        str | None,
        typer.Option("--event-requests", help="Most calls that bring events, or default; 0 = no limit.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set, and show, how many requests a customer may send in a minute. What is not given stays."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        found = installation.customers.get(customer)
        most, most_events = found.most_requests_per_minute, found.most_event_requests_per_minute
        if requests is not None or event_requests is not None:
            most = most if requests is None else _rate(requests)
            most_events = most_events if event_requests is None else _rate(event_requests)
            installation.customers.set_rates(customer, most, most_events, COMMAND_LINE)
    if as_json:
        print(json.dumps({"customerId": customer, "requestsPerMinute": most, "eventRequestsPerMinute": most_events}))
        return
    console = Console(highlight=False, soft_wrap=True)
    for name, value in (("requests a minute", most), ("with events", most_events)):
        console.print(f"  {name:<18} {'default' if value is None else value or 'no limit'}")


def _rate(text: str) -> int | None:
    if text == "default":
        return None
    if not text.isascii() or not text.isdecimal():
        raise invalid("/requests", f"{text!r} is no number of requests, and not default")
    return int(text)


def _role(text: str) -> Role:
    found = next((role for role in ROLES if role.lower() == text.lower()), None)
    if found is None:
        raise invalid("/role", f"There is no role {text!r}; take one of {', '.join(ROLES)}")
    return found


@app.command()
def plan(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    name: Annotated[str | None, typer.Argument(help=f"{' or '.join(PLANS)}; shown when absent.", show_default=False)] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Set, or show, a customer's plan. BASIC has no forecasts learned from a home's past."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        found = installation.customers.get(customer)
        if name is not None:
            wanted = next((each for each in PLANS if each.lower() == name.lower()), None)
            if wanted is None:
                raise invalid("/plan", f"There is no plan {name!r}; take {' or '.join(PLANS)}")
            found = installation.customers.set_plan(customer, wanted, COMMAND_LINE)
    if as_json:
        print(json.dumps({"customerId": customer, "plan": found.plan}))
    else:
        Console(highlight=False).print(f"  plan  {found.plan}")


@app.command("add-member")
def add_member(
    email: Annotated[str, typer.Argument(help="E-mail address, the name to sign in with.")],
    customer: Annotated[str, typer.Option("--customer", help="Customer id.")],
    name: Annotated[str, typer.Option("--name", help="Name of the person.")] = "",
    role: Annotated[str, typer.Option("--role", help=f"{', '.join(ROLES)}.")] = "Admin",
    password: Annotated[
        str, typer.Option(envvar="HEARTH_MEMBER_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Let a person sign in to the console."""
    settings = read_settings(data_dir=data_dir)
    with open_installation(settings) as installation:
        installation.customers.get(customer)
        member = installation.members.add_member(customer, email, name or email, password, role=_role(role))
    running = settings.running()
    url = settings.url if running is None else running[1]
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold green]added[/] {member.email}")
    console.print(f"  sign in at  {url}/console/start")


@app.command("password-link")
def password_link(
    email: Annotated[str, typer.Argument(help="E-mail address of the member.")],
    remove_second_factor: Annotated[
        bool, typer.Option("--remove-second-factor", help="Also let the password alone be enough, after a lost device.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Print a link with which a member sets a new password: for one whom no mail reaches. It works once, for 30 minutes."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        member = installation.membership.find_for_operator(email)
        if remove_second_factor:
            installation.membership.remove_second_factor(member.customer_id, member.id, COMMAND_LINE)
        print(installation.password_resets.new_link(member))

"""`hearth endpoint …`: where a customer's notifications are delivered.

The signing secret is printed once, when the endpoint is set; afterwards nobody can read it here.
"""

import json
from typing import Annotated

import typer
from rich.console import Console

from hearth.bootstrap import open_installation, read_settings
from hearth.domain.customers import Endpoint

app = typer.Typer(help="Where a customer's notifications are delivered (webhook).", no_args_is_help=True)

CustomerOption = Annotated[str, typer.Option("--customer", metavar="ID", help="The customer's id.")]
DataDir = Annotated[str | None, typer.Option("--data-dir", help="Data folder (default: the setting data_dir).")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command("set")
def set_endpoint(
    customer: CustomerOption,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where notifications are posted to, https://…")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make URL the customer's endpoint, with a new signing secret that is shown this once."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        secret = installation.deliveries.set_endpoint(customer, url)
    if as_json:
        print(json.dumps({"customerId": customer, "url": url, "signingSecret": secret}))
        return
    console = Console(highlight=False)
    console.print("Notifications of this customer are now posted to", url, markup=False, soft_wrap=True)
    console.print("Signing secret (shown this once; verify `webhook-signature` with it):", secret, markup=False, soft_wrap=True)


@app.command("show")
def show_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the customer's endpoint and whether it is enabled."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        endpoint = installation.deliveries.find_endpoint(customer)
    if endpoint is None and not as_json:
        print("This customer has no endpoint; it fetches notifications by GET /pushnotifications.")
        return
    _print(customer, endpoint, as_json)


@app.command("enable")
def enable_endpoint(customer: CustomerOption, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Let a disabled endpoint get notifications again."""
    with open_installation(read_settings(data_dir=data_dir)) as installation:
        endpoint = installation.deliveries.enable_endpoint(customer)
    _print(customer, endpoint, as_json)


def _print(customer: str, endpoint: Endpoint | None, as_json: bool) -> None:
    if as_json:
        shown = {
            "customerId": customer,
            "url": endpoint and endpoint.url,
            "enabled": endpoint is not None and endpoint.disabled_reason is None,
            "disabledReason": endpoint and endpoint.disabled_reason,
        }
        print(json.dumps(shown))
        return
    assert endpoint is not None
    state = "enabled" if endpoint.disabled_reason is None else f"disabled: {endpoint.disabled_reason}"
    print(f"{endpoint.url}  ({state})")

"""Connectors: the world outside — clock and chance, secrets, the customer's endpoint, wake-ups, log lines.

Each implements a protocol of `ports` or `core.clock`; only `bootstrap` names them. Nothing is decided here.
"""

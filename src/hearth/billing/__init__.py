"""Metering, rating, invoices, entitlements: pure. Nothing is billed yet."""

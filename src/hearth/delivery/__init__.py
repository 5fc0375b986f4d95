"""Delivery: what becomes of a notification on its way to the customer — outbox row, signature, next attempt.

Pure: instants, answers and chance come in as data. Who sends, stores and waits stands above.
"""

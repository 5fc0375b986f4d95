"""Turns the handle: feeds committed entries to the engine and carries out what it decided.

The drivers know queues, threads and order; what a notification says or where it goes they do not know.
"""

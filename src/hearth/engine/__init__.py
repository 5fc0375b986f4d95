"""Stateful decisions for buildings, pure: `step(state, log entry) -> effects`.

Holds windows over series of events, the counters of each rule, and what follows when a condition holds.
Reads no clock, no chance, no store: time and order come in with the entries. The same entries give the
same effects, live and in a simulation.
"""

"""The kit that ships with Hearth for trying things out and for tests; nothing in production needs it.

Invariant: whatever is random here is drawn from a seed that the caller hands in, and nothing reads the clock.
"""

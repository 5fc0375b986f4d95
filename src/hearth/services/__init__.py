"""Use cases: one class per noun, one public method per use case, one transaction per call.

A service refuses with `core.problems.Problem`; it speaks to `ports` and knows neither HTTP nor tables.
"""

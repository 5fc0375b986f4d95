"""Wire models: the spellings, shapes and examples of the compatible public API.

The only place that knows camelCase. Each model turns itself into a noun of the domain, or is made from one.
"""

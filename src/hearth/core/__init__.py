"""Values without a story: instants, identifiers, missing values, problems, the clock protocol.

Holds what every layer may speak of. Imports nothing of Hearth and reaches no clock, chance or store.
"""

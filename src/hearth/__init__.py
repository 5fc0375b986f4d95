"""Hearth turns the live energy data of households into timely, personal recommendations.

The layers, from deciding to doing, and what each may import are set down in `.importlinter`.
"""

__version__ = "0.1.0"

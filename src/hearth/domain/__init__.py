"""The nouns, frozen, with their invariants. Imports `core` alone; knows neither wire nor tables."""

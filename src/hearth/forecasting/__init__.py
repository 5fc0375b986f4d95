"""Forecasts of a home's consumption and generation: features, models, solar chain, accuracy. Pure.

`signals` is the way in: a `Forecaster` is learned from a series up to an hour and issues P10, P50, P90 of each hour of the
three days behind; `issue` says it in events. No forecast is stored or sent from here. pvlib is imported when first needed.
"""

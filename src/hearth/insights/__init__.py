"""Statistics, peers, profiles, baselines: pure. What is computed so far: goals, backtests, graphs, intervals."""

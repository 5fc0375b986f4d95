"""Statistics, peers, profiles, baselines: pure. Computed so far: goals, backtests, graphs, intervals, energies
beside others', household profiles."""

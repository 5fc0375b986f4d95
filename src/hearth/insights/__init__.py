"""Statistics, peers, profiles, baselines: pure. None is computed yet."""

"""The command line: `hearth …`. Talks to services through bootstrap; holds no decision of its own."""

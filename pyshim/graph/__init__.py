"""The graph as plain data: what the session builds, and an engine gets parts of. Both sides import it."""

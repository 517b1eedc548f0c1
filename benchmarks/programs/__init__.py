"""The programs that are measured. They run on each engine's own Python, 3.6 and newer."""

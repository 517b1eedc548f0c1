"""The wire between a session and a worker: frames, values, programs. Both sides import it."""

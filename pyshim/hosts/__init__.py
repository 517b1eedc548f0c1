"""Where an engine runs: in the session's own process, or in a worker on another interpreter."""

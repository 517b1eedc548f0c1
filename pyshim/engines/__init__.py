"""The engines: what an engine must provide, and an adapter for each native library."""

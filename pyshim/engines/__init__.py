"""The engines: the contract, and one adapter of it for each native library."""

"""The graph as plain data. The session builds it and sends parts of it to engines; both sides import this package."""

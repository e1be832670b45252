"""Doors to other systems: the REST API over all entities, and the tokens that open it."""

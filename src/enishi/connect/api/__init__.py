"""The REST API over all entities, built in and drawn: `base` opens the door, `records` serves, `describe` says what there is."""

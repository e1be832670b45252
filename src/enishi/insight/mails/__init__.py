"""Reports and dashboards by mail: when (`schedule`), what each gets (`content`, `picture`), sent once (`sending`), in the browser (`pages`)."""

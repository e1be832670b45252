"""What became of meetings and visits, by person and period."""

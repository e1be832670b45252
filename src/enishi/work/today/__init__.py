"""What 今日 remembers of a person."""

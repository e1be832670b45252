"""The Excel round trip: an export that knows its rows comes back as a difference."""

"""Dashboards: reports side by side."""

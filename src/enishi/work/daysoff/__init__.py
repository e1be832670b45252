"""The company's own days off [会社の休業日]."""

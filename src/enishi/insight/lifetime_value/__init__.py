"""When customers buy again, and what they are worth over the next year: BG/NBD and Gamma-Gamma, fitted to purchases."""

ENOUGH = 100  # customers who bought again, from which they are fitted

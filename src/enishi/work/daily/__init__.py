"""Daily reports [日報]: filled from what was recorded that day, and what superiors say about them."""

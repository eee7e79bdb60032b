"""Two reaches → what a change opens, closes, weakens and strengthens."""

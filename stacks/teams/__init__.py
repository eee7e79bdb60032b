"""A module a team: the listeners that it asks of the platform, and its intents on the gateways that it gets."""

"""What stands between a request and a backend: neutral values, the weak ones and Unknown included.

Intents lower to these values, gateways render them and read them back, reach and the comparisons judge them.
Nothing here knows a vendor, a manifest or a user's program.
"""

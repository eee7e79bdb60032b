"""Where things run: accounts, clusters, the ways into them, and how a client's address gets there."""

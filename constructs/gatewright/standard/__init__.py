"""Gateway API itself: the core objects that every gateway shares, and the standard's rules of precedence."""

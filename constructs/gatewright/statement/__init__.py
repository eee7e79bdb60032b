"""How a user states something: values that are frozen, checked as a whole, and wrong in no way once they exist."""

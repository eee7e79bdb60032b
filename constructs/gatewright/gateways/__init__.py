"""What each gateway implementation can enforce, how it is told to, and how that is read back. A folder a gateway."""

"""World → entries with precedence resolved: who reaches what, and under which protection."""

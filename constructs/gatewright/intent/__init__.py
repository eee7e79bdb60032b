"""What a team wants: frozen values, complete when constructed, that refuse weak statements and lower to protections."""

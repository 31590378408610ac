"""Live children: how they start, what state they are in, who gets which, and how they end."""

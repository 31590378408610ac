"""Where log lines go. Today: the terminal."""

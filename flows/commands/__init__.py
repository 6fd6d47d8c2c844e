"""What each command does and prints; one module for commands that belong together."""

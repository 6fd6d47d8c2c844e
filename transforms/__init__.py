"""What it becomes."""

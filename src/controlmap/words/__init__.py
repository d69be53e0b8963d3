"""What people read, for the command and the dashboard alike."""

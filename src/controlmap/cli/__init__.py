"""The command: what each part takes, and what it prints."""

"""The words of the field, what untrusted input may cost, and files: what every wing stands on."""

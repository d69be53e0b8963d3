"""The pages: each chooses, asks the floors below, and shows. Their words stand in `text`."""

"""Areas on WGS84, the four oblasts, settlements, and the land around them."""

"""Figures and faces as maps (folium, here only), charts (Altair, here only), files and pictures."""

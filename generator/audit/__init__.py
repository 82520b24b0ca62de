"""`imgen audit`: any Dockerfile and what belongs to it, against the catalogue of practices."""

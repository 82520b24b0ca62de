"""`imgen verify`: an image built and run by a real engine, against the catalogue of practices."""

"""A few quotes over HTTP."""

"""A tiny JSON Feed service."""

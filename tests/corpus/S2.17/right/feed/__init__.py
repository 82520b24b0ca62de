"""A feed."""
